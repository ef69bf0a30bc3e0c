#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/money.hpp>
#include <tenure/customers/health.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/rfm.hpp>
#include <tenure/customers/segment_options.hpp>
#include <tenure/customers/tiers.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tenure::customers {

/// Who one customer is on the evening looked at. Without orders only `code` and `tier` say
/// anything.
struct SegmentRow {
  std::uint32_t code = 0;  ///< the store's
  std::uint32_t orders = 0;
  std::int32_t first_day = 0;
  std::int32_t last_day = 0;
  Money revenue = 0;  ///< net of returns
  Tier tier = Tier::kNone;
  CustomerClass customer_class = CustomerClass::kFadingCasual;
  PyramidLevel level = PyramidLevel::kBase;
  bool top = false;  ///< within PyramidOptions::top_share by revenue (orders without prices)
  RfmScores scores;
  Health health;
};

/// Sums over some customers.
struct SegmentSums {
  std::uint64_t customers = 0;
  std::uint64_t orders = 0;
  Money revenue = 0;

  /// @throws ArgumentError where money overflows.
  void add(const SegmentRow& row);
};

struct Segments {
  std::int32_t as_of = 0;
  bool has_value = false;    ///< prices
  bool has_social = false;   ///< a share or a review by as_of: else nobody is social
  bool has_shares = false;   ///< else nobody's value is extended
  bool has_reviews = false;  ///< else nobody's value is strategic
  RfmScale rfm;
  HealthScale health;
  std::vector<SegmentRow> rows;  ///< customers with an event by as_of, in increasing code

  std::array<SegmentSums, kTiers> by_tier;
  std::array<SegmentSums, kCustomerClasses> by_class;  ///< of customers with orders, as below
  std::array<SegmentSums, kPyramidLevels> by_level;
  SegmentSums top;
  SegmentSums total;  ///< customers with orders: what key_figures() of the history says
};

/// Segments every customer known on the evening of history.end_day. `history` must be of `events`,
/// made with OrderHistoryOptions::end_day where events go on after it: nothing later is looked at,
/// so events that are appended change nothing.
/// @throws ArgumentError where history and events do not go together, an option is out of its
/// range, or money overflows; Cancelled.
Segments segment_customers(const Execution& execution, const EventTable& events,
                           const OrderHistory& history, const SegmentOptions& options = {});

}  // namespace tenure::customers
