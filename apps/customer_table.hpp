#pragma once

#include "run.hpp"

#include <tenure/core/events.hpp>
#include <tenure/customers/customer_risk.hpp>
#include <tenure/customers/fit_report.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/customers/lifetime_value.hpp>
#include <tenure/customers/segments.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tenure::apps {

/// What the lifetime models say, and why they say nothing where they do not.
struct LifetimePart {
  customers::CalibrationSummary summary;  ///< customers with orders, in increasing code
  customers::ForecastOptions options;
  std::optional<customers::FitReport> orders;
  std::vector<customers::ModelScore> compared;  ///< with --model auto: best first, failed ones last
  std::optional<customers::FitReport> spend;
  std::string orders_left_out;                         ///< empty where `orders` is there
  std::string spend_left_out;                          ///< empty where `spend` is there
  std::vector<customers::CustomerForecast> forecasts;  ///< beside the summary; empty without orders
};

/// What the churn model says, or why it says nothing.
struct RiskPart {
  std::optional<customers::CustomerRisks> risks;
  std::string left_out;  ///< empty where `risks` is there
  customers::ChurnStudyOptions options;
};

/// Everything `tenure customers` knows: one row a customer, and the sums over them.
struct CustomerTable {
  const EventTable& events;
  const customers::SegmentOptions& options;
  customers::Segments segments;
  LifetimePart lifetime;
  RiskPart risk;
  std::vector<std::uint32_t> region;  ///< OrderHistory::region
  /// Row of the summary of each segment row with orders.
  std::vector<std::uint32_t> summary_row;
  /// Place among the risks of each segment row that has one, else kNoRisk. Empty without risks.
  std::vector<std::uint32_t> risk_row;
};
inline constexpr std::uint32_t kNoRisk = std::numeric_limits<std::uint32_t>::max();

/// Reasons in a row of the table.
inline constexpr std::size_t kReasons = 3;

/// Fills summary_row and risk_row. @throws ArgumentError where the parts are not of the same
/// customers.
void join_parts(CustomerTable& table);

/// Writes the table as csv beside `path` and renames it. @throws DataError, Cancelled.
void write_customer_csv(const Execution& execution, const CustomerTable& table,
                        const std::string& path);

/// Averages and expectations over some customers, in row order.
struct TierOutlook {
  double health = 0.0;           ///< mean index of those who have one
  double p_alive = 0.0;          ///< mean
  double expected_orders = 0.0;  ///< sum
  double lifetime_value = 0.0;   ///< sum
  double risk = 0.0;             ///< mean of those who have one
  std::uint64_t with_health = 0;
  std::uint64_t with_risk = 0;
};
/// One a tier, and all customers last.
std::array<TierOutlook, customers::kTiers + 1> tier_outlooks(const CustomerTable& table);

/// The sums for people, and as JSON.
std::string customer_summary_text(const CustomerTable& table);
Json customer_summary_json(const CustomerTable& table);

}  // namespace tenure::apps
