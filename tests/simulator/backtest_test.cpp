#include "io_helpers.hpp"
#include "shop_log.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/simulator/backtest.hpp>

#include <backtest/agreement.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace tenure::simulator {
namespace {

using tenure::test::on_threads;

BacktestOptions quick_options(const test::ShopTruth& truth) {
  BacktestOptions options;
  options.calibration_end = test::calibration_end(truth);
  options.parameter_draws = 200;
  options.replications = 100;
  return options;
}

test::ShopTruth noisy() {
  test::ShopTruth truth;
  truth.week_sd = 0.25;
  return truth;
}

TEST(BacktestAgreement, IsStudentsTestForOneWeek) {
  const std::vector<std::int64_t> counts = {1, 2, 3};
  const std::vector<double> expected = {2.5};
  const RunMeans means = means_of(counts, 1);
  EXPECT_DOUBLE_EQ(means.mean[0], 2.0);
  EXPECT_NEAR(means.error[0], 1.0 / std::sqrt(3.0), 1e-15);
  const Agreement agreement = agreement_of(counts, means, expected);
  EXPECT_NEAR(agreement.statistic, 0.75, 1e-12);  // t^2 with two degrees of freedom
  EXPECT_NEAR(agreement.p_value, 1.0 - std::sqrt(0.75 / 2.75), 1e-12);
  EXPECT_NEAR(agreement.total_z, -0.5 * std::sqrt(3.0), 1e-12);
}

TEST(BacktestAgreement, SeesADifferenceThatTheTotalHides) {
  // Two weeks, 200 runs: one too high by an order, the other too low.
  std::vector<std::int64_t> counts;
  for (std::int64_t run = 0; run < 200; ++run) {
    counts.push_back(10 + run % 5);
    counts.push_back(10 + run / 5 % 5);
  }
  const Agreement agreement =
      agreement_of(counts, means_of(counts, 2), std::vector<double>{11.0, 13.0});
  EXPECT_NEAR(agreement.total_z, 0.0, 1e-9);
  EXPECT_LT(agreement.p_value, 1e-6);
}

TEST(BacktestAgreement, QuantilesStandBetweenNeighbours) {
  const std::vector<std::int64_t> sorted = {10, 20, 30};
  EXPECT_DOUBLE_EQ(quantile_of(sorted, 0.5), 20.0);
  EXPECT_DOUBLE_EQ(quantile_of(sorted, 0.375), 15.0);  // place 1.5 of 4
  EXPECT_DOUBLE_EQ(quantile_of(sorted, 0.025), 10.0);
}

TEST(Backtest, SimulationIsTheClosedForm) {
  for (const auto& [model, effects] :
       {std::pair{"bg-nbd", ShopEffects::kNone}, std::pair{"bg-nbd", ShopEffects::kWeeks},
        std::pair{"mbg-nbd", ShopEffects::kLevel}, std::pair{"pareto-nbd", ShopEffects::kNone}}) {
    BacktestOptions options = quick_options(noisy());
    options.model = model;
    options.effects = effects;
    options.replications = 1000;
    const auto report = backtest(on_threads(0), test::shop_log(noisy(), 1), options);
    EXPECT_EQ(report.weeks.size(), 20U);
    EXPECT_GT(report.agreement.p_value, 0.001) << model;
    EXPECT_LT(std::abs(report.agreement.total_z), 3.3) << model;
    EXPECT_NEAR(report.total.simulated, report.total.expected, 0.01 * report.total.expected);
  }
}

TEST(Backtest, WithoutEffectsIsThePlainFit) {
  const EventTable events = test::shop_log(noisy(), 1);
  BacktestOptions options = quick_options(noisy());
  options.effects = ShopEffects::kNone;
  const auto report = backtest(on_threads(0), events, options);
  customers::OrderHistoryOptions of_log;
  of_log.end_day = options.calibration_end;
  const auto history = make_order_history(on_threads(0), events, of_log);
  const auto plain =
      fit_lifetime(on_threads(0), "bg-nbd", summarize(on_threads(0), history).counts);
  EXPECT_EQ(report.fit.estimates, plain.estimates);
  EXPECT_EQ(report.weeks.front().multiplier, 1.0);
}

TEST(Backtest, ChoosesNoiseWhereThereIsNoiseAlone) {
  const auto report = backtest(on_threads(0), test::shop_log(noisy(), 1), quick_options(noisy()));
  EXPECT_NE(report.effects, ShopEffects::kNone);
  ASSERT_EQ(report.scores.size(), 3U);  // 40 weeks know no season
  EXPECT_EQ(report.scores[0].effects, ShopEffects::kNone);
  EXPECT_GT(report.scores[0].aic, report.scores[1].aic);
  // 40 weeks of some 50 orders: a standard error of .035, four of them.
  EXPECT_NEAR(report.scales.week, 0.25, 0.14);
}

TEST(Backtest, NothingAfterTheCalibrationChangesWhatIsForeseen) {
  const EventTable events = test::shop_log(noisy(), 1);
  const BacktestOptions options = quick_options(noisy());
  EventTable other = events;  // nobody but the first customer comes again
  for (std::size_t row = 0; row < other.rows(); ++row) {
    if (other.time[row] >= (options.calibration_end + 1) * kSecondsPerDay) other.customer[row] = 0;
  }
  const auto a = backtest(on_threads(0), events, options);
  const auto b = backtest(on_threads(0), other, options);
  EXPECT_EQ(a.fit.estimates, b.fit.estimates);
  EXPECT_EQ(a.effects, b.effects);
  EXPECT_EQ(a.total.low, b.total.low);
  EXPECT_EQ(a.total.high, b.total.high);
  EXPECT_NE(a.total.actual, b.total.actual);
  for (std::size_t w = 0; w < a.weeks.size(); ++w) {
    EXPECT_EQ(a.weeks[w].expected, b.weeks[w].expected);
    EXPECT_EQ(a.weeks[w].high, b.weeks[w].high);
  }
}

TEST(Backtest, IsTheSameAtAnyNumberOfThreads) {
  const EventTable events = test::shop_log(noisy(), 1);
  const auto one = backtest(on_threads(1), events, quick_options(noisy()));
  for (const int threads : {2, 3, 8}) {
    const auto many = backtest(on_threads(threads), events, quick_options(noisy()));
    EXPECT_EQ(one.fit.estimates, many.fit.estimates);
    EXPECT_EQ(one.agreement.statistic, many.agreement.statistic);
    for (std::size_t w = 0; w < one.weeks.size(); ++w) {
      EXPECT_EQ(one.weeks[w].expected, many.weeks[w].expected);
      EXPECT_EQ(one.weeks[w].mean, many.weeks[w].mean);
      EXPECT_EQ(one.weeks[w].low, many.weeks[w].low);
    }
  }
}

TEST(Backtest, NamesWhatIsWrong) {
  const test::ShopTruth truth;
  const EventTable events = test::shop_log(truth, 1);
  const auto fault = [&](const std::function<void(BacktestOptions&)>& change) {
    BacktestOptions options = quick_options(truth);
    change(options);
    try {
      backtest(on_threads(1), events, options);
    } catch (const ArgumentError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(fault([](auto& o) { o.calibration_end = test::kFirstDay - 1; }),
            "backtest: the calibration's end 2019-04-13 is not within the log, 2019-04-14 to "
            "2020-06-06");
  EXPECT_EQ(fault([](auto& o) { o.calibration_end = test::kFirstDay + 420; }),
            "backtest: the calibration's end 2020-06-07 is not within the log, 2019-04-14 to "
            "2020-06-06");
  EXPECT_EQ(fault([](auto& o) { o.calibration_end = test::kFirstDay + 415; }),
            "backtest: no whole week follows 2020-06-02: the log ends on 2020-06-06");
  EXPECT_EQ(fault([](auto& o) { o.effects = ShopEffects::kSeason; }),
            "backtest: effects 'season' need 56 weeks of calibration, there are 40");
  EXPECT_EQ(fault([](auto& o) { o.model = "mbg-cnbd"; }),
            "the simulator has no order model 'mbg-cnbd', only bg-nbd, mbg-nbd, pareto-nbd");
  EXPECT_EQ(fault([](auto& o) { o.model = "pareto-nbd"; }),
            "backtest: pareto-nbd customers leave by the calendar, not by the shop's clock: "
            "effects must be none");
  EXPECT_EQ(fault([](auto& o) { o.replications = 49; }),
            "backtest: 20 weeks need at least 50 replications");
  EventTable timeless = events;
  timeless.time.clear();
  EXPECT_THROW(backtest(on_threads(1), timeless, quick_options(truth)), ArgumentError);
}

// 40 logs of a known truth. Were the bands exact, the log's total would be inside in 95 % of them
// and so would any one week: at least 34 of 40 but for one binomial sample in a thousand. Over all
// 800 weeks, which share parameters and so are not independent, the share is told to 3 points. A
// plain model's band knows nothing of the weeks' noise, and holds fewer.
TEST(BacktestCoverageSlow, BandsHoldWhatComes) {
  const test::ShopTruth truth = noisy();
  constexpr std::uint32_t kLogs = 40;
  std::size_t totals = 0;
  std::size_t tenth_weeks = 0;
  std::size_t weeks = 0;
  std::size_t plain_weeks = 0;
  for (std::uint32_t log = 0; log < kLogs; ++log) {
    const EventTable events = test::shop_log(truth, 100 + log);
    BacktestOptions options = quick_options(truth);
    options.replications = 50;
    const auto report = backtest(on_threads(0), events, options);
    totals += report.total.inside() ? 1U : 0U;
    tenth_weeks += report.weeks[9].inside() ? 1U : 0U;
    weeks += report.weeks_inside;
    options.effects = ShopEffects::kNone;
    plain_weeks += backtest(on_threads(0), events, options).weeks_inside;
  }
  RecordProperty("weeks_inside", static_cast<int>(weeks));
  RecordProperty("plain_weeks_inside", static_cast<int>(plain_weeks));
  EXPECT_GE(totals, 34U);
  EXPECT_GE(tenth_weeks, 34U);
  EXPECT_GE(weeks, 20U * kLogs * 92 / 100);
  EXPECT_LE(weeks, 20U * kLogs * 98 / 100);
  EXPECT_LT(plain_weeks, 20U * kLogs * 88 / 100);
}

}  // namespace
}  // namespace tenure::simulator
