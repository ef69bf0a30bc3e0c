// What the page says of a log, on order histories of a handful of customers.
#include "sections.hpp"

#include <tenure/core/money.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure::report {
namespace {

using customers::OrderHistory;
using testing::HasSubstr;
using testing::Not;

/// Customers by the days of their orders since 1970-01-01.
OrderHistory history_of(const std::vector<std::vector<std::int32_t>>& customers,
                        std::int32_t end_day) {
  OrderHistory history;
  for (const auto& days : customers) {
    history.day.insert(history.day.end(), days.begin(), days.end());
    history.row_start.push_back(history.day.size());
  }
  history.value.resize(history.day.size());
  history.end_day = end_day;
  return history;
}

class ReportOfALog : public testing::Test {
 protected:
  StoreView view(const OrderHistory& history) const {
    return {events_, history, "shop", Format("EUR"), {}, {}};
  }

 private:
  EventTable events_;
};

TEST_F(ReportOfALog, HalfAreGoneIsSaidOfThoseWhoCameBack) {
  const auto history = history_of({{0}, {0}, {0}, {0, 100}}, 1000);
  EXPECT_EQ(survival_figure(view(history)).finding,
            "75\u00a0% of customers place no second order within one year. "
            "Half of those who do are gone after 100\u00a0days.");
}

TEST_F(ReportOfALog, HalfAreGoneIsSaidOfAllWhereEverybodyCameBack) {
  const auto history = history_of({{0, 50}, {0, 60}, {0, 70}, {0, 80}}, 1000);
  EXPECT_EQ(survival_figure(view(history)).finding,
            "Half of the customers are gone after 60\u00a0days.");
}

TEST_F(ReportOfALog, StillThereIsSaidAsFarAsTheLogTells) {
  // The second was seen for 1000 - 365 days, and never silent.
  const auto history = history_of({{0}, {0, 300, 600, 900}}, 1000);
  EXPECT_EQ(survival_figure(view(history)).finding,
            "50\u00a0% of customers place no second order within one year. More than half of those "
            "who do are still there after 635\u00a0days, as far as the log tells.");
}

TEST_F(ReportOfALog, NobodyComesBackWhereTheCurveFallsToZeroAtOnce) {
  const auto history = history_of({{0}, {0}}, 1000);
  EXPECT_EQ(survival_figure(view(history)).finding,
            "100\u00a0% of customers place no second order within one year. Nobody comes back.");
}

TEST_F(ReportOfALog, SurvivalIsNotShownWhereNobodyCouldBeSeenToLeave) {
  const Figure figure = survival_figure(view(history_of({{0, 50}}, 60)));
  EXPECT_THAT(figure.finding, HasSubstr("Not shown: "));
  EXPECT_TRUE(figure.note.empty());
  EXPECT_TRUE(figure.chart.is_null());
  EXPECT_TRUE(figure.table.rows.empty());
}

// Days 0 to 30 are January, 31 to 58 February, 59 to 89 March.
TEST_F(ReportOfALog, OldCustomersAreSuspectedWhereTheFirstMonthStandsOut) {
  std::vector<std::vector<std::int32_t>> customers(10, {5});
  for (const std::int32_t day : {31, 40, 59, 70, 80}) customers.push_back({day});
  const auto note = cohort_figure(view(history_of(customers, 89))).note;
  EXPECT_THAT(note, HasSubstr("The first month has 10 customers, a usual one 3: many of them may "
                              "be old customers"));
  EXPECT_THAT(note, Not(HasSubstr("not complete"))) << "the log ends with the month";
}

TEST_F(ReportOfALog, NoOldCustomersAreSuspectedWhereMonthsAreAlike) {
  const auto history = history_of({{5}, {6}, {7}, {31}, {40}, {59}, {70}}, 80);
  const auto note = cohort_figure(view(history)).note;
  EXPECT_THAT(note, Not(HasSubstr("old customers")));
  EXPECT_THAT(note, HasSubstr("The log ends on 1970-03-22: its last month is not complete."));
}

// Orders all of one value leave Gamma-Gamma without a finite maximum.
TEST_F(ReportOfALog, ValueOfFewCustomersRestsOnAPriorAndSaysSo) {
  auto history = history_of({{0, 50, 90}, {0}, {10, 300}, {20}, {30, 60, 61, 200}, {40}}, 400);
  history.has_value = true;
  history.value.assign(history.value.size(), to_money(20.0));
  const Figure figure = value_figure({}, view(history));
  EXPECT_FALSE(figure.chart.is_null());
  EXPECT_THAT(figure.note, HasSubstr("Few customers: a weak prior takes part in the fit of "));
  EXPECT_THAT(figure.note, HasSubstr("6 customers, 3 of them with a repeat order"));
}

TEST_F(ReportOfALog, FileNamesAreSmallPrintAndNoHeading) {
  const Section section = key_figures_section(view(history_of({{0, 50}}, 60)));
  EXPECT_EQ(section.title, "The customers");
  EXPECT_EQ(section.source, "Log file: shop");
  EXPECT_THAT(page_html("t", {section}), HasSubstr("<p class=\"note\">Log file: shop</p>"));
}

}  // namespace
}  // namespace tenure::report
