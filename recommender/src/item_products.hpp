#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

/// Sparse items x items products of a users x items matrix: what item models are made from.
namespace tenure::recommender::detail {

/// The pairs of value above 0; those of value 0 count as not there.
/// @throws ArgumentError, naming `model`, for a negative or not finite value, or where none is
/// left.
Csr positive_pairs(const CsrView& user_items, std::string_view model);

/// One row of a product being made: items rising, values beside them.
struct ItemRow {
  std::vector<std::uint32_t> items;
  std::vector<float> values;
  std::vector<std::uint32_t> order;  ///< scratch of keep_largest
};

/// Changes a row in place before it is kept: scales, drops, cuts. Called from many threads, each
/// with its own row.
using FinishRow = FunctionRef<void(std::uint32_t item, ItemRow& row)>;

/// Row j of a^T b, where row j holds the sums over users u of by_item(j, u) by_user(u, i), added in
/// the order of u; pairs of items without a common user are not there. by_item is items x users,
/// by_user users x items. The same bytes at any number of threads.
Csr item_products(const Execution& execution, const CsrView& by_item, const CsrView& by_user,
                  FinishRow finish, std::string_view stage);

/// Keeps the k largest values of a row, the smaller item of equal ones; items stay in order.
void keep_largest(ItemRow& row, std::size_t k);

}  // namespace tenure::recommender::detail
