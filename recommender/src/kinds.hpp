#pragma once

#include <tenure/recommender/model_kind.hpp>

#include <array>

/// The kinds model_kinds() lists, each defined beside its model.
namespace tenure::recommender::detail {

/// What several kinds hold of each user.
inline constexpr std::array<UserArray, 1> kUserFactors{
    {{"user_factors", UserArray::Layout::kRows}}};
inline constexpr std::array<UserArray, 1> kUserCount{{{"n_users", UserArray::Layout::kCount}}};

inline ModelKind with_user_arrays(ModelKind kind, std::span<const UserArray> arrays) {
  kind.user_arrays = arrays;
  return kind;
}

ModelKind popularity_kind();
ModelKind recent_popularity_kind();
ModelKind regional_popularity_kind();
ModelKind personal_frequency_kind();
ModelKind next_basket_kind();
ModelKind bpr_kind();
ModelKind ials_kind();
ModelKind lightgcn_kind();
ModelKind item_knn_kind();
ModelKind turbo_cf_kind();
ModelKind gf_cf_kind();
ModelKind ease_kind();
ModelKind ease_sparse_kind();
ModelKind content_kind();
ModelKind hybrid_kind();
ModelKind blend_kind();
ModelKind stack_kind();

}  // namespace tenure::recommender::detail
