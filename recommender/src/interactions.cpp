#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/recommender/interactions.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace tenure::recommender {

namespace {

constexpr std::size_t kKinds = 256;  // EventKind is one byte

std::array<float, kKinds> kind_table(const InteractionOptions& options) {
  std::array<float, kKinds> table{};
  std::array<bool, kKinds> named{};
  for (const KindWeight& entry : options.kinds) {
    const auto at = static_cast<std::size_t>(entry.kind);
    if (!std::isfinite(entry.weight) || entry.weight < 0.0F) {
      throw ArgumentError("interactions: the weight of " + std::string(to_string(entry.kind)) +
                          " is not a finite number of at least 0");
    }
    if (named[at]) {
      throw ArgumentError("interactions: " + std::string(to_string(entry.kind)) +
                          " is given a weight twice");
    }
    named[at] = true;
    table[at] = entry.weight;
  }
  if (std::none_of(table.begin(), table.end(), [](float weight) { return weight > 0.0F; })) {
    throw ArgumentError("interactions: no kind of event has a weight above 0");
  }
  return table;
}

/// The share of its weight that an old event keeps whatever its age.
constexpr double kLeastDecay = 0x1.0p-40;

void check_rows(const EventTable& events, std::span<const std::uint8_t> rows) {
  if (!rows.empty() && rows.size() != events.rows()) {
    throw ArgumentError("interactions: the row mask has another length than the table");
  }
}

/// event_weights() with decay as of options.now, which is set where there is a half-life.
std::vector<float> decayed_weights(const EventTable& events, const InteractionOptions& options) {
  std::vector<float> weights = event_weights(events, options);
  if (!options.half_life_days) return weights;
  const auto now = static_cast<double>(options.now.value());
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (!(weights[row] > 0.0F)) continue;
    const double age = std::max(0.0, now - static_cast<double>(events.time[row]));
    const double days = age / static_cast<double>(kSecondsPerDay);
    const double decay = std::max(kLeastDecay, std::exp2(-days / *options.half_life_days));
    // The smallest weights underflow otherwise.
    weights[row] = std::max(static_cast<float>(decay * static_cast<double>(weights[row])),
                            std::numeric_limits<float>::min());
  }
  return weights;
}

/// The triplets of a matrix in the making.
struct Triplets {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> columns;
  std::vector<float> values;

  void add(std::uint32_t row, std::uint32_t column, float value) {
    rows.push_back(row);
    columns.push_back(column);
    values.push_back(value);
  }
};

float event_value(const EventTable& events, std::size_t row, float weight, InteractionValue value) {
  return value == InteractionValue::kQuantity ? weight * events.quantity_of(row) : weight;
}

/// Merges duplicates: by addition, or for binary values by the largest weight.
Csr merge(const Execution& execution, std::uint32_t n_rows, std::uint32_t n_columns,
          Triplets&& triplets, InteractionValue value) {
  if (value == InteractionValue::kBinary) {
    Csr result =
        csr_from_triplets(execution, n_rows, n_columns, triplets.rows, triplets.columns, {});
    std::fill(result.values.begin(), result.values.end(), 0.0F);
    for (std::size_t i = 0; i < triplets.rows.size(); ++i) {
      const auto begin =
          result.columns.begin() + static_cast<std::ptrdiff_t>(result.row_start[triplets.rows[i]]);
      const auto end = result.columns.begin() +
                       static_cast<std::ptrdiff_t>(result.row_start[triplets.rows[i] + 1]);
      const auto at = std::lower_bound(begin, end, triplets.columns[i]) - result.columns.begin();
      float& slot = result.values[static_cast<std::size_t>(at)];
      slot = std::max(slot, triplets.values[i]);
    }
    return result;
  }
  return csr_from_triplets(execution, n_rows, n_columns, triplets.rows, triplets.columns,
                           triplets.values);
}

}  // namespace

std::string_view to_string(InteractionValue value) noexcept {
  switch (value) {
    case InteractionValue::kCount:
      return "count";
    case InteractionValue::kQuantity:
      return "quantity";
    case InteractionValue::kBinary:
      break;
  }
  return "binary";
}

