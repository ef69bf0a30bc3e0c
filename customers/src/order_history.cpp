#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/order_history.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <tuple>

namespace tenure::customers {
namespace {

constexpr std::size_t kParts = 256;  // of the customers, by their number of events
constexpr double kMoneyLimit = 9.2e12;
// Of a line's quantity: below this share of it, what fractional quantities leave is rounding.
constexpr double kNothingLeft = 1e-6;

// One purchase or return of a customer.
struct Line {
  std::int64_t time = 0;
  std::uint64_t row = 0;
  double quantity = 0.0;  // left
  std::uint32_t item = 0;
  bool is_return = false;
};

// Rows of the events that take part, by customer, rows in input order.
struct RowsByCustomer {
  std::vector<std::uint64_t> start;  // length customers + 1
  std::vector<std::uint64_t> rows;
  std::int64_t last_day = 0;
};

// The orders of a range of customers, and what was counted on the way.
struct Part {
  std::vector<std::uint64_t> order_count;  // by customer of the range
  std::vector<std::int32_t> day;
  std::vector<Money> value;
  std::vector<std::uint32_t> region;
  std::uint64_t returns = 0;
  std::uint64_t unmatched_returns = 0;
  std::uint64_t days_without_goods = 0;
  std::uint64_t left_truncated = 0;
};

bool takes_part(EventKind kind) noexcept {
  return kind == EventKind::kPurchase || kind == EventKind::kReturn;
}

RowsByCustomer rows_by_customer(const EventTable& events, std::optional<std::int64_t> end_day) {
  RowsByCustomer result;
  result.start.assign(std::size_t{events.customers.size()} + 1, 0);
  bool any = false;
  const auto wanted = [&](std::size_t row) {
    return takes_part(events.kind_of(row)) && (!end_day || day_of(events.time[row]) <= *end_day);
  };
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (!wanted(row)) continue;
    const std::int64_t day = day_of(events.time[row]);
    if (day != static_cast<std::int32_t>(day)) {
      throw ArgumentError("order history: row " + std::to_string(row) + " has no real date");
    }
    result.last_day = any ? std::max(result.last_day, day) : day;
    any = true;
    ++result.start[events.customer[row] + 1];
  }
  std::partial_sum(result.start.begin(), result.start.end(), result.start.begin());
  result.rows.resize(result.start.back());
  std::vector<std::uint64_t> next(result.start.begin(), result.start.end() - 1);
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (wanted(row)) result.rows[next[events.customer[row]]++] = row;
  }
  return result;
}

/// Turns one customer's lines into orders. Holds scratch memory, one a chunk of customers.
class CustomerOrders {
 public:
  CustomerOrders(const EventTable& events, const OrderHistoryOptions& options, Part& part)
      : events_(events), options_(options), part_(part) {}

  void add(std::span<const std::uint64_t> rows) {
    gather(rows);
    if (has_returns_) net_returns();
    std::sort(lines_.begin(), lines_.end(), [](const Line& l, const Line& r) {
      return std::tie(l.time, l.row) < std::tie(r.time, r.row);
    });
    const std::size_t before = part_.day.size();
    std::uint32_t region = kNoRegion;
    for (std::size_t begin = 0; begin < lines_.size();) {
      const std::int64_t day = day_of(lines_[begin].time);
      std::size_t end = begin;
      while (end < lines_.size() && day_of(lines_[end].time) == day) ++end;
      add_day(day, {lines_.data() + begin, end - begin}, part_.day.size() == before, region);
      begin = end;
    }
    std::size_t orders = part_.day.size() - before;
    if (orders > 0 && options_.cohort_start && part_.day[before] < *options_.cohort_start) {
      part_.day.resize(before);
      part_.value.resize(before);
      ++part_.left_truncated;
      orders = 0;
      region = kNoRegion;
    }
    part_.order_count.push_back(orders);
    part_.region.push_back(region);
  }

 private:
  void gather(std::span<const std::uint64_t> rows) {
    lines_.clear();
    has_returns_ = false;
    for (const std::uint64_t row : rows) {
      const bool is_return = events_.kind_of(row) == EventKind::kReturn;
      const auto quantity = static_cast<double>(events_.quantity_of(row));
      if (!std::isfinite(quantity) || quantity < 0) {
        throw ArgumentError("order history: row " + std::to_string(row) +
                            " has a quantity that is negative or not finite");
      }
      lines_.push_back({events_.time[row], row, quantity, events_.item[row], is_return});
      has_returns_ = has_returns_ || is_return;
      part_.returns += is_return ? 1 : 0;
    }
  }

