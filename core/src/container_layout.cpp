#include "container_layout.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace tenure::detail {

static_assert(std::endian::native == std::endian::little,
              "containers are little-endian; a big-endian build needs byte swaps here");

namespace {

constexpr std::size_t kChunkElements = 65536;
constexpr std::size_t kMaxDepth = 8;
constexpr std::size_t kMaxComponent = 64;

void append_u64(std::string& out, std::uint64_t value) {
  std::array<char, 8> bytes{};
  std::memcpy(bytes.data(), &value, 8);
  out.append(bytes.data(), 8);
}

/// Length first, so that no two lists of texts give the same bytes.
void append_text(std::string& out, std::string_view text) {
  append_u64(out, text.size());
  out.append(text);
}

bool is_component(std::string_view part) noexcept {
  if (part.empty() || part.size() > kMaxComponent || part == "." || part == "..") return false;
  return std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
}

}  // namespace

std::string_view to_string(ElementType type) noexcept {
  constexpr std::array<std::string_view, kElementTypes> kNames = {"u8",  "u32", "u64",
                                                                  "i64", "f32", "f64"};
  return kNames[static_cast<std::size_t>(type)];
}

std::size_t element_size(ElementType type) noexcept {
  constexpr std::array<std::size_t, kElementTypes> kSizes = {1, 4, 8, 8, 4, 8};
  return kSizes[static_cast<std::size_t>(type)];
}

std::size_t chunk_rows(const ArrayShape& shape) noexcept {
  const std::size_t per_row = std::max<std::size_t>(1, shape.row_elements());
  const std::size_t rows = std::max<std::size_t>(1, kChunkElements / per_row);
  return std::max<std::size_t>(1, std::min(rows, shape.rows));
}

std::uint64_t array_checksum(std::string_view name, ElementType type, const ArrayShape& shape,
                             std::span<const std::uint64_t> chunk_hashes) {
  std::string text;
  append_text(text, name);
  append_text(text, to_string(type));
  append_u64(text, shape.is_matrix ? 2 : 1);
  append_u64(text, shape.rows);
  append_u64(text, shape.cols);
  for (const std::uint64_t hash : chunk_hashes) append_u64(text, hash);
  return XXH3_64bits(text.data(), text.size());
}

std::uint64_t root_checksum(const AttributeMap& attributes,
                            const std::map<std::string, std::uint64_t, std::less<>>& arrays) {
  std::string text;
  for (const auto& [name, value] : attributes) {
    if (name == kChecksumAttribute) continue;
    append_text(text, name);
    append_u64(text, value.index());
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      append_u64(text, std::bit_cast<std::uint64_t>(*integer));
    } else if (const auto* real = std::get_if<double>(&value)) {
      append_u64(text, std::bit_cast<std::uint64_t>(*real));
    } else {
      append_text(text, std::get<std::string>(value));
    }
  }
  append_u64(text, arrays.size());
  for (const auto& [name, checksum] : arrays) {
    append_text(text, name);
    append_u64(text, checksum);
  }
  return XXH3_64bits(text.data(), text.size());
}

std::string hex_of(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = kDigits[value & 15];
  return text;
}

std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, 16);
  if (text.size() != 16 || error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

bool is_array_name(std::string_view name) noexcept {
  std::size_t depth = 0;
  while (true) {
    const std::size_t slash = name.find('/');
    if (!is_component(name.substr(0, slash)) || ++depth > kMaxDepth) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

Seal make_seal(std::string_view format, std::uint64_t file_bytes, std::uint64_t content_hash) {
  std::string text = "tenure ";
  text.append(format).append(" HDF5\nbytes ");
  text.append(std::to_string(file_bytes)).append("\nxxh3 ");
  text.append(hex_of(content_hash)).append("\n");
  Seal seal{};
  std::copy_n(text.begin(), std::min(text.size(), seal.size()), seal.begin());
  return seal;
}

}  // namespace tenure::detail
