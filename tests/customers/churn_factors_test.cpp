#include "churn_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/churn_factors.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tenure::customers {
namespace {

using test::day;
using test::HandLog;
using test::threads;
using testing::HasSubstr;

ChurnFactorOptions as_of(std::string_view date) {
  ChurnFactorOptions options;
  options.as_of = day(date);
  options.lifetime = false;
  return options;
}

/// The kept value of a factor of row i.
double kept(const ChurnFactors& table, std::string_view name, std::size_t i = 0) {
  const std::size_t id = churn_factor(name);
  const auto found = std::find(table.factors.begin(), table.factors.end(), id);
  EXPECT_NE(found, table.factors.end()) << name;
  return table.row(i)[static_cast<std::size_t>(found - table.factors.begin())];
}
double natural(const ChurnFactors& table, std::string_view name, std::size_t i = 0) {
  return churn_factor_list()[churn_factor(name)].natural(kept(table, name, i));
}
bool has(const ChurnFactors& table, std::string_view name) {
  return std::count(table.factors.begin(), table.factors.end(), churn_factor(name)) == 1;
}

bool same_bytes(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}
void expect_same(const ChurnFactors& a, const ChurnFactors& b) {
  EXPECT_EQ(a.as_of, b.as_of);
  EXPECT_EQ(a.customer, b.customer);
  EXPECT_EQ(a.factors, b.factors);
  EXPECT_EQ(a.left_out, b.left_out);
  EXPECT_TRUE(same_bytes(a.values, b.values));
  ASSERT_EQ(a.lifetime.has_value(), b.lifetime.has_value());
  if (!a.lifetime) return;
  EXPECT_TRUE(same_bytes(a.lifetime->p_alive, b.lifetime->p_alive));
  EXPECT_TRUE(same_bytes(a.lifetime->no_order, b.lifetime->no_order));
  EXPECT_TRUE(same_bytes(a.lifetime->expected_orders, b.lifetime->expected_orders));
}

// One customer: orders of 2020-06-01 (Mon, 20.00), 2021-03-01 (Mon, 30.00), 2021-05-01 (Sat, 60.00,
// one of its lines fully returned), 2021-05-11 (Tue, 10.00).
HandLog hand_log() {
  HandLog log(2, 5);
  log.add(0, 0, "2020-06-01 10:00", 2, 5.0);
  log.add(0, 1, "2020-06-01 10:05", 1, 10.0);
  log.add(0, 0, "2021-03-01 12:00", 3, 10.0);
  log.add(0, 2, "2021-05-01 14:00", 4, 15.0);
  log.add(0, 3, "2021-05-01 14:00", 1, 99.0);
  log.add(0, 3, "2021-05-03 09:00", 1, 99.0, EventKind::kReturn);
  log.add(0, 2, "2021-05-11 16:00", 1, 6.0);
  log.add(0, 4, "2021-05-11 16:00", 1, 4.0);
  log.add(0, 4, "2021-05-20 11:00", 1, 0.0, EventKind::kView);
  return log;
}

TEST(ChurnFactors, AreThoseOfAHandComputedExample) {
  const HandLog log = hand_log();
  const ChurnFactors t = churn_factors(threads(1), log.events, as_of("2021-06-01"));
  ASSERT_EQ(t.rows(), 1U);
  EXPECT_EQ(t.customer[0], 0U);
  // 2020-06-01 to 2021-06-01 are 365 days; gaps 273, 61, 10.
  EXPECT_NEAR(natural(t, "recency"), 21, 1e-12);
  EXPECT_NEAR(natural(t, "tenure"), 365, 1e-10);
  EXPECT_NEAR(kept(t, "active_share"), 1 - 21.0 / 365, 1e-12);
  EXPECT_NEAR(natural(t, "orders"), 4, 1e-12);
  EXPECT_NEAR(natural(t, "orders_30"), 1, 1e-12);  // 05-11; 05-01 is 31 days ago
  EXPECT_NEAR(natural(t, "orders_90"), 2, 1e-12);  // 03-01 is 92 days ago
  EXPECT_NEAR(natural(t, "orders_180"), 3, 1e-12);
  EXPECT_NEAR(natural(t, "orders_365"), 3, 1e-12);  // the first is 365 days ago, not within
  EXPECT_NEAR(natural(t, "order_rate"), 4 * 30.0 / 365, 1e-12);
  EXPECT_EQ(kept(t, "active_months"), 3);      // 21, 31 and 92 days ago: months 1, 2 and 4
  EXPECT_EQ(kept(t, "orders_change_90"), 1);   // 2 - 1
  EXPECT_EQ(kept(t, "orders_change_180"), 3);  // 3 - 0
  EXPECT_NEAR(natural(t, "early_orders"), 0, 1e-12);
  EXPECT_EQ(kept(t, "one_order"), 0);
  const double mean_gap = 344.0 / 3;
  const double sd = std::sqrt(
      (std::pow(273 - mean_gap, 2) + std::pow(61 - mean_gap, 2) + std::pow(10 - mean_gap, 2)) / 2);
  EXPECT_NEAR(natural(t, "gap_mean"), mean_gap, 1e-10);
  EXPECT_NEAR(natural(t, "gap_median"), 61, 1e-10);
  EXPECT_NEAR(natural(t, "gap_sd"), sd, 1e-10);
  EXPECT_NEAR(natural(t, "gap_last"), 10, 1e-10);
  EXPECT_NEAR(natural(t, "gap_longest"), 273, 1e-10);
  EXPECT_NEAR(natural(t, "gap_last_ratio"), 10 / 167.0, 1e-12);
  EXPECT_NEAR(natural(t, "gap_ratio"), 21 / mean_gap, 1e-12);
  EXPECT_NEAR(kept(t, "lateness"), (21 - mean_gap) / sd, 1e-12);
  EXPECT_NEAR(kept(t, "gap_trend"), (std::log(11.0) - std::log(274.0)) / 2, 1e-12);
  EXPECT_NEAR(natural(t, "spend_90"), 70, 1e-9);
  EXPECT_NEAR(natural(t, "spend_180"), 100, 1e-9);
  EXPECT_NEAR(natural(t, "spend_total"), 120, 1e-9);
  EXPECT_NEAR(kept(t, "spend_change_180"), std::log(101.0), 1e-12);
  EXPECT_NEAR(natural(t, "basket_mean"), 30, 1e-10);
  EXPECT_NEAR(natural(t, "basket_last_ratio"), 1.0 / 3, 1e-12);
  // Slope of log(1 + value) on 0..3: sum of (i - 1.5) y_i over 5.
  EXPECT_NEAR(
      kept(t, "basket_trend"),
      (-1.5 * std::log(21.0) - 0.5 * std::log(31.0) + 0.5 * std::log(61.0) + 1.5 * std::log(11.0)) /
          5,
      1e-12);
  EXPECT_NEAR(kept(t, "basket_variation"), std::sqrt(1400.0 / 3) / 30, 1e-12);
  EXPECT_NEAR(natural(t, "first_value"), 20, 1e-10);
  EXPECT_NEAR(natural(t, "unit_price"), (20 + 30 + 60 + 99 + 10) / 13.0, 1e-10);
  EXPECT_NEAR(natural(t, "lines_per_order"), 7 / 4.0, 1e-12);
  EXPECT_NEAR(natural(t, "units_per_order"), 13 / 4.0, 1e-12);
  EXPECT_NEAR(natural(t, "distinct_items"), 5, 1e-12);
  EXPECT_NEAR(kept(t, "repeat_items"), 2 / 7.0, 1e-12);    // items 0 and 2 again
  EXPECT_NEAR(kept(t, "new_items_last"), 1 / 2.0, 1e-12);  // item 4 is new
  EXPECT_NEAR(natural(t, "return_share"), 1 / 7.0, 1e-12);
  EXPECT_NEAR(natural(t, "return_value_share"), 99.0 / 219, 1e-12);
  EXPECT_NEAR(natural(t, "returns_90"), 1, 1e-12);
  EXPECT_NEAR(natural(t, "visits_30"), 1, 1e-12);
  EXPECT_NEAR(natural(t, "visit_recency"), 12, 1e-12);
  EXPECT_EQ(kept(t, "weekday_share"), 0.5);
  EXPECT_EQ(kept(t, "weekend_share"), 0.25);
  EXPECT_NEAR(kept(t, "hour_mean"), 13, 1e-12);
  EXPECT_NEAR(kept(t, "hour_sd"), std::sqrt(20.0 / 3), 1e-12);
  // A year ago the window ahead was 2020-06-02 to 2020-08-30.
  EXPECT_NEAR(natural(t, "season_orders"), 0, 1e-12);
  EXPECT_EQ(kept(t, "region_share"), 1);
  EXPECT_NEAR(natural(t, "channels"), 1, 1e-12);
}

TEST(ChurnFactors, AreThirtyOrMoreWithNamesAndWordsOfTheirOwn) {
  const auto list = churn_factor_list();
  std::set<std::string_view> names;
  std::set<std::string_view> labels;
  std::size_t of_the_log = 0;
  for (std::size_t id = 0; id < list.size(); ++id) {
    names.insert(list[id].name);
    labels.insert(list[id].label);
    EXPECT_EQ(churn_factor(list[id].name), id);
    of_the_log += list[id].group == "lifetime" ? 0 : 1;
  }
  EXPECT_EQ(names.size(), list.size());
  EXPECT_EQ(labels.size(), list.size());
  EXPECT_GE(of_the_log, 30U);
  EXPECT_THROW(churn_factor("charm"), ArgumentError);
}

TEST(ChurnFactors, ACustomerWithOneOrderHasAYearForAGap) {
  HandLog log(2, 1);
  log.add(0, 0, "2021-05-22", 1, 10.0);
  log.add(1, 0, "2019-05-22", 1, 10.0);  // too long ago for a row
  const ChurnFactors t = churn_factors(threads(1), log.events, as_of("2021-06-01"));
  ASSERT_EQ(t.rows(), 1U);
  EXPECT_EQ(kept(t, "one_order"), 1);
  EXPECT_NEAR(natural(t, "gap_mean"), 365, 1e-10);
  EXPECT_NEAR(natural(t, "gap_ratio"), 10 / 365.0, 1e-12);
  EXPECT_EQ(kept(t, "gap_sd"), 0);
  EXPECT_EQ(kept(t, "gap_trend"), 0);
  EXPECT_EQ(kept(t, "basket_variation"), 0);
  EXPECT_EQ(kept(t, "active_share"), 0);
}

TEST(ChurnFactors, ActiveDaysDecideWhoHasARow) {
  HandLog log(3, 1);
  log.add(0, 0, "2021-05-31", 1, 1.0);
  log.add(1, 0, "2021-05-03", 1, 1.0);  // 29 days before 06-01
  log.add(2, 0, "2021-05-02", 1, 1.0);
  ChurnFactorOptions options = as_of("2021-06-01");
  options.active_days = 30;
  const ChurnFactors t = churn_factors(threads(1), log.events, options);
  EXPECT_EQ(t.customer, (std::vector<std::uint32_t>{0, 1}));
}

TEST(ChurnFactors, MissingColumnsLeaveTheirFactorsOutAndSaySo) {
  HandLog log = hand_log();
  EventTable& e = log.events;
  // Purchases without times of day, nothing else: customer, item, day.
  EventTable bare;
  bare.customers = e.customers;
  bare.items = e.items;
  for (std::size_t row = 0; row < e.rows(); ++row) {
    if (e.kind[row] != EventKind::kPurchase) continue;
    bare.customer.push_back(e.customer[row]);
    bare.item.push_back(e.item[row]);
    bare.time.push_back(day_of(e.time[row]) * kSecondsPerDay);
  }
  const ChurnFactors t = churn_factors(threads(1), bare, as_of("2021-05-11"));
  for (const char* gone :
       {"spend_90", "unit_price", "units_per_order", "return_share", "returns_90", "visits_30",
        "hour_mean", "season_orders", "region_share", "channels"}) {
    EXPECT_FALSE(has(t, gone)) << gone;
  }
  EXPECT_TRUE(has(t, "gap_ratio"));
  EXPECT_TRUE(has(t, "distinct_items"));
  const std::string all = testing::PrintToString(t.left_out);
  for (const char* why :
       {"no prices", "no quantities", "no return is known", "no view",
        "no purchase has a time of day", "a year back", "no regions", "no channels"}) {
    EXPECT_THAT(all, HasSubstr(why));
  }
  EXPECT_THAT(all, HasSubstr("hour_mean, hour_sd: no purchase has a time of day"));
}

/// Everything after the day is thrown about: rows change customer, item, time, price and kind; half
/// of them vanish; new ones come, of a new customer too.
EventTable with_another_future(const EventTable& events, std::int64_t as_of) {
  EventTable other = events;
  std::vector<std::size_t> future;
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (day_of(events.time[row]) > as_of) future.push_back(row);
  }
  EXPECT_GT(future.size(), 100U);
  RandomStream stream(99, {Purpose::kTest, 0, 0, 0});
  for (const std::size_t row : future) {
    other.customer[row] = draw_index(stream, events.customers.size());
    other.item[row] = draw_index(stream, events.items.size());
    other.time[row] = (as_of + 1 + draw_index(stream, 300)) * kSecondsPerDay;
    other.unit_price[row] = draw_index(stream, 1000);
    other.quantity[row] = static_cast<float>(draw_index(stream, 50));
    other.kind[row] = static_cast<EventKind>(draw_index(stream, 8));
    other.region[row] = draw_index(stream, 3);
  }
  const std::uint32_t stranger = other.customers.append("stranger");
  for (int k = 0; k < 20; ++k) {
    other.customer.push_back(stranger);
    other.item.push_back(0);
    other.time.push_back((as_of + 2 + k) * kSecondsPerDay);
    other.quantity.push_back(1.0F);
    other.unit_price.push_back(5.0);
    other.kind.push_back(EventKind::kPurchase);
    other.region.push_back(0);
    other.channel.push_back(0);
  }
  return other;
}

