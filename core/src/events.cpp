#include <tenure/core/error.hpp>
#include <tenure/core/events.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>

namespace tenure {

namespace {

constexpr std::array<std::string_view, 8> kKindNames = {"purchase",  "return", "view",   "cart",
                                                        "favourite", "share",  "review", "visit"};
constexpr std::size_t kFirstSlots = 64;

/// 64-bit mixing of eight bytes at a time; only has to spread well, never stored.
std::uint64_t hash_of(std::string_view id) noexcept {
  std::uint64_t hash = 0x9E3779B97F4A7C15ULL ^ id.size();
  for (std::size_t at = 0; at < id.size(); at += 8) {
    std::uint64_t word = 0;
    for (std::size_t i = at; i < std::min(at + 8, id.size()); ++i) {
      word = (word << 8) | static_cast<unsigned char>(id[i]);
    }
    hash = (hash ^ word) * 0xFF51AFD7ED558CCDULL;
    hash ^= hash >> 32;
  }
  return hash;
}

/// Slot of `id`, or the free slot where it belongs. slots.size() is a power of two, never full.
std::size_t slot_of(const Dictionary& dictionary, std::span<const std::uint32_t> slots,
                    std::string_view id) noexcept {
  const std::size_t mask = slots.size() - 1;
  std::size_t slot = hash_of(id) & mask;
  while (slots[slot] != 0 && dictionary[slots[slot] - 1] != id) slot = (slot + 1) & mask;
  return slot;
}

std::vector<std::uint32_t> make_slots(const Dictionary& dictionary, std::size_t count) {
  std::vector<std::uint32_t> slots(count, 0);
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) {
    const std::size_t slot = slot_of(dictionary, slots, dictionary[code]);
    if (slots[slot] == 0) slots[slot] = code + 1;
  }
  return slots;
}

template <class T>
void check_column(const char* name, const std::vector<T>& column, std::size_t rows, bool optional) {
  if (column.size() == rows || (optional && column.empty())) return;
  throw ArgumentError(std::string("events: column ") + name + " has " +
                      std::to_string(column.size()) + " values for " + std::to_string(rows) +
                      " rows");
}

void check_item_column(const char* name, const Dictionary& column, const Dictionary& items) {
  if (column.empty() || column.size() == items.size()) return;
  throw ArgumentError(std::string("events: column ") + name + " has " +
                      std::to_string(column.size()) + " values for " +
                      std::to_string(items.size()) + " items");
}

void check_codes(const char* name, const std::vector<std::uint32_t>& codes,
                 const Dictionary& dictionary) {
  for (const std::uint32_t code : codes) {
    if (code >= dictionary.size()) {
      throw ArgumentError(std::string("events: column ") + name + " holds code " +
                          std::to_string(code) + ", its dictionary has " +
                          std::to_string(dictionary.size()));
    }
  }
}

}  // namespace

std::string_view to_string(EventKind kind) noexcept {
  return kKindNames[static_cast<std::size_t>(kind)];
}

std::optional<EventKind> event_kind_from_string(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == text) return static_cast<EventKind>(i);
  }
  return std::nullopt;
}

std::uint32_t Dictionary::append(std::string_view id) {
  if (size() == std::numeric_limits<std::uint32_t>::max() - 1) {
    throw ArgumentError("dictionary: more than 2^32 - 2 ids");
  }
  bytes_.append(id);
  offsets_.push_back(bytes_.size());
  return size() - 1;
}

Dictionary Dictionary::from_parts(std::vector<std::uint64_t> offsets, std::string bytes) {
  if (offsets.empty() || offsets.front() != 0 || offsets.back() != bytes.size() ||
      offsets.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw ArgumentError("dictionary: offsets do not span the bytes");
  }
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] < offsets[i - 1]) throw ArgumentError("dictionary: offsets decrease");
  }
  Dictionary dictionary;
  dictionary.offsets_ = std::move(offsets);
  dictionary.bytes_ = std::move(bytes);
  return dictionary;
}

DictionaryIndex::DictionaryIndex(const Dictionary& dictionary) : dictionary_(&dictionary) {
  std::size_t count = kFirstSlots;
  while (count < std::size_t{2} * dictionary.size()) count *= 2;
  slots_ = make_slots(dictionary, count);
}

std::optional<std::uint32_t> DictionaryIndex::find(std::string_view id) const {
  const std::uint32_t entry = slots_[slot_of(*dictionary_, slots_, id)];
  if (entry == 0) return std::nullopt;
  return entry - 1;
}

DictionaryBuilder::DictionaryBuilder() : slots_(kFirstSlots, 0) {}

std::uint32_t DictionaryBuilder::code(std::string_view id) {
  std::size_t slot = slot_of(dictionary_, slots_, id);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  if (std::size_t{2} * (dictionary_.size() + 1) > slots_.size()) {
    slots_ = make_slots(dictionary_, slots_.size() * 2);
    slot = slot_of(dictionary_, slots_, id);
  }
  const std::uint32_t code = dictionary_.append(id);
  slots_[slot] = code + 1;
  return code;
}

Dictionary DictionaryBuilder::take() && { return std::move(dictionary_); }

void EventTable::validate() const {
  check_column("item", item, rows(), false);
  check_column("time", time, rows(), true);
  check_column("quantity", quantity, rows(), true);
  check_column("unit_price", unit_price, rows(), true);
  check_column("order", order, rows(), true);
  check_column("region", region, rows(), true);
  check_column("channel", channel, rows(), true);
  check_column("kind", kind, rows(), true);
  check_column("item_is_service", item_is_service, items.size(), true);
  check_item_column("item_text", item_text, items);
  check_item_column("item_category", item_category, items);
  check_codes("customer", customer, customers);
  check_codes("item", item, items);
  check_codes("order", order, orders);
  check_codes("region", region, regions);
  check_codes("channel", channel, channels);
  for (const EventKind k : kind) {
    if (static_cast<std::size_t>(k) >= kKindNames.size()) {
      throw ArgumentError("events: column kind holds a value that is no event kind");
    }
  }
}

}  // namespace tenure
