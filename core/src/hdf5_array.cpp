#include "hdf5_array.hpp"

#include "chunk_codec.hpp"

#include <algorithm>
#include <array>

namespace tenure::detail {

namespace {

/// Attributes and links stay in the object header up to this many: no heap, no B-tree.
constexpr unsigned kMaxCompact = 1024;

hid_t file_type(ElementType type) {
  switch (type) {
    case ElementType::kU8:
      return H5T_STD_U8LE;
    case ElementType::kU32:
      return H5T_STD_U32LE;
    case ElementType::kU64:
      return H5T_STD_U64LE;
    case ElementType::kI64:
      return H5T_STD_I64LE;
    case ElementType::kF32:
      return H5T_IEEE_F32LE;
    case ElementType::kF64:
      return H5T_IEEE_F64LE;
  }
  return -1;
}

/// Creation properties every object shares: no times, compact storage.
bool set_object_properties(hid_t properties) {
  return H5Pset_obj_track_times(properties, false) >= 0 &&
         H5Pset_attr_phase_change(properties, kMaxCompact, 0) >= 0;
}

bool make_groups(const Hdf5Handle& file, const std::string& name) {
  const Hdf5Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  if (!properties || !set_object_properties(properties.id()) ||
      H5Pset_link_phase_change(properties.id(), kMaxCompact, 0) < 0) {
    return false;
  }
  for (std::size_t at = name.find('/'); at != std::string::npos; at = name.find('/', at + 1)) {
    const std::string group = name.substr(0, at);
    if (H5Lexists(file.id(), group.c_str(), H5P_DEFAULT) > 0) continue;
    const Hdf5Handle made(
        H5Gcreate2(file.id(), group.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Gclose);
    if (!made) return false;
  }
  return true;
}

Hdf5Handle array_properties(ElementType type, const ArrayShape& shape) {
  Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (!properties || !set_object_properties(properties.id()) ||
      H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER) < 0) {
    return {};
  }
  if (shape.elements() == 0) return properties;  // contiguous: HDF5 has no chunk of size 0
  const std::array<hsize_t, 2> chunk = {chunk_rows(shape), shape.cols};
  if (H5Pset_chunk(properties.id(), shape.is_matrix ? 2 : 1, chunk.data()) < 0) return {};
  if (element_size(type) > 1 && H5Pset_shuffle(properties.id()) < 0) return {};
  if (H5Pset_deflate(properties.id(), deflate_level(type)) < 0) return {};
  return properties;
}

}  // namespace

Hdf5Handle create_file(const std::string& path) {
  const Hdf5Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (!creation || !access || !set_object_properties(creation.id()) ||
      H5Pset_userblock(creation.id(), kSealBytes) < 0 ||
      H5Pset_link_phase_change(creation.id(), kMaxCompact, 0) < 0 ||
      H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110) < 0 ||
      H5Pset_file_locking(access.id(), false, true) < 0) {
    return {};
  }
  return {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), H5Fclose};
}

Hdf5Handle open_file(const std::string& path) {
  // Without locks: they fail on some network file systems, and a container never changes.
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (!access || H5Pset_file_locking(access.id(), false, true) < 0) return {};
  return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose};
}

Hdf5Handle create_array(const Hdf5Handle& file, const std::string& name, ElementType type,
                        const ArrayShape& shape) {
  if (!make_groups(file, name)) return {};
  const std::array<hsize_t, 2> dims = {shape.rows, shape.cols};
  const Hdf5Handle space(H5Screate_simple(shape.is_matrix ? 2 : 1, dims.data(), nullptr), H5Sclose);
  const Hdf5Handle properties = array_properties(type, shape);
  if (!space || !properties) return {};
  return {H5Dcreate2(file.id(), name.c_str(), file_type(type), space.id(), H5P_DEFAULT,
                     properties.id(), H5P_DEFAULT),
          H5Dclose};
}

Hdf5Handle open_array(const Hdf5Handle& file, const std::string& name) {
  return {H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT), H5Dclose};
}

bool write_chunk(const Hdf5Handle& dataset, std::size_t row, std::span<const std::byte> stored) {
  const std::array<hsize_t, 2> offset = {row, 0};
  return H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, offset.data(), stored.size(),
                        stored.data()) >= 0;
}

std::optional<std::vector<std::byte>> read_chunk(const Hdf5Handle& dataset, std::size_t row,
                                                 std::uint64_t limit) {
  const std::array<hsize_t, 2> offset = {row, 0};
  hsize_t bytes = 0;
  if (H5Dget_chunk_storage_size(dataset.id(), offset.data(), &bytes) < 0 || bytes == 0 ||
      bytes > limit) {
    return std::nullopt;
  }
  std::vector<std::byte> stored(bytes);
  std::uint32_t skipped_filters = 0;
  if (H5Dread_chunk(dataset.id(), H5P_DEFAULT, offset.data(), &skipped_filters, stored.data()) <
          0 ||
      skipped_filters != 0) {
    return std::nullopt;
  }
  return stored;
}

