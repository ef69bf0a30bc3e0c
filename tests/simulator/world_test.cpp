#include "sample_size.hpp"
#include "scenarios.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/recency_frequency.hpp>
#include <tenure/simulator/roi.hpp>
#include <tenure/simulator/world.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tenure::simulator::test {
namespace {

using tenure::test::kSmaller;

using ::testing::HasSubstr;

constexpr const char* kWorld = R"(currency = "USD"
start = "2024-01-01"
days = 365
customers = 4000
items = 500
unit = "week"
[prices]
median = 10.0
log_sd = 0.5
[orders]
lines_mean = 2.5
[returns]
share = 0.1
mean_days = 5.0
[taste]
clusters = 20
strength = 0.8
zipf_exponent = 0.8
[[channel]]
name = "app"
share = 0.75
[[channel]]
name = "web"
share = 0.25
[[region]]
name = "north"
share = 0.25
r = 2.0
alpha = 10.0
a = 0.5
b = 2.0
p = 6.0
q = 4.0
gamma = 25.0
[[region]]
name = "south"
share = 0.75
r = 2.0
alpha = 10.0
a = 0.5
b = 2.0
p = 6.0
q = 4.0
gamma = 25.0
)";

World small_world() { return parse_world(kWorld, "w.toml"); }

/// Number within an id such as "I042".
std::uint32_t number_of(std::string_view id) {
  return static_cast<std::uint32_t>(std::stoul(std::string(id.substr(1))));
}

TEST(World, IsTheSameAtAnyNumberOfThreads) {
  Execution execution;
  execution.seed = 3;
  execution.threads = 1;
  const EventTable one = generate(execution, small_world());
  for (const int threads : {2, 3, 8}) {
    execution.threads = threads;
    const EventTable many = generate(execution, small_world());
    EXPECT_EQ(one.customer, many.customer);
    EXPECT_EQ(one.item, many.item);
    EXPECT_EQ(one.time, many.time);
    EXPECT_EQ(one.quantity, many.quantity);
    EXPECT_EQ(one.unit_price, many.unit_price);
    EXPECT_EQ(one.order, many.order);
    EXPECT_EQ(one.region, many.region);
    EXPECT_EQ(one.channel, many.channel);
    EXPECT_EQ(one.kind, many.kind);
    EXPECT_EQ(one.customers, many.customers);
    EXPECT_EQ(one.items, many.items);
    EXPECT_EQ(one.orders, many.orders);
  }
}

TEST(World, IsAValidLogInOrderOfTime) {
  const World world = small_world();
  const EventTable log = generate({}, world);
  EXPECT_NO_THROW(log.validate());
  EXPECT_EQ(log.customers.size(), world.customers);  // everybody places a first order
  EXPECT_EQ(log.currency, "USD");
  EXPECT_EQ(log.counts.rows, log.rows());
  EXPECT_TRUE(std::is_sorted(log.time.begin(), log.time.end()));
  EXPECT_GE(log.time.front(), world.start_seconds);
  EXPECT_LT(log.time.back(), world.start_seconds + 365 * kSecondsPerDay);
  std::uint32_t seen = 0;  // codes in order of first appearance
  for (const std::uint32_t code : log.customer) {
    ASSERT_LE(code, seen);
    if (code == seen) ++seen;
  }
}

TEST(World, KeepsItsSharesOfRegionsChannelsAndReturns) {
  const EventTable log = generate({}, small_world());
  std::set<std::pair<std::uint32_t, std::uint32_t>> customers;
  double app = 0.0;
  double purchases = 0.0;
  double returns = 0.0;
  for (std::size_t i = 0; i < log.rows(); ++i) {
    customers.emplace(log.region[i], log.customer[i]);
    app += log.channels[log.channel[i]] == "app" ? 1.0 : 0.0;
    (log.kind_of(i) == EventKind::kReturn ? returns : purchases) += 1.0;
  }
  EXPECT_EQ(customers.size(), log.customers.size());  // one region each
  std::map<std::string, int> by_region;
  for (const auto& [region, customer] : customers) ++by_region[std::string(log.regions[region])];
  EXPECT_EQ(by_region["north"], 1000);
  EXPECT_EQ(by_region["south"], 3000);
  // Some 8,000 orders of one channel each: standard error 0.005, lines within an order alike.
  EXPECT_NEAR(app / (purchases + returns), 0.75, 0.03);
  // A tenth of some 20,000 lines, less those that would come back after the end.
  EXPECT_NEAR(returns / purchases, 0.1, 0.012);
}

