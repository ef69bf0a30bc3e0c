// What the page's figures are made of, on outcomes small enough to add up by hand.
#include "sections.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/simulator/intervals.hpp>
#include <tenure/simulator/net_curve.hpp>
#include <tenure/simulator/roi.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

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
  EXPECT_THAT(figure.finding,
              HasSubstr("The baseline\u2019s margin over 60 days, EUR\u00a01\u202f000, becomes "
                        "EUR\u00a01\u202f320"));
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

TEST(ReportPage, DecisionSaysWhatTheModelRestsOnBesideTheLog) {
  Outcome outcome = two_months(500.0);
  const auto returns = simulator::assess_returns(outcome);
  EXPECT_THAT(decision_section({outcome, returns, Format("EUR")}).sentences.back(),
              HasSubstr("Simulated: "));
  outcome.caveat = "a prior takes part";
  EXPECT_EQ(decision_section({outcome, returns, Format("EUR")}).sentences.back(),
            "Few customers to learn from: a prior takes part.");
}

TEST(ReportPage, AdvisesAgainstEveryStrategyWhereNonePays) {
  const Outcome outcome = two_months(100.0);
  const auto returns = simulator::assess_returns(outcome);
  const Section section = decision_section({outcome, returns, Format("EUR")});
  EXPECT_THAT(section.sentences.front(), HasSubstr("Keep to what is done today"));
  EXPECT_THAT(section.sentences.front(), HasSubstr("EUR\u00a0\u221280.00"));
}

/// One strategy, looked at in 40 worlds.
simulator::ReturnReport in_forty_worlds(double share, double net) {
  simulator::ReturnReport returns;
  returns.baseline.name = "baseline";
  returns.baseline.rank = net > 0.0 ? 2 : 1;
  auto& letters = returns.strategies.emplace_back();
  letters.name = "letters";
  letters.rank = net > 0.0 ? 1 : 2;
  letters.net.value = net;
  letters.probability_positive = {share, std::nullopt, simulator::wilson_limits(share, 40.0)};
  letters.probability_best = share;
  return returns;
}

TEST(ReportPage, SaysPlainlyHowManyWorldsPayBack) {
  Outcome outcome = two_months(500.0);
  outcome.uncertain = true;
  outcome.parameter_draws = 40;
  // Wilson of 40 of 40: 91.2 %; of 38: 83.49 to 98.6 %; of none: 8.8 %.
  const auto all = in_forty_worlds(1.0, 320.0);
  const Section sure = decision_section({outcome, all, Format("EUR")});
  EXPECT_THAT(sure.sentences[1], HasSubstr("How sure: in all 40 possible worlds"));
  EXPECT_THAT(sure.sentences[1], HasSubstr("put the chance at 91\u00a0% or more."));
  const auto most = in_forty_worlds(0.95, 320.0);
  const Section likely = decision_section({outcome, most, Format("EUR")});
  EXPECT_THAT(likely.sentences[1], HasSubstr("in 38 of 40 possible worlds"));
  EXPECT_THAT(likely.sentences[1], HasSubstr("put the chance at 83\u00a0to\u00a099\u00a0%."));
  EXPECT_EQ(likely.cards[3].value, "38 of 40");
  EXPECT_EQ(likely.cards[3].range, "a chance of 83\u00a0to\u00a099\u00a0%");
  const auto none = in_forty_worlds(0.0, -80.0);
  const Section never = decision_section({outcome, none, Format("EUR")});
  EXPECT_THAT(never.sentences[1], HasSubstr("in none of 40 possible worlds"));
  EXPECT_THAT(never.sentences[1], HasSubstr("put the chance at 9\u00a0% or less."));
}

TEST(ReportPage, MonthsBeginWithTheSecondWhereTheFirstTowersOverAll) {
  Outcome outcome = two_months(500.0);
  outcome.months = 3;
  outcome.month_totals.resize(6);
  const auto set = [&](std::size_t strategy, const std::array<std::int64_t, 3>& orders) {
    for (std::size_t m = 0; m < 3; ++m) outcome.month_totals[strategy * 3 + m].orders = orders[m];
  };
  set(0, {2000, 300, 200});
  set(1, {2000, 400, 400});
  const auto returns = in_forty_worlds(1.0, 320.0);
  const Figure cut = month_orders_figure({outcome, returns, Format("EUR")});
  EXPECT_EQ(cut.chart["x"], Json({2, 3}));
  EXPECT_EQ(cut.chart["series"][0]["values"], Json({150.0, 100.0}));
  EXPECT_THAT(cut.note, HasSubstr("month 1 has 1\u202f000 orders in the baseline"));
  ASSERT_EQ(cut.table.rows.size(), 3U) << "the table has every month";
  EXPECT_EQ(*cut.table.rows[0][1].value, 1000.0);
  set(0, {500, 300, 200});
  const Figure whole = month_orders_figure({outcome, returns, Format("EUR")});
  EXPECT_EQ(whole.chart["x"], Json({1, 2, 3}));
  EXPECT_EQ(whole.chart["series"][0]["values"], Json({250.0, 150.0, 100.0}));
}

TEST(ReportPage, IndexSaysWhereItsFirstLosesMoney) {
  const Outcome outcome = two_months(500.0);
  std::vector<simulator::StrategyIndex> indices(2);
  indices[0].name = "baseline";
  indices[0].score = 40.0;
  indices[1].name = "letters";
  indices[1].score = 60.0;
  const auto losing = in_forty_worlds(0.0, -80.0);
  const Figure figure = index_figure({outcome, losing, Format("EUR")}, indices);
  EXPECT_THAT(figure.finding,
              HasSubstr("\u201cletters\u201d has the highest composite index, 60 of "
                        "100, yet it loses EUR\u00a080.00 against the baseline"));
  EXPECT_EQ(figure.terms.size(), 1 + simulator::kIndexGroups + simulator::kDimensions)
      << "every row of the table is explained";
  const auto paying = in_forty_worlds(1.0, 320.0);
  EXPECT_THAT(index_figure({outcome, paying, Format("EUR")}, indices).finding,
              HasSubstr("60 of 100, and the greatest net."));
  indices[0].score = 70.0;
  EXPECT_THAT(index_figure({outcome, losing, Format("EUR")}, indices).finding,
              HasSubstr("no strategy scores higher"));
}

TEST(ReportPage, NothingInTheDataCanEndTheScript) {
  Figure figure{"f", "t", "<i>", "", {{"kind", "heat"}, {"names", {"</script><!--"}}}, {}};
  const std::string html = page_html("a & b", {{"s", "S", {}, {}, {}, {figure}}});
  EXPECT_THAT(html, HasSubstr("\\u003c/script>\\u003c!--"));
  EXPECT_THAT(html, Not(HasSubstr("</script><!--")));
  EXPECT_THAT(html, HasSubstr("<h1>a &amp; b</h1>"));
  EXPECT_THAT(html, HasSubstr("&lt;i&gt;"));
}

}  // namespace
}  // namespace tenure::report
