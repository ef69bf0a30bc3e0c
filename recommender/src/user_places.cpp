#include "user_places.hpp"

#include "model_arrays.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <algorithm>
#include <array>

namespace tenure::recommender::detail {

namespace {

constexpr std::uint32_t kMostParts = 4096;

const ModelKind& kind_of(const ContainerReader& reader, const std::string& attribute) {
  const std::string name = reader.string_attribute(attribute).value_or(std::string());
  const auto kinds = model_kinds();
  const auto found = std::find_if(kinds.begin(), kinds.end(),
                                  [&](const ModelKind& kind) { return kind.name == name; });
  if (found == kinds.end()) {
    throw DataError(reader.path(), attribute, "unknown model '" + name + "'");
  }
  return *found;
}

UserPlace::Layout layout_of(const UserArray& array) {
  switch (array.layout) {
    case UserArray::Layout::kCsr:
      return UserPlace::Layout::kCsr;
    case UserArray::Layout::kCount:
      return UserPlace::Layout::kCount;
    case UserArray::Layout::kRows:
      break;
  }
  return UserPlace::Layout::kRows;
}

void add_model(const ContainerReader& reader, const ModelKind& kind, const std::string& prefix,
               std::vector<UserPlace>& places) {
  if (kind.needs_components) {
    // A blend has its components at once, a stack those of the blend that it ranks anew.
    const bool blend = reader.integer_attribute(prefix + "parts").has_value();
    const std::string base = blend ? prefix : prefix + "base/";
    const std::uint32_t parts = load_count(reader, base + "parts", kMostParts);
    for (std::uint32_t i = 0; i < parts; ++i) {
      const std::string at = base + std::to_string(i) + "/";
      const ModelKind& part = kind_of(reader, at + "kind");
      if (part.needs_components) {
        throw DataError(reader.path(), at + "kind", "a component has components");
      }
      add_model(reader, part, at + "model/", places);
    }
  } else if (kind.needs_regions) {
    places.push_back({prefix, UserPlace::Layout::kGroups});
  }
  for (const UserArray& array : kind.user_arrays) {
    places.push_back({prefix + std::string(array.name), layout_of(array)});
  }
}

}  // namespace

bool UserPlace::holds(std::string_view object) const {
  if (layout == Layout::kGroups) return object.starts_with(name);
  if (layout != Layout::kCsr) return object == name;
  constexpr std::array<std::string_view, 3> kParts = {"/row_start", "/columns", "/values"};
  return object.starts_with(name) &&
         std::find(kParts.begin(), kParts.end(), object.substr(name.size())) != kParts.end();
}

std::vector<UserPlace> user_places(const ContainerReader& reader) {
  std::vector<UserPlace> places = {{"train", UserPlace::Layout::kCsr}};
  add_model(reader, kind_of(reader, "model_name"), "model/", places);
  if (reader.has("newcomers/overall")) {
    places.push_back({"newcomers/", UserPlace::Layout::kGroups});
  }
  return places;
}

}  // namespace tenure::recommender::detail
