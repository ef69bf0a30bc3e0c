#include <tenure/core/erase.hpp>
#include <tenure/core/error.hpp>

#include <algorithm>
#include <limits>
#include <string>

namespace tenure {

namespace {

constexpr std::uint32_t kGone = std::numeric_limits<std::uint32_t>::max();

std::vector<std::uint8_t> marked(const EventTable& events,
                                 std::span<const std::uint32_t> customers) {
  std::vector<std::uint8_t> erased(events.customers.size());
  for (const std::uint32_t code : customers) {
    if (code >= erased.size()) {
      throw ArgumentError("erase: customer code " + std::to_string(code) + " is out of range");
    }
    erased[code] = 1;
  }
  if (std::all_of(erased.begin(), erased.end(), [](std::uint8_t one) { return one != 0; })) {
    throw ArgumentError("erase: nobody would be left; delete the file instead");
  }
  return erased;
}

template <class T>
std::vector<T> picked(const std::vector<T>& column, std::span<const std::size_t> rows) {
  std::vector<T> values;
  if (column.empty()) return values;
  values.reserve(rows.size());
  for (const std::size_t row : rows) values.push_back(column[row]);
  return values;
}

/// New codes in the order in which old ones first appear, and back.
struct Recoding {
  std::vector<std::uint32_t> new_code;  ///< by old code; kGone
  std::vector<std::uint32_t> old_code;  ///< by new code

  explicit Recoding(std::size_t old_codes) : new_code(old_codes, kGone) {}
  std::uint32_t add(std::uint32_t old) {
    if (new_code[old] == kGone) {
      new_code[old] = static_cast<std::uint32_t>(old_code.size());
      old_code.push_back(old);
    }
    return new_code[old];
  }
  void apply(std::vector<std::uint32_t>& codes) {
    for (std::uint32_t& code : codes) code = add(code);
  }
  Dictionary of(const Dictionary& from) const {
    Dictionary to;
    for (const std::uint32_t old : old_code) to.append(from[old]);
    return to;
  }
};

/// A column of codes without the rows that went, and what is left of its dictionary.
void recode(const std::vector<std::uint32_t>& column, const Dictionary& ids,
            std::span<const std::size_t> rows, std::vector<std::uint32_t>& new_column,
            Dictionary& new_ids) {
  Recoding codes(ids.size());
  new_column = picked(column, rows);
  codes.apply(new_column);
  // A dictionary without its column has no rows to tell what is left.
  new_ids = column.empty() ? ids : codes.of(ids);
}

/// Customers keep their order: each comes with its own rows, so that of the others does not change.
void recode_customers(const EventTable& events, const std::vector<std::uint8_t>& erased,
                      std::span<const std::size_t> rows, EventTable& result) {
  Recoding codes(events.customers.size());
  for (std::uint32_t code = 0; code < erased.size(); ++code) {
    if (erased[code] == 0) codes.add(code);
  }
  result.customer = picked(events.customer, rows);
  codes.apply(result.customer);
  result.customers = codes.of(events.customers);
}

void recode_items(const EventTable& events, std::span<const std::size_t> rows,
                  const EraseOptions& options, EventTable& result) {
  Recoding codes(events.items.size());
  result.item = picked(events.item, rows);
  codes.apply(result.item);
  std::vector<std::uint8_t> sold(events.items.size());
  for (const std::uint32_t item : events.item) sold[item] = 1;
  for (std::uint32_t item = 0; item < sold.size(); ++item) {
    if (options.keep_items || sold[item] == 0) codes.add(item);
  }
  result.items = codes.of(events.items);
  if (!events.item_text.empty()) result.item_text = codes.of(events.item_text);
  if (!events.item_category.empty()) result.item_category = codes.of(events.item_category);
  if (events.item_is_service.empty()) return;
  for (const std::uint32_t old : codes.old_code) {
    result.item_is_service.push_back(events.item_is_service[old]);
  }
}

}  // namespace

EventTable erase_customers(const EventTable& events, std::span<const std::uint32_t> customers,
                           const EraseOptions& options) {
  events.validate();
  const std::vector<std::uint8_t> erased = marked(events, customers);
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (erased[events.customer[row]] == 0) rows.push_back(row);
  }
  EventTable result;
  recode_customers(events, erased, rows, result);
  recode_items(events, rows, options, result);
  result.time = picked(events.time, rows);
  result.quantity = picked(events.quantity, rows);
  result.unit_price = picked(events.unit_price, rows);
  result.kind = picked(events.kind, rows);
  recode(events.order, events.orders, rows, result.order, result.orders);
  recode(events.region, events.regions, rows, result.region, result.regions);
  recode(events.channel, events.channels, rows, result.channel, result.channels);
  result.currency = events.currency;
  result.pseudonym_key = events.pseudonym_key;
  result.counts = events.counts;
  const std::uint64_t gone = events.rows() - rows.size();
  result.counts.rows -= std::min(result.counts.rows, gone);
  result.counts.kept -= std::min(result.counts.kept, gone);
  return result;
}

std::vector<std::size_t> rows_of_customer(const EventTable& events, std::uint32_t customer) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (events.customer[row] == customer) rows.push_back(row);
  }
  return rows;
}

}  // namespace tenure