TEST(ChurnFactors, SeeNothingAfterTheDay) {
  const EventTable events = test::synthetic_shop(600, 3);
  for (const char* date : {"2020-09-15", "2021-05-01"}) {
    ChurnFactorOptions options = as_of(date);
    options.lifetime = true;
    const ChurnFactors before = churn_factors(threads(2), events, options);
    EXPECT_TRUE(before.lifetime.has_value());
    expect_same(before,
                churn_factors(threads(2), with_another_future(events, options.as_of), options));
    EventTable none = events;  // nothing after the day at all
    std::vector<std::size_t> seen;
    for (std::size_t row = 0; row < events.rows(); ++row) {
      if (day_of(events.time[row]) <= options.as_of) seen.push_back(row);
    }
    const auto keep = [&](auto& column) {
      for (std::size_t k = 0; k < seen.size(); ++k) column[k] = column[seen[k]];
      column.resize(seen.size());
    };
    keep(none.customer), keep(none.item), keep(none.time), keep(none.quantity);
    keep(none.unit_price), keep(none.kind), keep(none.region), keep(none.channel);
    expect_same(before, churn_factors(threads(2), none, options));
  }
}

TEST(ChurnFactors, AreTheSameBytesAtAnyNumberOfThreads) {
  const EventTable events = test::synthetic_shop(1500, 4);
  ChurnFactorOptions options = as_of("2021-07-01");
  options.lifetime = true;
  const ChurnFactors one = churn_factors(threads(1), events, options);
  for (const int n : {2, 3, 8}) expect_same(one, churn_factors(threads(n), events, options));
}

