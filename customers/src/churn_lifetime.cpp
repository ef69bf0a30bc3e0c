#include "churn_lifetime.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::customers::detail {

std::optional<LifetimeScores> lifetime_scores(const Execution& execution,
                                              const OrderHistory& history,
                                              std::span<const std::uint32_t> customers,
                                              int window_days, std::string& why) {
  const CalibrationSummary summary = summarize(execution, history);
  LifetimeScores scores;
  try {
    scores.parameters = fit_bg_nbd(execution, summary.counts).parameters;
  } catch (const NumericalError& error) {
    why = error.what();
    return std::nullopt;
  }
  const BgNbdParameters& p = scores.parameters;
  const double t = window_days / summary.counts.days_per_unit;
  std::size_t row = 0;
  for (const std::uint32_t code : customers) {
    while (summary.customer[row] < code) ++row;
    const double x = summary.counts.frequency[row];
    const double t_x = summary.counts.recency[row];
    const double age = summary.counts.age[row];
    const double alive = bg_nbd_p_alive(p, x, t_x, age);
    scores.p_alive.push_back(alive);
    scores.expected_orders.push_back(bg_nbd_conditional_expected_orders(p, x, t_x, age, t));
    const double silent = std::exp(-(p.r + x) * std::log1p(t / (p.alpha + age)));
    scores.no_order.push_back(std::clamp(1.0 - alive * (1.0 - silent), 0.0, 1.0));
  }
  return scores;
}

}  // namespace tenure::customers::detail
