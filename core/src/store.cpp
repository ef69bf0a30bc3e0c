#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>

#include <algorithm>

namespace tenure {

namespace {

constexpr std::string_view kFormat = "store";
constexpr std::string_view kDropped = "dropped.";
constexpr std::string_view kFlags = "flags.";

template <class T>
void write_column(ContainerWriter& file, std::string_view name, const std::vector<T>& column) {
  if (!column.empty()) file.write<T>(name, column);
}

template <class T>
std::vector<T> read_column(const ContainerReader& file, std::string_view name, std::size_t rows) {
  if (!file.has(name)) return {};
  return file.read<T>(name, rows);
}

void write_dictionary(ContainerWriter& file, std::string_view name, const Dictionary& dictionary) {
  if (!dictionary.empty()) file.write_dictionary(name, dictionary);
}

Dictionary read_dictionary(const ContainerReader& file, std::string_view name) {
  if (!file.has(std::string(name) + "/offsets")) return {};
  return file.read_dictionary(name);
}

void write_counts(ContainerWriter& file, const ImportCounts& counts) {
  file.attribute("rows", static_cast<std::int64_t>(counts.rows));
  file.attribute("kept", static_cast<std::int64_t>(counts.kept));
  for (const auto& [reason, count] : counts.dropped) {
    file.attribute(std::string(kDropped) + reason, static_cast<std::int64_t>(count));
  }
  for (const auto& [reason, count] : counts.flags) {
    file.attribute(std::string(kFlags) + reason, static_cast<std::int64_t>(count));
  }
}

std::uint64_t count_attribute(const ContainerReader& file, std::string_view name) {
  const auto value = file.integer_attribute(name);
  if (!value || *value < 0) {
    throw DataError(file.path(), std::string(name), "is missing or no count");
  }
  return static_cast<std::uint64_t>(*value);
}

std::map<std::string, std::uint64_t> read_reasons(const ContainerReader& file,
                                                  std::string_view prefix) {
  std::map<std::string, std::uint64_t> reasons;
  for (const auto& [name, value] : file.integer_attributes(prefix)) {
    reasons.emplace(name.substr(prefix.size()), count_attribute(file, name));
  }
  return reasons;
}

void read_columns(const ContainerReader& file, EventTable& events) {
  events.customer = file.read<std::uint32_t>("events/customer");
  const std::size_t rows = events.customer.size();
  events.item = file.read<std::uint32_t>("events/item", rows);
  events.time = read_column<std::int64_t>(file, "events/time", rows);
  events.quantity = read_column<float>(file, "events/quantity", rows);
  events.unit_price = read_column<double>(file, "events/unit_price", rows);
  events.order = read_column<std::uint32_t>(file, "events/order", rows);
  events.region = read_column<std::uint32_t>(file, "events/region", rows);
  events.channel = read_column<std::uint32_t>(file, "events/channel", rows);
  const auto kind = read_column<std::uint8_t>(file, "events/kind", rows);
  events.kind.resize(kind.size());
  std::transform(kind.begin(), kind.end(), events.kind.begin(),
                 [](std::uint8_t value) { return static_cast<EventKind>(value); });
}

}  // namespace

void write_store(const Execution& execution, const EventTable& events, const std::string& path) {
  events.validate();
  ContainerWriter file(execution, path, kFormat, kStoreVersion);
  file.attribute("currency", events.currency);
  if (!events.pseudonym_key.empty()) file.attribute("pseudonym_key", events.pseudonym_key);
  write_counts(file, events.counts);
  file.write<std::uint32_t>("events/customer", events.customer);
  file.write<std::uint32_t>("events/item", events.item);
  write_column(file, "events/time", events.time);
  write_column(file, "events/quantity", events.quantity);
  write_column(file, "events/unit_price", events.unit_price);
  write_column(file, "events/order", events.order);
  write_column(file, "events/region", events.region);
  write_column(file, "events/channel", events.channel);
  std::vector<std::uint8_t> kind(events.kind.size());
  std::transform(events.kind.begin(), events.kind.end(), kind.begin(),
                 [](EventKind value) { return static_cast<std::uint8_t>(value); });
  write_column(file, "events/kind", kind);
  write_dictionary(file, "customers", events.customers);
  write_dictionary(file, "items", events.items);
  write_dictionary(file, "orders", events.orders);
  write_dictionary(file, "regions", events.regions);
  write_dictionary(file, "channels", events.channels);
  write_column(file, "item_is_service", events.item_is_service);
  write_dictionary(file, "item_text", events.item_text);
  write_dictionary(file, "item_category", events.item_category);
  file.commit();
}

EventTable read_store(const Execution& execution, const std::string& path) {
  const ContainerReader file(execution, path, kFormat, kStoreVersion);
  EventTable events;
  events.currency = file.string_attribute("currency").value_or("");
  events.pseudonym_key = file.string_attribute("pseudonym_key").value_or("");
  events.counts.rows = count_attribute(file, "rows");
  events.counts.kept = count_attribute(file, "kept");
  events.counts.dropped = read_reasons(file, kDropped);
  events.counts.flags = read_reasons(file, kFlags);
  read_columns(file, events);
  events.customers = read_dictionary(file, "customers");
  events.items = read_dictionary(file, "items");
  events.orders = read_dictionary(file, "orders");
  events.regions = read_dictionary(file, "regions");
  events.channels = read_dictionary(file, "channels");
  events.item_is_service = read_column<std::uint8_t>(file, "item_is_service", events.items.size());
  events.item_text = read_dictionary(file, "item_text");
  events.item_category = read_dictionary(file, "item_category");
  try {
    events.validate();
  } catch (const ArgumentError& error) {
    throw DataError(path, error.what());
  }
  return events;
}

}  // namespace tenure
