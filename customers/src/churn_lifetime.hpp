#pragma once

#include <tenure/customers/churn_factors.hpp>
#include <tenure/customers/order_history.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace tenure::customers::detail {

/// BG/NBD fitted on all customers of a history made as of its end day, for `customers` (codes,
/// increasing, each with an order). Empty where it cannot be fitted; `why` then says why.
std::optional<LifetimeScores> lifetime_scores(const Execution& execution,
                                              const OrderHistory& history,
                                              std::span<const std::uint32_t> customers,
                                              int window_days, std::string& why);

}  // namespace tenure::customers::detail