TEST(World, OrdersAreWorthWhatTheSpendModelSays) {
  World world = small_world();
  world.return_share = 0.0;
  world.customers = 20000;
  const EventTable log = generate({}, world);
  std::vector<double> value(log.orders.size(), 0.0);
  std::vector<std::uint32_t> buyer(log.orders.size(), 0);
  for (std::size_t i = 0; i < log.rows(); ++i) {
    value[log.order[i]] += log.unit_price[i] * static_cast<double>(log.quantity[i]);
    buyer[log.order[i]] = log.customer[i];
  }
  // First orders: independent customers, mean p gamma / (q - 1).
  std::set<std::uint32_t> seen;
  std::vector<double> first;
  for (std::size_t order = 0; order < value.size(); ++order) {
    if (seen.insert(buyer[order]).second) first.push_back(value[order]);
  }
  const MeanAndError mean = mean_and_error(first);
  // Unit prices in cents add up to a cent a line and order to the tolerance.
  EXPECT_NEAR(mean.mean, 6.0 * 25.0 / 3.0, 4.0 * mean.error + 0.01);
}

TEST(World, OrdersFollowTheLifetimeModel) {
  World world = small_world();
  world.customers = 10000;
  world.return_share = 0.0;
  const EventTable log = generate({}, world);
  const double end = static_cast<double>(world.start_seconds) + world.days * 86400.0;
  constexpr double kWeek = 7.0 * 86400.0;
  std::vector<std::vector<double>> orders(log.customers.size());
  for (std::size_t i = 0; i < log.rows(); ++i) {
    const auto time = static_cast<double>(log.time[i]);
    std::vector<double>& times = orders[log.customer[i]];
    if (i == 0 || log.order[i] != log.order[i - 1]) times.push_back(time);
  }
  customers::RecencyFrequency data;
  for (const std::vector<double>& times : orders) {
    data.frequency.push_back(static_cast<double>(times.size() - 1));
    data.recency.push_back((times.back() - times.front()) / kWeek);
    data.age.push_back((end - times.front()) / kWeek);
  }
  const customers::BgNbdFit fit = customers::fit_bg_nbd({}, data);
  const customers::BgNbdParameters& truth = world.regions[0].model.orders;
  EXPECT_NEAR(fit.parameters.r, truth.r, 4.0 * fit.standard_errors.r);
  EXPECT_NEAR(fit.parameters.alpha, truth.alpha, 4.0 * fit.standard_errors.alpha);
  EXPECT_NEAR(fit.parameters.a, truth.a, 4.0 * fit.standard_errors.a);
  EXPECT_NEAR(fit.parameters.b, truth.b, 4.0 * fit.standard_errors.b);
  EXPECT_LT(fit.standard_errors.r, 0.1 * truth.r);
}

TEST(World, CustomersReturnToTheirFavouriteClusters) {
  const auto share_of_two = [](double strength) {
    World world = small_world();
    world.taste.strength = strength;
    world.return_share = 0.0;
    const EventTable log = generate({}, world);
    std::vector<std::map<std::uint32_t, int>> lines(log.customers.size());
    for (std::size_t i = 0; i < log.rows(); ++i) {
      ++lines[log.customer[i]][(number_of(log.items[log.item[i]]) - 1) % world.taste.clusters];
    }
    double kept = 0.0;
    double total = 0.0;
    for (const auto& clusters : lines) {
      std::vector<int> counts;
      for (const auto& [cluster, count] : clusters) counts.push_back(count);
      std::sort(counts.rbegin(), counts.rend());
      int sum = 0;
      for (const int count : counts) sum += count;
      if (sum < 10) continue;
      total += sum;
      kept += counts[0] + (counts.size() > 1 ? counts[1] : 0);
    }
    return kept / total;
  };
  EXPECT_GT(share_of_two(0.8), 0.75);
  EXPECT_LT(share_of_two(0.0), 0.5);
}

