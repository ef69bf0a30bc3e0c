// Lives without levers against the closed forms of each family.
#include "plain_models.hpp"
#include "sample_size.hpp"
#include "statistics.hpp"

#include <tenure/core/money.hpp>

#include <engine/plain_lanes.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace tenure::simulator::test {
namespace {

using tenure::test::kSmaller;
using tenure::test::kWider;

constexpr std::array<double, 20> kWeeks = {1,  2,  3,  4,  6,  8,  10, 13,  17,  22,
                                           26, 32, 39, 45, 52, 65, 78, 104, 156, 260};
constexpr double kRelativeError = 0.005 * kWider;  // what the Monte-Carlo error must stay under
constexpr double kPassing = 1e-3;                  // of each joint chi-square
constexpr std::uint32_t kBatches = 400;            // whose means give the standard errors
constexpr double kDiscountRate = 0.1;              // a year

double day_factor(double day) { return std::pow(1.0 + kDiscountRate, -day / 365.0); }

/// What each batch's mean customer came to.
struct Sample {
  std::vector<double> values;

  double mean() const {
    double sum = 0.0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
  }
  double error() const {
    const double center = mean();
    double squares = 0.0;
    for (const double value : values) squares += (value - center) * (value - center);
    const auto n = static_cast<double>(values.size());
    return std::sqrt(squares / (n - 1.0) / n);
  }
};

struct Figures {
  Sample repeat_orders, active, revenue, discounted;
};

Figures simulate_batches(const PlainModel& model, std::uint64_t seed, float horizon,
                         std::uint32_t customers) {
  const SlotCalendar calendar(horizon);
  std::vector<double> factor;
  for (const std::uint32_t day : calendar.day) factor.push_back(day_factor(day));
  Figures figures;
  for (std::uint32_t run = 0; run < kBatches; ++run) {
    PlainSums sums(horizon);
    simulate_plain(model, {seed, run, horizon}, 0, customers, sums);
    double orders = 0.0;
    double revenue = 0.0;
    double discounted = 0.0;
    for (std::size_t s = 0; s < sums.slots.size(); ++s) {
      orders += static_cast<double>(sums.slots[s].orders);
      revenue += to_units(sums.slots[s].revenue);
      discounted += to_units(sums.slots[s].revenue) * factor[s];
    }
    const auto n = static_cast<double>(customers);
    figures.repeat_orders.values.push_back(orders / n - 1.0);
    figures.active.values.push_back(static_cast<double>(sums.active) / n);
    figures.revenue.values.push_back(revenue / n);
    figures.discounted.values.push_back(discounted / n);
  }
  return figures;
}

/// Sum of squared deviations from what is expected, in standard errors. Each term comes from
/// customers of its own.
class JointCheck {
 public:
  explicit JointCheck(std::string name) : name_(std::move(name)) {}
  void add(const Sample& sample, double expected, double weeks) {
    EXPECT_LT(sample.error(), kRelativeError * expected) << name_ << ", " << weeks << " weeks";
    const double z = (sample.mean() - expected) / sample.error();
    chi_square_ += z * z;
    terms_ += 1.0;
  }
  void expect_passes() const {
    const double p = tenure::test::chi_square_p(chi_square_, terms_);
    testing::Test::RecordProperty(name_, std::to_string(p));
    EXPECT_GT(p, kPassing) << name_ << ": chi-square " << chi_square_;
  }

 private:
  std::string name_;
  double chi_square_ = 0.0;
  double terms_ = 0.0;
};

class PlainTruth : public testing::TestWithParam<PlainFamily> {};

TEST_P(PlainTruth, OrdersSurvivalSpendAndDiscountedValueMatchClosedFormsAtTwentyHorizons) {
  const PlainFamily family = GetParam();
  const PlainModel model = plain_model(family);
  const double mean_value = kSpend.p * kSpend.gamma / (kSpend.q - 1.0);
  JointCheck orders("orders");
  JointCheck survivors("survival");
  JointCheck revenue("spend");
  JointCheck discounted("discounted_value");
  for (const double weeks : kWeeks) {
    const double days = kDaysPerWeek * weeks;
    const std::uint32_t customers = (weeks < 5.0 ? 8000 : 2000) / kSmaller;
    const auto seed = static_cast<std::uint64_t>(1000.0 + weeks);
    const Figures figures = simulate_batches(model, seed, static_cast<float>(days), customers);
    const double repeats = expected_repeat_orders(family, weeks);
    double present = 1.0;  // orders, each in today's value
    double before = 0.0;
    for (double day = 0.0; day < days; day += 1.0) {
      const double after = expected_repeat_orders(family, (day + 1.0) / kDaysPerWeek);
      present += (after - before) * day_factor(day);
      before = after;
    }
    orders.add(figures.repeat_orders, repeats, weeks);
    survivors.add(figures.active, survival(family, weeks), weeks);
    // Spend is independent of rate and dropout.
    revenue.add(figures.revenue, (1.0 + repeats) * mean_value, weeks);
    discounted.add(figures.discounted, present * mean_value, weeks);
  }
  orders.expect_passes();
  survivors.expect_passes();
  revenue.expect_passes();
  discounted.expect_passes();
}

TEST_P(PlainTruth, OneTimeCustomersScaleRepeatOrdersAndSurvival) {
  const PlainFamily family = GetParam();
  PlainModel model = plain_model(family);
  model.one_time_share = 0.35F;
  const double stay = 1.0 - static_cast<double>(model.one_time_share);
  constexpr double kYear = 52.0;
  const Figures figures = simulate_batches(model, 77, 364.0F, 2000);
  constexpr double kSigmas = 4.0;
  EXPECT_NEAR(figures.repeat_orders.mean(), stay * expected_repeat_orders(family, kYear),
              kSigmas * figures.repeat_orders.error());
  EXPECT_NEAR(figures.active.mean(), stay * survival(family, kYear),
              kSigmas * figures.active.error());
}

INSTANTIATE_TEST_SUITE_P(Families, PlainTruth, testing::ValuesIn(kPlainFamilies));

}  // namespace
}  // namespace tenure::simulator::test
