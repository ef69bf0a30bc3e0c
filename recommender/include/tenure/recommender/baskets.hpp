#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/interactions.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace tenure::recommender {

/// What each customer bought day by day: an order is all lines of a customer on one day (UTC), as
/// in the lifetime models.
struct Baskets {
  /// Length n_customers + 1: customer c has baskets customer_start[c] .. customer_start[c + 1), by
  /// day.
  std::vector<std::uint64_t> customer_start{0};
  std::vector<std::int64_t> day;               ///< of each basket, days since 1970-01-01
  std::vector<std::uint64_t> basket_start{0};  ///< length baskets + 1, into items and weights
  std::vector<std::uint32_t> items;            ///< rising within a basket
  std::vector<float> weights;                  ///< the largest weight of the item's events that day
  std::uint32_t n_items = 0;

  std::size_t customers() const noexcept { return customer_start.size() - 1; }
  std::size_t size() const noexcept { return day.size(); }
  std::span<const std::uint32_t> basket_items(std::size_t basket) const noexcept {
    return std::span(items).subspan(basket_start[basket],
                                    basket_start[basket + 1] - basket_start[basket]);
  }
  std::span<const float> basket_weights(std::size_t basket) const noexcept {
    return std::span(weights).subspan(basket_start[basket],
                                      basket_start[basket + 1] - basket_start[basket]);
  }
};

/// Groups the rows that count; of the options only the kinds matter. `rows` as in
/// build_interactions().
/// @throws ArgumentError as build_interactions(), DataError where the table has no times.
Baskets build_baskets(const Execution& execution, const EventTable& events,
                      const InteractionOptions& options = {},
                      std::span<const std::uint8_t> rows = {});

}  // namespace tenure::recommender