TEST(World, RefusesMistakesWithTheirLine) {
  struct Broken {
    const char* from;
    const char* to;
    std::uint64_t line;
    const char* says;
  };
  const std::vector<Broken> cases = {
      {"start = \"2024-01-01\"", "start = \"last year\"", 2, "must be a date"},
      {"items = 500", "items = 0", 5, "'items'"},
      {"share = 0.1", "share = 1.1", 13, "between 0 and 1"},
      {"clusters = 20", "clusters = 501", 16, "'clusters'"},
      {"strength = 0.8", "strenght = 0.8", 17, "did you mean 'strength'?"},
      {"share = 0.25\nr", "share = 0.35\nr", 37, "add up to 1.1"},
      {"share = 0.25\n[[region]]", "share = 0.2\n[[region]]", 24, "channels' shares"},
      {"name = \"web\"", "name = \"app\"", 23, "second channel"},
      {"mean_days = 5.0", "mean_days = 5.0\nmean = 1", 15, "unknown key 'mean'"},
  };
  for (const Broken& broken : cases) {
    std::string text = kWorld;
    const std::size_t at = text.find(broken.from);
    ASSERT_NE(at, std::string::npos) << broken.from;
    text.replace(at, std::string(broken.from).size(), broken.to);
    try {
      parse_world(text, "w.toml");
      ADD_FAILURE() << "accepted: " << broken.to;
    } catch (const DataError& error) {
      EXPECT_EQ(error.line(), broken.line) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(broken.says));
    }
  }
}

World shipped_world() {
  return read_world(tenure::test::source_file("datasets/worlds/default.toml"));
}

TEST(ShippedWorld, AgreesWithTheShippedScenario) {
  const World world = shipped_world();
  const Scenario scenario =
      read_scenario(tenure::test::source_file("datasets/scenarios/default.toml"));
  ASSERT_EQ(world.regions.size(), scenario.population.regions.size());
  for (std::size_t i = 0; i < world.regions.size(); ++i) {
    const RegionSpec& a = world.regions[i];
    const RegionSpec& b = scenario.population.regions[i];
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.share, b.share);
    EXPECT_EQ(a.model.orders.alpha, b.model.orders.alpha);
    EXPECT_EQ(a.model.orders.a, b.model.orders.a);
    EXPECT_EQ(a.model.spend.gamma, b.model.spend.gamma);
  }
}

TEST(ShippedWorldSlow, RegionsHaveTheReportedRetentionAndOrders) {
  const std::map<std::string, double> reported = {{"north-america", 0.305},   {"europe", 0.258},
                                                  {"south-east-asia", 0.182}, {"middle-east", 0.15},
                                                  {"latin-america", 0.12},    {"africa", 0.09}};
  double orders = 0.0;
  double retention = 0.0;
  const World world = shipped_world();
  EXPECT_EQ(world.customers, 100'000U);
  EXPECT_EQ(world.items, 5'000U);
  ASSERT_EQ(world.regions.size(), reported.size());
  for (const RegionSpec& region : world.regions) {
    // 400,000 customers: standard error of a share under 0.0008, times kWider.
    Scenario scenario = new_customers(region.model, 100'000 / kSmaller, 4, kRetentionWindowDays);
    const auto kept = per_customer(simulate({}, scenario), 0,
                                   [](const Totals& totals) { return totals.retained[3]; });
    EXPECT_NEAR(kept.mean, reported.at(region.name), 0.005) << region.name;
    retention += region.share * kept.mean;
    scenario.horizon_days = 365.0;
    orders += region.share * per_customer(simulate({}, scenario), 0, [](const Totals& totals) {
                               return totals.orders;
                             }).mean;
  }
  EXPECT_NEAR(orders, 1.8, 0.02);
  EXPECT_NEAR(retention, 0.223, 0.005);
}

}  // namespace
}  // namespace tenure::simulator::test
