#pragma once

#include <tenure/core/execution.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// What a model file holds of single customers: shown, and taken out (docs/PRIVACY.md).
namespace tenure::recommender {

/// A customer's row of one array of a model file.
struct CustomerRow {
  std::string name;                  ///< the array's, e.g. "model/user_factors"
  bool sparse = false;               ///< values of items, or of factors that mean nothing alone
  std::vector<std::uint32_t> items;  ///< of a sparse row: codes, rising, length of values
  std::vector<float> values;
};

/// All that a model file holds by customer, the id aside.
struct CustomerData {
  std::vector<CustomerRow> rows;  ///< "train" first: what the model knows the customer has
  /// Where customers are grouped by region, channel or both: the place in the file, and the name of
  /// this one's group; "REGION\tCHANNEL" by both. Empty: of none.
  std::vector<std::pair<std::string, std::string>> groups;
};

/// Reads a customer's rows; `customer` is its code in ModelFile::customers.
/// @throws DataError as load_model(), ArgumentError where the code is out of range.
CustomerData customer_data(const Execution& execution, const std::string& path,
                           std::uint32_t customer);

/// Rewrites a model file without some customers (codes in any order): ids, rows of every array,
/// groups counted again without them. All else is kept bit by bit, so that what was learnt from
/// them about items stays until the model is trained again, and models that score a customer by its
/// own row and the items alone make the same lists for everybody else. `target` may be `path`; it
/// is whole at any moment.
/// @throws DataError as load_model() or where the target cannot be written, ArgumentError where a
/// code is out of range or nobody would be left, Cancelled.
void erase_customers(const Execution& execution, const std::string& path,
                     std::span<const std::uint32_t> customers, const std::string& target);

}  // namespace tenure::recommender
