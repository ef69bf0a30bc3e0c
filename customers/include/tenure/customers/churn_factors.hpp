#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/order_history.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a log says of each customer on the evening of a day: the factors of the risk of churn.
/// docs/CHURN.md has the table of them with definitions.
namespace tenure::customers {

/// How a factor's value is kept: as it is, or as log(1 + value), which tames long tails.
enum class FactorScale : std::uint8_t { kPlain, kLog };

struct FactorInfo {
  std::string_view name;   ///< for files, e.g. "recency"
  std::string_view group;  ///< recency, frequency, gaps, spend, assortment, ...
  std::string_view label;  ///< in words, e.g. "days since the last order"
  FactorScale scale = FactorScale::kPlain;

  /// The value as people read it, from the value as it is kept.
  double natural(double kept) const noexcept;
};

/// Every factor there is, those of the lifetime model (group "lifetime") last. A factor's position
/// here is its id.
std::span<const FactorInfo> churn_factor_list() noexcept;

/// Id of a factor. @throws ArgumentError where there is none of that name.
std::size_t churn_factor(std::string_view name);

struct ChurnFactorOptions {
  std::int64_t as_of = 0;  ///< day (since 1970-01-01); nothing after its evening is seen
  int active_days =
      365;               ///< rows: customers with an order in the last so many days, as_of included
  int window_days = 90;  ///< the days ahead the risk is about
  /// Also fit a BG/NBD as of the day (weeks, all customers known by then).
  bool lifetime = true;
};

/// BG/NBD fitted as of the day, for the same customers.
struct LifetimeScores {
  BgNbdParameters parameters;           ///< time in weeks
  std::vector<double> p_alive;          ///< 1 for customers with one order, as the model has it
  std::vector<double> expected_orders;  ///< in the next window_days
  /// Probability of no order in the next window_days:
  /// 1 - p_alive (1 - ((alpha + T) / (alpha + T + t))^(r + x)).
  std::vector<double> no_order;
};

struct ChurnFactors {
  std::int32_t as_of = 0;
  std::vector<std::uint32_t> customer;  ///< codes of the store, increasing
  std::vector<std::size_t> factors;  ///< ids of the columns, increasing, none of the lifetime model
  std::vector<double> values;        ///< customers x factors, row-major, as kept, all finite
  std::optional<LifetimeScores> lifetime;
  /// Sentences: which factors the log cannot support as of the day, and why.
  std::vector<std::string> left_out;

  std::size_t rows() const noexcept { return customer.size(); }
  std::span<const double> row(std::size_t i) const noexcept {
    return std::span(values).subspan(i * factors.size(), factors.size());
  }
};

/// Orders are those of make_order_history as of the day: all lines of a customer on one day, net of
/// the returns known by then. Depends on events at or before as_of alone: what comes later changes
/// no byte.
/// @throws ArgumentError (no times, options out of range, nobody has ordered in the active days),
/// Cancelled. A BG/NBD that cannot be fitted is told in left_out.
ChurnFactors churn_factors(const Execution& execution, const EventTable& events,
                           const ChurnFactorOptions& options);
/// The same where the history of `events` as of the day is at hand.
/// @throws also ArgumentError where it is of another day or of other customers.
ChurnFactors churn_factors(const Execution& execution, const EventTable& events,
                           const OrderHistory& history, const ChurnFactorOptions& options);

/// 1 for each of `customers` (codes) without an order in the `window_days` after as_of, net of the
/// returns known at the window's end. `log_end` is the evening until which the log is whole: the
/// day of its last event where empty.
/// @throws ArgumentError where the log ends before the window does.
std::vector<std::uint8_t> churn_outcomes(const Execution& execution, const EventTable& events,
                                         std::span<const std::uint32_t> customers,
                                         std::int64_t as_of, int window_days,
                                         std::optional<std::int64_t> log_end = std::nullopt);

}  // namespace tenure::customers
