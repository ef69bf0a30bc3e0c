#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What reader and writer of a container agree on; docs/FORMATS.md is the public description.
namespace tenure::detail {

enum class ElementType : std::uint8_t { kU8, kU32, kU64, kI64, kF32, kF64 };
inline constexpr std::size_t kElementTypes = 6;

template <class T>
constexpr ElementType element_type_of();
template <>
constexpr ElementType element_type_of<std::uint8_t>() {
  return ElementType::kU8;
}
template <>
constexpr ElementType element_type_of<std::uint32_t>() {
  return ElementType::kU32;
}
template <>
constexpr ElementType element_type_of<std::uint64_t>() {
  return ElementType::kU64;
}
template <>
constexpr ElementType element_type_of<std::int64_t>() {
  return ElementType::kI64;
}
template <>
constexpr ElementType element_type_of<float>() {
  return ElementType::kF32;
}
template <>
constexpr ElementType element_type_of<double>() {
  return ElementType::kF64;
}

/// "u8", "u32", ... as the checksums and messages spell it.
std::string_view to_string(ElementType type) noexcept;
std::size_t element_size(ElementType type) noexcept;

/// Shape of one array. cols is 0 for a 1-D array.
struct ArrayShape {
  std::size_t rows = 0;
  std::size_t cols = 0;
  bool is_matrix = false;  ///< tells a rows x 0 matrix from a 1-D array

  std::size_t row_elements() const noexcept { return is_matrix ? cols : 1; }
  std::size_t elements() const noexcept { return rows * row_elements(); }
  friend bool operator==(const ArrayShape&, const ArrayShape&) = default;
};

/// Rows in one chunk: about 2^16 elements, always whole rows, never more than there are.
std::size_t chunk_rows(const ArrayShape& shape) noexcept;

/// Checksum of an array out of its name, type, shape and the XXH3 of each chunk's raw bytes.
std::uint64_t array_checksum(std::string_view name, ElementType type, const ArrayShape& shape,
                             std::span<const std::uint64_t> chunk_hashes);

using AttributeValue = std::variant<std::int64_t, double, std::string>;
using AttributeMap = std::map<std::string, AttributeValue, std::less<>>;
/// Combines all root attributes but `checksum` itself with the checksums of all arrays.
std::uint64_t root_checksum(const AttributeMap& attributes,
                            const std::map<std::string, std::uint64_t, std::less<>>& arrays);

/// 16 hexadecimal digits, as checksums are stored.
std::string hex_of(std::uint64_t value);
std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept;

/// Path components of 1 to 64 characters of [A-Za-z0-9_.-], not "." or "..", at most 8 deep.
bool is_array_name(std::string_view name) noexcept;

inline constexpr std::string_view kFormatAttribute = "tenure_format";
inline constexpr std::string_view kVersionAttribute = "version";
inline constexpr std::string_view kCreatorAttribute = "created_by";
inline constexpr std::string_view kChecksumAttribute = "checksum";
inline constexpr std::size_t kMaxAttributeBytes = 60000;  // an object header message ends at 64 KiB

/// The user block: the first 512 bytes of the file, text that holds the length of the file and the
/// XXH3 of everything after the block. It is checked before HDF5 sees the file, so a damaged file
/// never reaches HDF5's own parser.
inline constexpr std::size_t kSealBytes = 512;
using Seal = std::array<char, kSealBytes>;
Seal make_seal(std::string_view format, std::uint64_t file_bytes, std::uint64_t content_hash);

/// Largest ratio deflate can reach; a shape that claims more than this is a lie.
inline constexpr std::uint64_t kMaxDeflateRatio = 1032;

}  // namespace tenure::detail