  double original(const Line& line) const {
    return static_cast<double>(events_.quantity_of(line.row));
  }

  // Each return takes from the purchases of its item before it, the latest first.
  void net_returns() {
    std::sort(lines_.begin(), lines_.end(), [](const Line& l, const Line& r) {
      return std::tie(l.item, l.time, l.row) < std::tie(r.item, r.time, r.row);
    });
    open_.clear();
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (i > 0 && lines_[i].item != lines_[i - 1].item) open_.clear();
      Line& line = lines_[i];
      if (!line.is_return) {
        if (line.quantity > 0) open_.push_back(i);
        continue;
      }
      const double rounding = kNothingLeft * original(line);
      while (line.quantity > rounding && !open_.empty()) {
        Line& bought = lines_[open_.back()];
        const double taken = std::min(line.quantity, bought.quantity);
        line.quantity -= taken;
        bought.quantity -= taken;
        if (bought.quantity > kNothingLeft * original(bought)) break;
        bought.quantity = 0;
        open_.pop_back();
      }
      if (line.quantity > rounding) ++part_.unmatched_returns;
    }
  }

  void add_day(std::int64_t day, std::span<const Line> lines, bool is_first,
               std::uint32_t& region) {
    Money money = 0;
    bool any = false;
    bool goods = false;
    for (const Line& line : lines) {
      if (line.is_return) continue;
      any = true;
      if (!(line.quantity > 0)) continue;
      add_money(line, money);
      if (events_.is_service(line.item) || goods) continue;
      goods = true;
      if (is_first && !events_.region.empty()) region = events_.region[line.row];
    }
    if (!goods) {
      part_.days_without_goods += any ? 1 : 0;
      return;
    }
    part_.day.push_back(static_cast<std::int32_t>(day));
    part_.value.push_back(money);
  }

  void add_money(const Line& line, Money& money) const {
    if (!events_.has_price()) return;
    const double amount = line.quantity * events_.unit_price[line.row];
    if (!(std::abs(amount) < kMoneyLimit) ||
        __builtin_add_overflow(money, to_money(amount), &money)) {
      throw ArgumentError("order history: the value of row " + std::to_string(line.row) +
                          " is beyond the range of money");
    }
  }

  const EventTable& events_;
  const OrderHistoryOptions& options_;
  Part& part_;
  std::vector<Line> lines_;
  std::vector<std::size_t> open_;  // purchases of the item with quantity left, latest last
  bool has_returns_ = false;
};

void append(OrderHistory& history, Part&& part, bool regions) {
  for (const std::uint64_t count : part.order_count) {
    history.row_start.push_back(history.row_start.back() + count);
  }
  history.day.insert(history.day.end(), part.day.begin(), part.day.end());
  history.value.insert(history.value.end(), part.value.begin(), part.value.end());
  if (regions) {
    history.region.insert(history.region.end(), part.region.begin(), part.region.end());
  }
  history.returns += part.returns;
  history.unmatched_returns += part.unmatched_returns;
  history.days_without_goods += part.days_without_goods;
  history.left_truncated_customers += part.left_truncated;
  part = Part();
}

}  // namespace

OrderHistory make_order_history(const Execution& execution, const EventTable& events,
                                const OrderHistoryOptions& options) {
  events.validate();
  if (!events.has_time()) {
    throw ArgumentError("order history: the log has no times, so its orders have no dates");
  }
  const RowsByCustomer by_customer = rows_by_customer(events, options.end_day);
  const std::vector<std::size_t> bounds = partition_by_cost(by_customer.start, kParts);
  std::vector<Part> parts(bounds.empty() ? 0 : bounds.size() - 1);
  parallel_for_bounds(execution, bounds, [&](const Chunk& chunk) {
    CustomerOrders orders(events, options, parts[chunk.index]);
    for (std::size_t c = chunk.begin; c < chunk.end; ++c) {
      const std::uint64_t begin = by_customer.start[c];
      orders.add({by_customer.rows.data() + begin, by_customer.start[c + 1] - begin});
    }
  });
  OrderHistory history;
  for (Part& part : parts) append(history, std::move(part), !events.region.empty());
  history.has_value = events.has_price();
  const std::int64_t end = options.end_day.value_or(by_customer.last_day);
  if (end != static_cast<std::int32_t>(end)) {
    throw ArgumentError("order history: the end day is no date");
  }
  history.end_day = static_cast<std::int32_t>(end);
  return history;
}

}  // namespace tenure::customers