TEST(ChurnFactors, TheLifetimeModelsNoOrderIsItsClosedForm) {
  const EventTable events = test::synthetic_shop(800, 5);
  ChurnFactorOptions options = as_of("2021-07-01");
  options.lifetime = true;
  const ChurnFactors t = churn_factors(threads(2), events, options);
  ASSERT_TRUE(t.lifetime.has_value());
  const auto& p = t.lifetime->parameters;
  for (std::size_t i = 0; i < t.rows(); i += 50) {
    const double x = natural(t, "orders", i) - 1;
    const double age = natural(t, "tenure", i) / 7;
    const double t_x = x > 0 ? age - natural(t, "recency", i) / 7 : 0.0;
    const double whole = std::round(x);
    const double alive = bg_nbd_p_alive(p, whole, t_x, age);
    EXPECT_NEAR(t.lifetime->p_alive[i], alive, 1e-9);
    const double none =
        1 - alive * (1 - std::pow((p.alpha + age) / (p.alpha + age + 90.0 / 7), p.r + whole));
    EXPECT_NEAR(t.lifetime->no_order[i], none, 1e-9);
  }
}

TEST(ChurnOutcomes, AreCustomersWithoutAnOrderInTheWindow) {
  HandLog log(4, 1);
  for (std::uint32_t c = 0; c < 4; ++c) log.add(c, 0, "2021-01-01", 1, 1.0);
  log.add(0, 0, "2021-03-01", 1, 1.0);                      // the window's last day is 03-02
  log.add(1, 0, "2021-03-03", 1, 1.0);                      // too late
  log.add(2, 0, "2021-02-01", 1, 1.0);                      // bought, and returned in full
  log.add(2, 0, "2021-02-03", 1, 1.0, EventKind::kReturn);  // within the window
  log.add(3, 0, "2021-02-01", 1, 1.0);
  log.add(3, 0, "2021-03-03", 1, 1.0, EventKind::kReturn);  // not known yet
  const std::vector<std::uint32_t> all = {0, 1, 2, 3};
  EXPECT_EQ(churn_outcomes(threads(1), log.events, all, day("2021-01-01"), 60),
            (std::vector<std::uint8_t>{0, 1, 1, 0}));
  EXPECT_THROW(churn_outcomes(threads(1), log.events, all, day("2021-01-03"), 60), ArgumentError);
  const std::vector<std::uint32_t> unknown = {9};
  EXPECT_THROW(churn_outcomes(threads(1), log.events, unknown, day("2021-01-01"), 60),
               ArgumentError);
}

