#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/key_figures.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace tenure::customers {
namespace {

constexpr std::array kFunnelOrder = {EventKind::kVisit, EventKind::kView,     EventKind::kFavourite,
                                     EventKind::kCart,  EventKind::kPurchase, EventKind::kShare,
                                     EventKind::kReview};

std::vector<std::string> names_of(const Dictionary& dictionary) {
  std::vector<std::string> names;
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) {
    names.emplace_back(dictionary[code]);
  }
  return names;
}

std::int32_t month_number(std::int32_t day) {
  const CivilDate date = civil_from_days(day);
  return date.year * 12 + (date.month - 1);
}

std::string month_name(std::int32_t month) {
  const std::string number = std::to_string(month % 12 + 1);
  return std::to_string(month / 12) + "-" + (number.size() == 1 ? "0" : "") + number;
}

void check_same_log(const EventTable& events, const OrderHistory& history) {
  if (history.customers() != events.customers.size()) {
    throw ArgumentError("key figures: events and history are of different logs");
  }
}

}  // namespace

CustomerGroups region_groups(const EventTable& events, const OrderHistory& history) {
  check_same_log(events, history);
  if (history.region.empty()) return {};
  return {names_of(events.regions), history.region};
}

CustomerGroups channel_groups(const EventTable& events, const OrderHistory& history) {
  check_same_log(events, history);
  if (events.channel.empty() || !events.has_time()) return {};
  CustomerGroups groups{names_of(events.channels),
                        std::vector<std::uint32_t>(history.customers(), kNoRegion)};
  std::vector<std::int64_t> earliest(history.customers(), std::numeric_limits<std::int64_t>::max());
  for (std::size_t row = 0; row < events.rows(); ++row) {
    const std::uint32_t c = events.customer[row];
    if (events.kind_of(row) != EventKind::kPurchase || history.order_count(c) == 0 ||
        events.is_service(events.item[row]) ||
        day_of(events.time[row]) != history.days_of(c).front() || events.time[row] >= earliest[c]) {
      continue;
    }
    earliest[c] = events.time[row];
    groups.code[c] = events.channel[row];
  }
  return groups;
}

CustomerGroups cohort_groups(const OrderHistory& history) {
  CustomerGroups groups;
  groups.code.assign(history.customers(), kNoRegion);
  std::int32_t first = std::numeric_limits<std::int32_t>::max();
  std::int32_t last = std::numeric_limits<std::int32_t>::min();
  std::vector<std::int32_t> month(history.customers(), 0);
  for (std::size_t c = 0; c < history.customers(); ++c) {
    if (history.order_count(c) == 0) continue;
    month[c] = month_number(history.days_of(c).front());
    first = std::min(first, month[c]);
    last = std::max(last, month[c]);
  }
  for (std::int32_t m = first; m <= last; ++m) groups.names.push_back(month_name(m));
  for (std::size_t c = 0; c < history.customers(); ++c) {
    if (history.order_count(c) > 0) groups.code[c] = static_cast<std::uint32_t>(month[c] - first);
  }
  return groups;
}

CustomerGroups event_groups(const EventTable& events, GroupColumn column) {
  const bool by_region = column == GroupColumn::kRegion;
  const std::vector<std::uint32_t>& code = by_region ? events.region : events.channel;
  if (code.empty()) return {};
  CustomerGroups groups{names_of(by_region ? events.regions : events.channels),
                        std::vector<std::uint32_t>(events.customers.size(), kNoRegion)};
  std::vector<std::int64_t> earliest(events.customers.size(),
                                     std::numeric_limits<std::int64_t>::max());
  for (std::size_t row = 0; row < events.rows(); ++row) {
    const std::uint32_t c = events.customer[row];
    const std::int64_t time = events.has_time() ? events.time[row] : 0;
    if (time >= earliest[c]) continue;
    earliest[c] = time;
    groups.code[c] = code[row];
  }
  return groups;
}

OrderHistory regrouped(OrderHistory history, const CustomerGroups& groups) {
  if (groups.code.size() != history.customers()) {
    throw ArgumentError("key figures: the groups are of another number of customers");
  }
  history.region = groups.code;
  return history;
}

NewReturning new_returning(const OrderHistory& history, std::optional<std::uint32_t> region) {
  if (region && history.region.size() != history.customers()) {
    throw ArgumentError("key figures: a region was asked for and the log has none");
  }
  NewReturning result;
  for (std::size_t c = 0; c < history.customers(); ++c) {
    const auto values = history.values_of(c);
    if (values.empty() || (region && history.region[c] != *region)) continue;
    ++result.first_orders;
    result.later_orders += values.size() - 1;
    for (std::size_t i = 0; i < values.size(); ++i) {
      Money& sum = i == 0 ? result.first_revenue : result.later_revenue;
      if (__builtin_add_overflow(sum, values[i], &sum)) {
        throw ArgumentError("key figures: the revenue is beyond the range of money");
      }
    }
  }
  return result;
}

std::vector<FunnelStage> funnel(const EventTable& events, const CustomerGroups& groups,
                                std::uint32_t group) {
  events.validate();
  if (!groups.empty() && groups.code.size() != events.customers.size()) {
    throw ArgumentError("funnel: the groups are of another log");
  }
  // One bit a kind.
  std::vector<std::uint8_t> seen(events.customers.size(), 0);
  std::array<std::uint64_t, 8> count{};
  for (std::size_t row = 0; row < events.rows(); ++row) {
    const std::uint32_t c = events.customer[row];
    if (!groups.empty() && groups.code[c] != group) continue;
    const auto kind = static_cast<unsigned>(events.kind_of(row));
    seen[c] = static_cast<std::uint8_t>(seen[c] | (1U << kind));
    ++count[kind];
  }
  std::vector<FunnelStage> stages;
  for (const EventKind kind : kFunnelOrder) {
    const auto bit = static_cast<unsigned>(kind);
    if (count[bit] == 0) continue;
    FunnelStage stage;
    stage.kind = kind;
    stage.events = count[bit];
    const unsigned own = 1U << bit;
    const unsigned both =
        own | (stages.empty() ? 0U : 1U << static_cast<unsigned>(stages.back().kind));
    for (const std::uint8_t bits : seen) {
      stage.customers += (bits & own) != 0 ? 1U : 0U;
      stage.with_previous += (bits & both) == both ? 1U : 0U;
    }
    if (!stages.empty()) {
      stage.conversion =
          static_cast<double>(stage.with_previous) / static_cast<double>(stages.back().customers);
    }
    stages.push_back(stage);
  }
  if (stages.size() == 1 && stages.front().kind == EventKind::kPurchase) stages.clear();
  return stages;
}

}  // namespace tenure::customers