std::optional<InteractionValue> interaction_value_from_string(std::string_view text) noexcept {
  for (const auto value :
       {InteractionValue::kBinary, InteractionValue::kCount, InteractionValue::kQuantity}) {
    if (text == to_string(value)) return value;
  }
  return std::nullopt;
}

void validate(const InteractionOptions& options) {
  kind_table(options);
  if (options.half_life_days &&
      !(std::isfinite(*options.half_life_days) && *options.half_life_days > 0.0)) {
    throw ArgumentError("interactions: the half-life must be a positive number of days");
  }
}

InteractionOptions with_fixed_now(const EventTable& events, InteractionOptions options,
                                  std::span<const std::uint8_t> rows) {
  validate(options);
  check_rows(events, rows);
  if (!options.half_life_days) return options;
  if (!events.has_time() && events.rows() > 0) {
    throw DataError("store", "events/time", "time decay needs event times, and this log has none");
  }
  if (options.now) return options;
  const std::vector<float> weights = event_weights(events, options);
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (weights[row] > 0.0F && (rows.empty() || rows[row] != 0)) {
      last = std::max(last, events.time[row]);
    }
  }
  options.now = last;
  return options;
}

std::vector<float> event_weights(const EventTable& events, const InteractionOptions& options) {
  const std::array<float, kKinds> table = kind_table(options);
  std::vector<float> weights(events.rows());
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (events.is_service(events.item[row])) continue;
    weights[row] = table[static_cast<std::size_t>(events.kind_of(row))];
  }
  return weights;
}

Interactions build_interactions(const Execution& execution, const EventTable& events,
                                const InteractionOptions& options,
                                std::span<const std::uint8_t> rows) {
  events.validate();
  const std::vector<float> weights = decayed_weights(events, with_fixed_now(events, options, rows));
  Triplets triplets;
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (!rows.empty() && rows[row] == 0) continue;
    const float value = event_value(events, row, weights[row], options.value);
    if (value > 0.0F) triplets.add(events.customer[row], events.item[row], value);
  }
  return {merge(execution, events.customers.size(), events.items.size(), std::move(triplets),
                options.value),
          events.item_is_service};
}

JoinedInteractions join_interactions(const Execution& execution, const EventTable& events,
                                     const InteractionOptions& options, const Dictionary& customers,
                                     const Dictionary& items, bool keep_unknown_items) {
  events.validate();
  constexpr std::uint32_t kUnseen = std::numeric_limits<std::uint32_t>::max();
  constexpr std::uint32_t kUnknown = kUnseen - 1;
  const std::vector<float> weights = decayed_weights(events, with_fixed_now(events, options));
  const DictionaryIndex customer_index(customers);
  const DictionaryIndex item_index(items);
  std::vector<std::uint32_t> customer_code(events.customers.size(), kUnseen);
  std::vector<std::uint32_t> item_code(events.items.size(), kUnseen);
  JoinedInteractions joined;
  std::uint32_t n_columns = items.size();
  Triplets triplets;
  for (std::size_t row = 0; row < events.rows(); ++row) {
    const float value = event_value(events, row, weights[row], options.value);
    if (!(value > 0.0F)) continue;
    std::uint32_t& customer = customer_code[events.customer[row]];
    if (customer == kUnseen) {
      customer = customer_index.find(events.customers[events.customer[row]]).value_or(kUnknown);
      if (customer == kUnknown) ++joined.unknown_customers;
    }
    std::uint32_t& item = item_code[events.item[row]];
    if (item == kUnseen) {
      item = item_index.find(events.items[events.item[row]]).value_or(kUnknown);
      if (item == kUnknown) {
        ++joined.unknown_items;
        if (keep_unknown_items) item = n_columns++;
      }
    }
    if (customer != kUnknown && item != kUnknown) triplets.add(customer, item, value);
  }
  joined.user_items =
      merge(execution, customers.size(), n_columns, std::move(triplets), options.value);
  return joined;
}

}  // namespace tenure::recommender
