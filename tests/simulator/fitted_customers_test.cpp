#include "shop_log.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/simulator/fitted_customers.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>

namespace tenure::simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A log whose orders have prices and, by turns, two regions.
EventTable priced_log() {
  test::ShopTruth truth;
  EventTable events = test::shop_log(truth, 1);
  DictionaryBuilder regions;
  const std::uint32_t codes[] = {regions.code("north"), regions.code("south")};
  for (std::size_t i = 0; i < events.customer.size(); ++i) {
    events.unit_price.push_back(5.0 + static_cast<double>(events.customer[i] % 40) +
                                static_cast<double>(i % 3));
    events.quantity.push_back(1.0F);
    events.region.push_back(codes[events.customer[i] % 2]);
  }
  events.regions = std::move(regions).take();
  return events;
}

struct Known {
  EventTable events = priced_log();
  customers::OrderHistory history = customers::make_order_history({}, events, {});
  customers::CalibrationSummary summary = customers::summarize({}, history, {});
};

TEST(FittedCustomers, CarryTheFitOfEveryFamilyWithWhatIsNotKnownOfIt) {
  const Known known;
  for (const Family family : kOrderFamilies) {
    const std::string_view name = to_string(family);
    const FittedCustomers fitted =
        fit_customers({}, known.events, known.history, known.summary, name);
    const customers::FitReport alone = customers::fit_lifetime({}, name, known.summary.counts);
    const LifetimeModel& model = fitted.customers.model;
    EXPECT_EQ(model.family, family);
    EXPECT_EQ(order_family(name), family);
    EXPECT_THAT(alone.estimates,
                ElementsAre(model.orders.r, model.orders.alpha, model.orders.a, model.orders.b));
    EXPECT_EQ(
        std::vector<double>(model.orders_log_covariance.begin(), model.orders_log_covariance.end()),
        alone.log_covariance);
    EXPECT_EQ(model.spend.p, fitted.spend["p"]);
    EXPECT_TRUE(model.uncertain());
    EXPECT_NO_THROW(fitted.customers.validate());
  }
}

TEST(FittedCustomers, AreThoseOfTheLogWithTheirRegions) {
  const Known known;
  const ExistingCustomers customers =
      fit_customers({}, known.events, known.history, known.summary).customers;
  ASSERT_EQ(customers.size(), known.events.customers.size());
  EXPECT_EQ(customers.frequency, known.summary.counts.frequency);
  EXPECT_EQ(customers.age, known.summary.counts.age);
  EXPECT_THAT(customers.region_names, ElementsAre("north", "south"));
  for (std::size_t i = 0; i < customers.size(); ++i) {
    EXPECT_EQ(customers.region[i], known.summary.customer[i] % 2);
  }
}

TEST(FittedCustomers, WithoutRegionsHaveNone) {
  Known known;
  known.history.region.clear();
  const ExistingCustomers customers =
      fit_customers({}, known.events, known.history, known.summary).customers;
  EXPECT_TRUE(customers.region.empty());
  EXPECT_TRUE(customers.region_names.empty());
}

TEST(FittedCustomers, SayWhereAPriorTookPartInTheirModel) {
  Known known;
  EXPECT_EQ(fit_customers({}, known.events, known.history, known.summary).customers.caveat, "");
  // One price: Gamma-Gamma alone would have orders and customers without any spread.
  for (std::size_t i = 0; i < known.summary.size(); ++i) {
    if (known.summary.spend_frequency[i] > 0) known.summary.mean_value[i] = 9.0;
  }
  const FittedCustomers fitted = fit_customers({}, known.events, known.history, known.summary);
  EXPECT_EQ(fitted.orders.prior_reason, "");
  EXPECT_THAT(fitted.spend.prior_reason, HasSubstr("p -> infinity"));
  EXPECT_THAT(fitted.customers.caveat, HasSubstr("the fit of Gamma-Gamma, which"));
}

std::string fault(const Known& known, std::string_view model) {
  try {
    fit_customers({}, known.events, known.history, known.summary, model);
  } catch (const ArgumentError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(FittedCustomers, RefuseWhatCannotBeSimulated) {
  Known known;
  EXPECT_THAT(fault(known, "bg-bb"), HasSubstr("no order model 'bg-bb'"));
  known.history.has_value = false;
  EXPECT_THAT(fault(known, "bg-nbd"), HasSubstr("no prices"));
}

}  // namespace
}  // namespace tenure::simulator
