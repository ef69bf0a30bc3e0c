#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace tenure::customers {
namespace {

using test::threads;
using testing::ElementsAre;

// Three customers: days 0, 7, 21 with values 10, 20, 0; day 5; day 40.
OrderHistory small_history() {
  OrderHistory history;
  history.row_start = {0, 3, 3, 4, 5};
  history.day = {0, 7, 21, 5, 40};
  history.value = {10'000'000, 20'000'000, 0, 5'000'000, 1'000'000};
  history.has_value = true;
  history.end_day = 42;
  return history;
}

TEST(Summary, CountsRepeatOrdersAndTimesInUnits) {
  CalibrationOptions options;
  options.end_day = 28;
  const CalibrationSummary s = summarize(threads(1), small_history(), options);
  EXPECT_THAT(s.customer, ElementsAre(0, 2));  // 1 never ordered, 3 came later
  EXPECT_THAT(s.first_day, ElementsAre(0, 5));
  EXPECT_THAT(s.counts.frequency, ElementsAre(2, 0));
  EXPECT_THAT(s.counts.recency, ElementsAre(3, 0));
  EXPECT_THAT(s.counts.age, ElementsAre(4, 23.0 / 7));
  EXPECT_EQ(s.end_day, 28);
  // The order of no value is a repeat order, and no spend.
  EXPECT_THAT(s.spend_frequency, ElementsAre(1, 0));
  EXPECT_THAT(s.mean_value, ElementsAre(20, 0));
  EXPECT_NO_THROW(s.counts.validate());
}

TEST(Summary, TheEndIsInclusive) {
  CalibrationOptions options;
  options.days_per_unit = 1;
  options.end_day = 21;
  EXPECT_EQ(summarize(threads(1), small_history(), options).counts.frequency[0], 2);
  options.end_day = 20;
  const CalibrationSummary s = summarize(threads(1), small_history(), options);
  EXPECT_EQ(s.counts.frequency[0], 1);
  EXPECT_EQ(s.counts.recency[0], 7);
  EXPECT_EQ(s.counts.age[0], 20);
}

TEST(Summary, EndsWithTheHistoryUnlessTold) {
  const CalibrationSummary s = summarize(threads(1), small_history());
  EXPECT_EQ(s.size(), 3U);
  EXPECT_EQ(s.end_day, 42);
  EXPECT_DOUBLE_EQ(s.counts.age[2], 2.0 / 7);
}

TEST(Summary, RefusesAnEndBeforeTheFirstOrderAndABadUnit) {
  CalibrationOptions options;
  options.end_day = -1;
  EXPECT_THROW(summarize(threads(1), small_history(), options), ArgumentError);
  options = {};
  options.days_per_unit = 0;
  EXPECT_THROW(summarize(threads(1), small_history(), options), ArgumentError);
  EXPECT_THROW(summarize(threads(1), OrderHistory{}), ArgumentError);
}

TEST(Compress, MergesEqualRowsInOrder) {
  RecencyFrequency data;
  data.frequency = {2, 0, 2, 0, 2};
  data.recency = {3, 0, 3, 0, 4};
  data.age = {9, 5, 9, 5, 9};
  data.weight = {1, 2, 1.5, 1, 1};
  const RecencyFrequency c = compress(data);
  EXPECT_THAT(c.frequency, ElementsAre(0, 2, 2));
  EXPECT_THAT(c.recency, ElementsAre(0, 3, 4));
  EXPECT_THAT(c.age, ElementsAre(5, 9, 9));
  EXPECT_THAT(c.weight, ElementsAre(3, 2.5, 1));
}

TEST(RecencyFrequency, NamesTheRowAtFault) {
  const auto message = [](double x, double t_x, double age, double weight) -> std::string {
    RecencyFrequency data;
    data.frequency = {1, x};
    data.recency = {1, t_x};
    data.age = {2, age};
    data.weight = {1, weight};
    try {
      data.validate();
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return "";
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(message(2, 1, 3, 1), "");
  for (const auto& text :
       {message(-1, 0, 3, 1), message(1.5, 1, 3, 1), message(1, 4, 3, 1), message(0, 1, 3, 1),
        message(1, -1, 3, 1), message(1, nan, 3, 1), message(nan, 1, 3, 1),
        message(1, 1, std::numeric_limits<double>::infinity(), 1), message(1, 1, 3, 0),
        message(1, 1, 3, nan)}) {
    EXPECT_THAT(text, testing::HasSubstr("row 1 has"));
  }
  RecencyFrequency uneven;
  uneven.frequency = {1, 2};
  uneven.recency = {1};
  uneven.age = {2, 2};
  EXPECT_THROW(uneven.validate(), ArgumentError);
  uneven.recency = {1, 1};
  uneven.weight = {1};
  EXPECT_THROW(compress(uneven), ArgumentError);
}

TEST(Summary, SumsTheLogarithmsOfTheGaps) {
  CalibrationOptions options;
  options.end_day = 28;
  const CalibrationSummary s = summarize(threads(1), small_history(), options);
  // Gaps of one and of two weeks; no gap.
  EXPECT_THAT(s.counts.log_gaps, ElementsAre(std::log(1.0) + std::log(2.0), 0));
}

TEST(Compress, KeepsTheSumOfLogGapsOverCustomers) {
  RecencyFrequency data;
  data.frequency = {2, 2, 0};
  data.recency = {3, 3, 0};
  data.age = {9, 9, 5};
  data.weight = {1, 3, 2};
  data.log_gaps = {0.5, -0.5, 0};
  const RecencyFrequency c = compress(data);
  EXPECT_THAT(c.weight, ElementsAre(2, 4));
  EXPECT_THAT(c.log_gaps, ElementsAre(0, -0.25));
  data.log_gaps = {0.5, -0.5, 1};
  EXPECT_THROW(compress(data), ArgumentError);  // a gap without a repeat order
  data.log_gaps = {0.5};
  EXPECT_THROW(compress(data), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
