// What the page's figures are made of, on outcomes small enough to add up by hand.
#include "sections.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/simulator/net_curve.hpp>
#include <tenure/simulator/roi.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure::report {
namespace {

using simulator::Outcome;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A baseline with a margin of 1000 and one strategy that gains 500 for a cost of 180, in two
/// months.
Outcome two_months(double gained) {
  Outcome outcome;
  outcome.strategy_names = {"baseline", "letters"};
  outcome.lever_names = {"print", "post"};
  outcome.currency = "EUR";
  outcome.gross_margin = 0.4;
  outcome.horizon_days = 60.0;
  outcome.customers = 10;
  outcome.parameter_draws = 1;
  outcome.replications = 2;
  outcome.months = 2;
  outcome.days = 60;
  outcome.region_names = {""};
  outcome.totals.resize(4);
  for (std::size_t i = 0; i < 4; ++i) {
    simulator::Totals& run = outcome.totals[i];
    const bool levered = i >= 2;
    run.customers = 10;
    run.orders = 20;
    run.discounted_margin = to_money(levered ? 1000.0 + gained : 1000.0);
    run.discounted_cost = levered ? to_money(180.0) : 0;
    run.cost = levered ? to_money(200.0) : 0;
  }
  outcome.lever_totals.resize(8);
  outcome.month_totals.resize(4);
  outcome.cube.resize(2 * 2 * simulator::kCubeTiers);
  outcome.retention.resize(2);
  // Over both runs: 100 and 0 in the first month, 50 and 50 in the second.
  outcome.lever_months = {0, 0, 0, 0, to_money(200.0), to_money(100.0), 0, to_money(100.0)};
  outcome.day_totals.resize(120);
  outcome.draw_flows.resize(4);
  outcome.draw_flows[2].cost = to_money(200.0);  // the first month is not discounted
  outcome.draw_flows[3].cost = to_money(160.0);  // the second by a fifth
  outcome.draw_flows[2].margin = to_money(0.4 * gained);
  outcome.draw_flows[3].margin = to_money(1.6 * gained);
  outcome.batch_flows.resize(2 * simulator::kFlowBatches * 2);
  // Each replication is a batch. The first spends in the first month, the other in the second.
  const std::size_t levered = simulator::kFlowBatches * 2;
  outcome.batch_flows[levered].cost = to_money(200.0);
  outcome.batch_flows[levered].margin = to_money(0.4 * gained);
  outcome.batch_flows[levered + 1].margin = to_money(0.6 * gained);
  outcome.batch_flows[levered + 3].cost = to_money(160.0);
  outcome.batch_flows[levered + 3].margin = to_money(gained);
  return outcome;
}

TEST(ReportPage, DiscountsEachLeversCostByItsMonths) {
  EXPECT_THAT(discounted_lever_costs(two_months(500.0), 1),
              ElementsAre(DoubleNear(140.0, 1e-9), DoubleNear(40.0, 1e-9)));
}

TEST(ReportPage, WaterfallAddsUpFromTheBaselineToTheNet) {
  const Outcome outcome = two_months(500.0);
  const auto returns = simulator::assess_returns(outcome);
  const Figure figure = waterfall_figure({outcome, returns, Format("EUR")});
  std::vector<double> levels;
  for (const auto& row : figure.table.rows) levels.push_back(*row[2].value);
  EXPECT_THAT(levels, ElementsAre(DoubleNear(1000.0, 1e-6), DoubleNear(1500.0, 1e-6),
                                  DoubleNear(1360.0, 1e-6), DoubleNear(1320.0, 1e-6),
                                  DoubleNear(1320.0, 1e-6)));
}

TEST(ReportPage, NetSinceDayOneEndsAtTheNetOfTheWhole) {
  const Outcome outcome = two_months(500.0);
  const auto returns = simulator::assess_returns(outcome);
  const Figure figure = net_curve_figure({outcome, returns, Format("EUR")});
  ASSERT_EQ(figure.table.rows.size(), 2U);
  // A run's mean: 100 brought and 100 spent in the first month, 400 and 80 in the second.
  EXPECT_NEAR(*figure.table.rows[0][1].value, 0.0, 1e-6);
  EXPECT_NEAR(*figure.table.rows[1][1].value, 320.0, 1e-6);
  EXPECT_NEAR(returns.strategies.front().net.value, 320.0, 1e-6);
  EXPECT_THAT(figure.finding, HasSubstr("at the end of every month"));
  // The replications end at 300 and 340: a standard error of 20, times Student's t of one degree.
  const auto net = simulator::net_by_month(outcome, 1);
  EXPECT_NEAR(net[0].mc_interval->high, 0.0, 1e-6);
  EXPECT_NEAR(net[1].mc_interval->high - net[1].value, 12.7062 * 20.0, 1e-3);
  EXPECT_THROW(simulator::net_by_month(outcome, 0), ArgumentError);
}

TEST(ReportPage, RecommendsWhatPaysAndSaysThatNothingIsUncertain) {
  const Outcome outcome = two_months(500.0);
  const auto returns = simulator::assess_returns(outcome);
  const Section section = decision_section({outcome, returns, Format("EUR")});
  EXPECT_THAT(section.sentences.front(), HasSubstr("Choose \u201cletters\u201d"));
  EXPECT_THAT(section.sentences.front(), HasSubstr("EUR\u00a0320"));
  EXPECT_THAT(section.sentences.front(), HasSubstr("+178\u00a0%"));
  EXPECT_THAT(section.sentences[1], HasSubstr("states nothing as uncertain"));
}

TEST(ReportPage, AdvisesAgainstEveryStrategyWhereNonePays) {
  const Outcome outcome = two_months(100.0);
  const auto returns = simulator::assess_returns(outcome);
  const Section section = decision_section({outcome, returns, Format("EUR")});
  EXPECT_THAT(section.sentences.front(), HasSubstr("Keep to what is done today"));
  EXPECT_THAT(section.sentences.front(), HasSubstr("EUR\u00a0\u221280.00"));
}

TEST(ReportPage, NothingInTheDataCanEndTheScript) {
  Figure figure{"f", "t", "<i>", "", {{"kind", "heat"}, {"names", {"</script><!--"}}}, {}};
  const std::string html = page_html("a & b", {{"s", "S", {}, {}, {figure}}});
  EXPECT_THAT(html, HasSubstr("\\u003c/script>\\u003c!--"));
  EXPECT_THAT(html, Not(HasSubstr("</script><!--")));
  EXPECT_THAT(html, HasSubstr("<h1>a &amp; b</h1>"));
  EXPECT_THAT(html, HasSubstr("&lt;i&gt;"));
}

}  // namespace
}  // namespace tenure::report
