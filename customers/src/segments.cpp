#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/activity.hpp>
#include <tenure/customers/segments.hpp>

namespace tenure::customers {
namespace {

constexpr std::size_t kRowsPerChunk = 4096;

void check(const EventTable& events, const OrderHistory& history) {
  if (history.customers() != events.customers.size() || history.value.size() != history.orders()) {
    throw ArgumentError("segments: the order history is not of these events");
  }
  for (std::size_t c = 0; c < history.customers(); ++c) {
    if (history.order_count(c) > 0 && history.days_of(c).back() > history.end_day) {
      throw ArgumentError("segments: the order history goes on after its end_day");
    }
  }
}

/// Everyone known, with what needs no look at the others.
std::vector<SegmentRow> make_rows(const OrderHistory& history, const ActivityTable& activity) {
  std::vector<SegmentRow> rows;
  for (std::size_t c = 0; c < history.customers(); ++c) {
    const auto days = history.days_of(c);
    if (!activity.customer[c].known && days.empty()) continue;
    SegmentRow row;
    row.code = static_cast<std::uint32_t>(c);
    if (!days.empty()) {
      row.orders = static_cast<std::uint32_t>(days.size());
      row.first_day = days.front();
      row.last_day = days.back();
      for (const Money value : history.values_of(c)) {
        if (__builtin_add_overflow(row.revenue, value, &row.revenue)) {
          throw ArgumentError("segments: a customer's revenue is beyond the range of money");
        }
      }
    }
    rows.push_back(row);
  }
  return rows;
}

/// The figures of the customers with orders, that scores are measured against.
struct Columns {
  std::vector<double> recency, orders, money, revenue;
};

double money_of(const SegmentRow& row, bool mean) {
  const double total = to_units(row.revenue);
  return mean ? total / row.orders : total;
}

double recency_of(const SegmentRow& row, std::int32_t as_of) {
  return static_cast<double>(std::int64_t{as_of} - row.last_day);
}

Columns columns_of(const std::vector<SegmentRow>& rows, const OrderHistory& history,
                   const RfmOptions& options) {
  Columns columns;
  for (const SegmentRow& row : rows) {
    if (row.orders == 0) continue;
    columns.recency.push_back(recency_of(row, history.end_day));
    columns.orders.push_back(row.orders);
    if (!history.has_value) continue;
    columns.money.push_back(money_of(row, options.mean_money));
    columns.revenue.push_back(to_units(row.revenue));
  }
  return columns;
}

void add_sums(Segments& segments) {
  for (const SegmentRow& row : segments.rows) {
    segments.by_tier[static_cast<std::size_t>(row.tier)].add(row);
    if (row.orders == 0) continue;
    segments.by_class[static_cast<std::size_t>(row.customer_class)].add(row);
    segments.by_level[static_cast<std::size_t>(row.level)].add(row);
    if (row.top) segments.top.add(row);
    segments.total.add(row);
  }
}

}  // namespace

void SegmentSums::add(const SegmentRow& row) {
  ++customers;
  orders += row.orders;
  if (__builtin_add_overflow(revenue, row.revenue, &revenue)) {
    throw ArgumentError("segments: revenue is beyond the range of money");
  }
}

Segments segment_customers(const Execution& execution, const EventTable& events,
                           const OrderHistory& history, const SegmentOptions& options) {
  check(events, history);
  const ActivityTable activity = make_activity(execution, events, history.end_day, options.windows);
  Segments segments;
  segments.as_of = history.end_day;
  segments.has_value = history.has_value;
  segments.has_shares = activity.has_shares;
  segments.has_reviews = activity.has_reviews;
  segments.has_social = activity.has_shares || activity.has_reviews;
  segments.rows = make_rows(history, activity);
  const Columns columns = columns_of(segments.rows, history, options.rfm);
  segments.rfm = make_rfm_scale(options.rfm, columns.recency, columns.orders, columns.money);
  segments.health = make_health_scale(options.health, options.windows, history, activity);
  const auto& worth = history.has_value ? columns.revenue : columns.orders;
  const double least = worth.empty() ? 0.0 : top_threshold(worth, options.pyramid.top_share);
  parallel_for(execution, segments.rows.size(), kRowsPerChunk, [&](const Chunk& chunk) {
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      SegmentRow& row = segments.rows[i];
      if (row.orders == 0) continue;
      const Activity& did = activity.customer[row.code];
      const auto days = history.days_of(row.code);
      row.tier = tier_of(days, segments.as_of, options.tiers);
      row.scores = rfm_scores(segments.rfm, recency_of(row, segments.as_of), row.orders,
                              money_of(row, options.rfm.mean_money));
      row.customer_class =
          customer_class(row.scores, std::uint64_t{did.shares} + did.reviews, options.classes);
      row.level = pyramid_level(did.shares, did.reviews, options.pyramid);
      row.top = (history.has_value ? to_units(row.revenue) : row.orders) >= least;
      row.health = customer_health(options.health, options.windows, segments.health, days,
                                   history.values_of(row.code), did);
    }
  });
  add_sums(segments);
  return segments;
}

}  // namespace tenure::customers
