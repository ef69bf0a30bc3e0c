#include "hdf5_array.hpp"

#include <algorithm>
#include <array>

namespace tenure::detail {

namespace {

constexpr std::size_t kMaxAttributes = 4096;
constexpr std::size_t kMaxName = 256;

bool write_scalar(const Hdf5Handle& object, const std::string& name, hid_t type,
                  const void* value) {
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  if (!space) return false;
  const Hdf5Handle attribute(
      H5Acreate2(object.id(), name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  return attribute && H5Awrite(attribute.id(), type, value) >= 0;
}

std::optional<AttributeValue> read_value(const Hdf5Handle& attribute) {
  const Hdf5Handle type(H5Aget_type(attribute.id()), H5Tclose);
  const Hdf5Handle space(H5Aget_space(attribute.id()), H5Sclose);
  if (!type || !space || H5Sget_simple_extent_type(space.id()) != H5S_SCALAR) return std::nullopt;
  if (H5Tequal(type.id(), H5T_STD_I64LE) > 0) {
    std::int64_t value = 0;
    if (H5Aread(attribute.id(), H5T_STD_I64LE, &value) < 0) return std::nullopt;
    return value;
  }
  if (H5Tequal(type.id(), H5T_IEEE_F64LE) > 0) {
    double value = 0;
    if (H5Aread(attribute.id(), H5T_IEEE_F64LE, &value) < 0) return std::nullopt;
    return value;
  }
  const std::size_t size = H5Tget_size(type.id());
  if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) != 0 || size == 0 ||
      size > kMaxAttributeBytes) {
    return std::nullopt;
  }
  std::string text(size, '\0');
  if (H5Aread(attribute.id(), type.id(), text.data()) < 0) return std::nullopt;
  text.resize(std::min(text.size(), text.find('\0')));
  return text;
}

}  // namespace

bool write_attribute(const Hdf5Handle& object, std::string_view name, const AttributeValue& value) {
  const std::string attribute(name);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return write_scalar(object, attribute, H5T_STD_I64LE, integer);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return write_scalar(object, attribute, H5T_IEEE_F64LE, real);
  }
  const auto& text = std::get<std::string>(value);
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  if (!type || H5Tset_size(type.id(), std::max<std::size_t>(1, text.size())) < 0 ||
      H5Tset_strpad(type.id(), H5T_STR_NULLPAD) < 0 || H5Tset_cset(type.id(), H5T_CSET_UTF8) < 0) {
    return false;
  }
  return write_scalar(object, attribute, type.id(), text.c_str());
}

std::optional<AttributeMap> read_attributes(const Hdf5Handle& object) {
  H5O_info_t info{};
  if (H5Oget_info2(object.id(), &info, H5O_INFO_NUM_ATTRS) < 0 || info.num_attrs > kMaxAttributes) {
    return std::nullopt;
  }
  AttributeMap attributes;
  for (hsize_t i = 0; i < info.num_attrs; ++i) {
    const Hdf5Handle attribute(
        H5Aopen_by_idx(object.id(), ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose);
    if (!attribute) return std::nullopt;
    std::array<char, kMaxName> name{};
    const ssize_t length = H5Aget_name(attribute.id(), name.size(), name.data());
    if (length <= 0 || static_cast<std::size_t>(length) >= name.size()) return std::nullopt;
    auto value = read_value(attribute);
    if (!value) return std::nullopt;
    attributes.emplace(name.data(), std::move(*value));
  }
  return attributes;
}

std::optional<std::vector<Link>> list_group(const Hdf5Handle& group, std::size_t limit) {
  H5G_info_t info{};
  if (H5Gget_info(group.id(), &info) < 0 || info.nlinks > limit) return std::nullopt;
  std::vector<Link> links;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    std::array<char, kMaxName> name{};
    const ssize_t length = H5Lget_name_by_idx(group.id(), ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                              name.data(), name.size(), H5P_DEFAULT);
    H5L_info_t link{};
    if (length <= 0 || static_cast<std::size_t>(length) >= name.size() ||
        !is_array_name(name.data()) ||
        H5Lget_info(group.id(), name.data(), &link, H5P_DEFAULT) < 0 ||
        link.type != H5L_TYPE_HARD) {
      return std::nullopt;
    }
    Hdf5Handle object(H5Oopen(group.id(), name.data(), H5P_DEFAULT), H5Oclose);
    if (!object) return std::nullopt;
    const H5I_type_t kind = H5Iget_type(object.id());
    if (kind != H5I_GROUP && kind != H5I_DATASET) return std::nullopt;
    links.push_back({name.data(), std::move(object), kind == H5I_GROUP});
  }
  return links;
}

}  // namespace tenure::detail
