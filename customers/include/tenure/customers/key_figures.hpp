#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/money.hpp>
#include <tenure/customers/cohort.hpp>
#include <tenure/customers/order_history.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Key figures by any grouping of the customers, by period, new against returning, and the funnel.
namespace tenure::customers {

/// Customers in groups: by region, channel or cohort.
struct CustomerGroups {
  std::vector<std::string> names;
  /// By customer code; kNoRegion for customers without orders. Empty where the log has no such
  /// column.
  std::vector<std::uint32_t> code;
  bool empty() const noexcept { return code.empty(); }
};

/// By the history's region.
CustomerGroups region_groups(const EventTable& events, const OrderHistory& history);
/// By channel of the earliest purchase line of goods (row order breaks ties) on the day of the
/// first order.
CustomerGroups channel_groups(const EventTable& events, const OrderHistory& history);
/// By calendar month of the first order, named "2010-03", in time order.
CustomerGroups cohort_groups(const OrderHistory& history);

enum class GroupColumn { kRegion, kChannel };
/// By region or channel of a customer's earliest event of any kind (row order breaks ties), for
/// figures that count customers without orders too: the funnel.
CustomerGroups event_groups(const EventTable& events, GroupColumn column);

/// The same orders with the groups in the place of regions, so that all that looks at a region
/// looks at a group.
/// @throws ArgumentError where the groups are of another number of customers.
OrderHistory regrouped(OrderHistory history, const CustomerGroups& groups);

/// First orders against later ones.
struct NewReturning {
  std::uint64_t first_orders = 0;  ///< as many as customers
  std::uint64_t later_orders = 0;
  Money first_revenue = 0;
  Money later_revenue = 0;
};
/// All customers, or those of one region. Adds up to key_figures' orders and revenue.
/// @throws ArgumentError as key_figures.
NewReturning new_returning(const OrderHistory& history, std::optional<std::uint32_t> region = {});

enum class PeriodUnit { kWeek, kMonth };
const char* to_string(PeriodUnit unit) noexcept;
/// Periods of a year: 52 or 12.
std::size_t periods_a_year(PeriodUnit unit) noexcept;

/// The figures of whole periods, oldest first. Weeks are counted back from the history's last day;
/// months are calendar months; a period at either end that the log does not cover whole is left
/// out. Columns of equal length, by period.
struct PeriodFigures {
  PeriodUnit unit = PeriodUnit::kMonth;
  std::vector<std::int32_t> first_day;
  std::vector<std::uint64_t> orders;
  std::vector<std::uint64_t> active_customers;  ///< with an order in the period
  std::vector<std::uint64_t> new_customers;     ///< of these, first order in the period
  std::vector<Money> revenue;
  std::vector<Money> new_revenue;  ///< of first orders

  std::size_t size() const noexcept { return first_day.size(); }
};

/// All customers, or those of one region. The periods are the same for every region: they follow
/// the orders of all.
/// @throws ArgumentError as key_figures.
PeriodFigures period_figures(const OrderHistory& history, PeriodUnit unit,
                             std::optional<std::uint32_t> region = {});

/// A figure of every period.
enum class Figure {
  kOrders,
  kActiveCustomers,
  kNewCustomers,
  kReturningCustomers,  ///< active less new
  kRevenue,             ///< currency units, as are order values
  kAverageOrderValue,
  kOrdersPerCustomer,  ///< orders / active customers
  kReturningShare,     ///< returning / active customers
};
const char* to_string(Figure figure) noexcept;
std::optional<Figure> figure_from_string(std::string_view name) noexcept;
std::vector<std::string> figure_names();

/// By period; a ratio is empty where its denominator is 0.
std::vector<std::optional<double>> series_of(const PeriodFigures& figures, Figure figure);

/// One stage of the funnel.
struct FunnelStage {
  EventKind kind = EventKind::kPurchase;
  std::uint64_t events = 0;
  std::uint64_t customers = 0;  ///< with such an event
  /// Of these, customers who also have the stage before; equal to customers in the first stage.
  std::uint64_t with_previous = 0;
  /// with_previous over the stage before's customers; empty in the first stage.
  std::optional<double> conversion;
};

/// Stages the log has, in the order visit, view, favourite, cart, purchase, review, share; empty
/// where it has nothing but purchases and returns. With groups: the customers of one.
/// @throws ArgumentError where the events' columns do not fit, or groups are of another log.
std::vector<FunnelStage> funnel(const EventTable& events, const CustomerGroups& groups = {},
                                std::uint32_t group = 0);

}  // namespace tenure::customers
