#pragma once

#include "container_layout.hpp"
#include "hdf5_handle.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The HDF5 calls of a container, one layer up from the C API. Everything here is called under
/// Hdf5Lock.
namespace tenure::detail {

/// New file in HDF5 1.10 layout (every piece of metadata has a checksum), without object times,
/// with an empty user block. An invalid handle on failure.
Hdf5Handle create_file(const std::string& path);
Hdf5Handle open_file(const std::string& path);

/// New array with its groups, chunked by chunk_rows(), shuffled and deflated.
Hdf5Handle create_array(const Hdf5Handle& file, const std::string& name, ElementType type,
                        const ArrayShape& shape);
Hdf5Handle open_array(const Hdf5Handle& file, const std::string& name);
/// Stores one encoded chunk whose first row is `row`.
bool write_chunk(const Hdf5Handle& dataset, std::size_t row, std::span<const std::byte> stored);
/// The stored bytes of the chunk whose first row is `row`; nothing where it is missing, was not
/// filtered as a whole or claims more than `limit` bytes.
std::optional<std::vector<std::byte>> read_chunk(const Hdf5Handle& dataset, std::size_t row,
                                                 std::uint64_t limit);
bool write_attribute(const Hdf5Handle& object, std::string_view name, const AttributeValue& value);

/// All attributes of an object; nothing where one is not a scalar i64, f64 or fixed-length text.
std::optional<AttributeMap> read_attributes(const Hdf5Handle& object);

/// What a file says of one array, checked against the length of the file.
struct ArrayInfo {
  ElementType type = ElementType::kU8;
  ArrayShape shape;
  std::uint64_t checksum = 0;
};

/// Examines a dataset, which must be laid out as create_array() does. On failure `fault` says why.
std::optional<ArrayInfo> examine_array(const Hdf5Handle& dataset, std::uint64_t file_bytes,
                                       std::string& fault);

struct Link {
  std::string name;
  Hdf5Handle object;
  bool is_group = false;
};
/// The groups and arrays of a group by name; nothing where there is any other kind of link or
/// object (links to other files among them) or more than `limit` of them.
std::optional<std::vector<Link>> list_group(const Hdf5Handle& group, std::size_t limit);

}  // namespace tenure::detail