namespace {

std::optional<ElementType> stored_type(const Hdf5Handle& dataset) {
  const Hdf5Handle type(H5Dget_type(dataset.id()), H5Tclose);
  if (!type) return std::nullopt;
  for (std::size_t i = 0; i < kElementTypes; ++i) {
    const auto candidate = static_cast<ElementType>(i);
    if (H5Tequal(type.id(), file_type(candidate)) > 0) return candidate;
  }
  return std::nullopt;
}

std::optional<ArrayShape> stored_shape(const Hdf5Handle& dataset) {
  const Hdf5Handle space(H5Dget_space(dataset.id()), H5Sclose);
  if (!space || H5Sget_simple_extent_type(space.id()) != H5S_SIMPLE) return std::nullopt;
  const int rank = H5Sget_simple_extent_ndims(space.id());
  std::array<hsize_t, 2> dims{};
  if (rank < 1 || rank > 2 || H5Sget_simple_extent_dims(space.id(), dims.data(), nullptr) != rank) {
    return std::nullopt;
  }
  return ArrayShape{dims[0], rank == 2 ? dims[1] : 0, rank == 2};
}

/// Whether the array lies in chunks of chunk_rows() under exactly the filters of create_array().
/// Anything else (external files, virtual arrays, other filters, which may be plug-ins) is refused.
bool is_own_layout(const Hdf5Handle& dataset, const ArrayShape& shape, ElementType type) {
  const Hdf5Handle properties(H5Dget_create_plist(dataset.id()), H5Pclose);
  const int rank = shape.is_matrix ? 2 : 1;
  std::array<hsize_t, 2> chunk{};
  if (!properties || H5Pget_layout(properties.id()) != H5D_CHUNKED ||
      H5Pget_chunk(properties.id(), rank, chunk.data()) != rank || chunk[0] != chunk_rows(shape) ||
      (shape.is_matrix && chunk[1] != shape.cols)) {
    return false;
  }
  std::vector<H5Z_filter_t> expected;
  if (element_size(type) > 1) expected.push_back(H5Z_FILTER_SHUFFLE);
  expected.push_back(H5Z_FILTER_DEFLATE);
  if (H5Pget_nfilters(properties.id()) != static_cast<int>(expected.size())) return false;
  for (unsigned i = 0; i < expected.size(); ++i) {
    unsigned flags = 0;
    std::size_t parameters = 0;
    if (H5Pget_filter2(properties.id(), i, &flags, &parameters, nullptr, 0, nullptr, nullptr) !=
        expected[i]) {
      return false;
    }
  }
  return true;
}

/// Whether the file can hold what the shape claims; no memory has been taken yet.
bool shape_is_possible(const ArrayShape& shape, ElementType type, std::uint64_t stored_bytes,
                       std::uint64_t file_bytes) {
  std::uint64_t claimed = element_size(type);
  if (__builtin_mul_overflow(claimed, std::uint64_t{shape.rows}, &claimed) ||
      __builtin_mul_overflow(claimed, std::uint64_t{shape.row_elements()}, &claimed)) {
    return false;
  }
  return stored_bytes <= file_bytes && claimed / kMaxDeflateRatio <= stored_bytes;
}

}  // namespace

std::optional<ArrayInfo> examine_array(const Hdf5Handle& dataset, std::uint64_t file_bytes,
                                       std::string& fault) {
  const auto type = stored_type(dataset);
  const auto shape = stored_shape(dataset);
  if (!type || !shape) {
    fault = "is of a type or rank that no container holds";
    return std::nullopt;
  }
  if (!shape_is_possible(*shape, *type, H5Dget_storage_size(dataset.id()), file_bytes)) {
    fault = "claims more values than the file can hold";
    return std::nullopt;
  }
  if (shape->elements() > 0 && !is_own_layout(dataset, *shape, *type)) {
    fault = "is not stored the way containers store arrays";
    return std::nullopt;
  }
  if (const auto attributes = read_attributes(dataset)) {
    const auto it = attributes->find(kChecksumAttribute);
    if (it != attributes->end() && std::holds_alternative<std::string>(it->second)) {
      if (const auto checksum = parse_hex(std::get<std::string>(it->second))) {
        return ArrayInfo{*type, *shape, *checksum};
      }
    }
  }
  fault = "has no checksum";
  return std::nullopt;
}

}  // namespace tenure::detail
