#pragma once

#include <tenure/core/container.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::recommender::detail {

/// A place of a model file that holds something of each user.
struct UserPlace {
  enum class Layout : std::uint8_t {
    kRows,    ///< f32 matrix of that name, one row a user
    kCsr,     ///< CSR matrix NAME/{row_start, columns, values}
    kCount,   ///< attribute of that name: the number of users
    kGroups,  ///< a RegionalPopularityModel under that prefix
  };
  std::string name;
  Layout layout = Layout::kRows;

  /// Whether an array or attribute of the file belongs to it.
  bool holds(std::string_view object) const;
};

/// All of them but the dictionary of ids: the training matrix first, then those of the model, of
/// its components, and of the groups for newcomers.
/// @throws DataError where the file names a kind there is not.
std::vector<UserPlace> user_places(const ContainerReader& reader);

}  // namespace tenure::recommender::detail
