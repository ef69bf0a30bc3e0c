#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/customers/churn_model.hpp>
#include <tenure/customers/churn_study.hpp>
#include <tenure/customers/order_history.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The risk of churn of everyone a shop knows, for tables of a million customers.
namespace tenure::customers {

/// Probabilities from which a risk is called medium and high, 0 <= medium_from <= high_from <= 1.
struct RiskCuts {
  double medium_from = 0.4;
  double high_from = 0.7;
  friend bool operator==(const RiskCuts&, const RiskCuts&) = default;
};

enum class RiskLevel : std::uint8_t { kLow = 0, kMedium = 1, kHigh = 2 };
inline constexpr std::size_t kRiskLevels = 3;
/// "low", "medium", "high".
std::string_view to_string(RiskLevel level) noexcept;
RiskLevel risk_level(double probability, const RiskCuts& cuts = {}) noexcept;

struct CustomerRiskOptions {
  ChurnStudyOptions study;             ///< log_end is the history's end_day, whatever is here
  std::vector<ChurnModelKind> kinds;   ///< of which the better one on its held-out days scores
  std::size_t training_rows = 60'000;  ///< about the most rows (customers x days) to learn from
  std::size_t reasons = 3;             ///< a customer
};

/// Of the customers with an order in the last study.active_days.
struct CustomerRisks {
  ChurnModel model;
  std::vector<std::uint32_t> customer;  ///< codes, increasing
  std::vector<double> probability;      ///< of no order in the next study.window_days
  std::size_t reasons_each = 0;
  std::vector<ChurnReason> reasons;   ///< customers x reasons_each, row-major, loudest first
  std::uint64_t known = 0;            ///< customers with an event by then
  std::uint64_t learned_from = 0;     ///< of them
  std::vector<std::string> left_out;  ///< factors the log cannot support, and why

  std::span<const ChurnReason> reasons_of(std::size_t i) const noexcept {
    return std::span(reasons).subspan(i * reasons_each, reasons_each);
  }
};

/// What `tenure churn` says of the customers of the evening of history.end_day (of `events`, made
/// with OrderHistoryOptions::end_day). Where days to learn from x customers known would be over
/// training_rows, the model learns from a sample of the customers, drawn by execution.seed and the
/// customer's code (Purpose::kChurnSample); all are scored. Depends on nothing after that evening;
/// the same bytes at any number of threads.
/// @throws as ChurnStudy::train and churn_factors.
CustomerRisks customer_risks(const Execution& execution, const EventTable& events,
                             const OrderHistory& history, const CustomerRiskOptions& options);

}  // namespace tenure::customers
