#pragma once

#include <tenure/recommender/model_kind.hpp>

/// The kinds model_kinds() lists, each defined beside its model.
namespace tenure::recommender::detail {

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