TEST(ChurnFactors, SurviveOddLogs) {
  HandLog same_day(3, 1);  // all orders on one day; free of charge
  for (std::uint32_t c = 0; c < 3; ++c) same_day.add(c, 0, "2021-01-01", 1, 0.0);
  ChurnFactorOptions options = as_of("2021-01-01");
  options.lifetime = true;
  const ChurnFactors t = churn_factors(threads(1), same_day.events, options);
  EXPECT_EQ(t.rows(), 3U);
  for (const double v : t.values) EXPECT_TRUE(std::isfinite(v));
  EXPECT_FALSE(t.lifetime.has_value());
  EXPECT_THAT(testing::PrintToString(t.left_out), HasSubstr("p_alive, expected_orders: "));

  // A return before any purchase, and an order that was wholly returned: no order, no row.
  HandLog undone(2, 1);
  undone.add(0, 0, "2021-01-01", 1, 5.0, EventKind::kReturn);
  undone.add(1, 0, "2021-01-01", 1, 5.0);
  undone.add(1, 0, "2021-01-02", 1, 5.0, EventKind::kReturn);
  EXPECT_THROW(churn_factors(threads(1), undone.events, as_of("2021-01-03")), ArgumentError);
}

TEST(ChurnFactors, RefuseBadInput) {
  const HandLog log = hand_log();
  const auto refused = [&](const EventTable& events, const ChurnFactorOptions& options) {
    EXPECT_THROW(churn_factors(threads(1), events, options), ArgumentError);
  };
  refused(log.events, as_of("2020-05-31"));  // before the first order
  refused(log.events, as_of("2023-01-01"));  // nobody active
  ChurnFactorOptions options = as_of("2021-06-01");
  options.window_days = 0;
  refused(log.events, options);
  options.window_days = 90;
  options.active_days = -1;
  refused(log.events, options);
  EventTable timeless = log.events;
  timeless.time.clear();
  refused(timeless, as_of("2021-06-01"));
  refused(EventTable(), as_of("2021-06-01"));
  EventTable odd = log.events;
  odd.unit_price[0] = std::nan("");
  refused(odd, as_of("2021-06-01"));
}

}  // namespace
}  // namespace tenure::customers
