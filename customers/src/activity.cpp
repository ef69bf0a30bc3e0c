#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/activity.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>

namespace tenure::customers {
namespace {

constexpr std::size_t kParts = 256;  // of the customers, by their number of events
constexpr std::uint32_t kNoItem = std::numeric_limits<std::uint32_t>::max();

// What a range of customers says of the whole log.
struct Seen {
  std::uint32_t first_item = kNoItem;  // the first goods met
  bool several_items = false;
  bool returns = false;
  bool engagement = false;
  bool shares = false;
  bool reviews = false;

  void item(std::uint32_t code) {
    if (first_item == kNoItem) first_item = code;
    several_items = several_items || code != first_item;
  }
};

// Rows by customer, in input order.
struct RowsByCustomer {
  std::vector<std::uint64_t> start;
  std::vector<std::uint64_t> rows;
};

RowsByCustomer rows_until(const EventTable& events, std::int32_t as_of) {
  RowsByCustomer result;
  result.start.assign(std::size_t{events.customers.size()} + 1, 0);
  const std::int64_t end = (std::int64_t{as_of} + 1) * kSecondsPerDay;
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (events.time[row] < end) ++result.start[events.customer[row] + 1];
  }
  std::partial_sum(result.start.begin(), result.start.end(), result.start.begin());
  result.rows.resize(result.start.back());
  std::vector<std::uint64_t> next(result.start.begin(), result.start.end() - 1);
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (events.time[row] < end) result.rows[next[events.customer[row]]++] = row;
  }
  return result;
}

/// Counts the events of one customer after another. Holds scratch memory, one a chunk.
class Counter {
 public:
  Counter(const EventTable& events, std::int32_t as_of, const ActivityWindows& windows, Seen& seen)
      : events_(events), as_of_(as_of), windows_(windows), seen_(seen) {}

  Activity count(std::span<const std::uint64_t> rows) {
    Activity activity;
    activity.known = !rows.empty();
    items_.clear();
    for (const std::uint64_t row : rows) add(row, activity);
    std::sort(items_.begin(), items_.end());
    activity.items =
        static_cast<std::uint32_t>(std::unique(items_.begin(), items_.end()) - items_.begin());
    return activity;
  }

 private:
  bool inside(std::uint64_t row, int days) const {
    return day_of(events_.time[row]) > std::int64_t{as_of_} - days;
  }

  void add(std::uint64_t row, Activity& activity) {
    switch (events_.kind_of(row)) {
      case EventKind::kPurchase:
        add_purchase(row, activity);
        break;
      case EventKind::kReturn:
        if (events_.is_service(events_.item[row])) break;
        seen_.returns = true;
        activity.units_returned += quantity(row);
        break;
      case EventKind::kView:
      case EventKind::kCart:
      case EventKind::kFavourite:
      case EventKind::kVisit:
        seen_.engagement = true;
        activity.engagements += inside(row, windows_.engagement_days) ? 1 : 0;
        break;
      case EventKind::kShare:
        seen_.shares = true;
        activity.shares += inside(row, windows_.window_days) ? 1 : 0;
        break;
      case EventKind::kReview:
        seen_.reviews = true;
        activity.reviews += inside(row, windows_.window_days) ? 1 : 0;
        break;
    }
  }

  void add_purchase(std::uint64_t row, Activity& activity) {
    const std::uint32_t item = events_.item[row];
    if (events_.is_service(item)) return;
    seen_.item(item);
    activity.units_bought += quantity(row);
    if (inside(row, windows_.window_days)) items_.push_back(item);
  }

  double quantity(std::uint64_t row) const {
    const auto value = static_cast<double>(events_.quantity_of(row));
    if (!std::isfinite(value) || value < 0) {
      throw ArgumentError("activity: row " + std::to_string(row) +
                          " has a quantity that is negative or not finite");
    }
    return value;
  }

  const EventTable& events_;
  std::int32_t as_of_;
  const ActivityWindows& windows_;
  Seen& seen_;
  std::vector<std::uint32_t> items_;
};

void merge(const std::vector<Seen>& parts, ActivityTable& table) {
  Seen all;
  for (const Seen& part : parts) {
    if (part.first_item != kNoItem) all.item(part.first_item);
    all.several_items = all.several_items || part.several_items;
    table.has_returns = table.has_returns || part.returns;
    table.has_engagement = table.has_engagement || part.engagement;
    table.has_shares = table.has_shares || part.shares;
    table.has_reviews = table.has_reviews || part.reviews;
  }
  table.several_items = all.several_items;
}

}  // namespace

std::optional<std::int32_t> last_event_day(const EventTable& events) {
  if (events.rows() > 0 && !events.has_time()) {
    throw ArgumentError("activity: the log has no times");
  }
  if (events.rows() == 0) return std::nullopt;
  const std::int64_t day = day_of(*std::max_element(events.time.begin(), events.time.end()));
  if (day != static_cast<std::int32_t>(day)) {
    throw ArgumentError("activity: the last event has no real date");
  }
  return static_cast<std::int32_t>(day);
}

ActivityTable make_activity(const Execution& execution, const EventTable& events,
                            std::int32_t as_of, const ActivityWindows& windows) {
  events.validate();
  if (events.rows() > 0 && !events.has_time()) {
    throw ArgumentError("activity: the log has no times");
  }
  if (windows.window_days < 1 || windows.engagement_days < 1) {
    throw ArgumentError("activity: a window must be of at least one day");
  }
  ActivityTable table;
  table.as_of = as_of;
  table.customer.resize(events.customers.size());
  const RowsByCustomer by_customer = rows_until(events, as_of);
  const std::vector<std::size_t> bounds = partition_by_cost(by_customer.start, kParts);
  std::vector<Seen> parts(bounds.empty() ? 0 : bounds.size() - 1);
  parallel_for_bounds(execution, bounds, [&](const Chunk& chunk) {
    Counter counter(events, as_of, windows, parts[chunk.index]);
    for (std::size_t c = chunk.begin; c < chunk.end; ++c) {
      const std::uint64_t begin = by_customer.start[c];
      table.customer[c] =
          counter.count({by_customer.rows.data() + begin, by_customer.start[c + 1] - begin});
    }
  });
  merge(parts, table);
  return table;
}

}  // namespace tenure::customers
