#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/item_weights.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

/// Item nearest neighbours: each item is scored from the `neighbours` items most similar to it.
/// With v_ui the matrix's values, n_u and n_i the pairs of a user and an item, and sums over u:
///   cosine    s_ij = sum v_ui v_uj / (|v_i|^(2 a) |v_j|^(2 (1 - a)) + shrinkage), a = asymmetry:
///             Sarwar et al. (2001); a != 1/2 after Aiolli (2013)
///   tfidf     cosine of sqrt(v_ui) log((1 + n_items) / (1 + n_u)): busy users say less
///   bm25      sum w_ui w_uj, w_ui = v_ui (k1 + 1) / (v_ui + k1 (1 - b + b n_i / mean n_i)) *
///             log((1 + n_items) / (1 + n_u)): Robertson, Zaragoza (2009)
///   rp3beta   s_ij = sum (v_ui / sum_u v_ui)^alpha (v_uj / sum_j v_uj)^alpha / (sum_u v_uj)^beta:
///             Paudel et al. (2017)
/// i is the item a customer has, j the one that is scored.
namespace tenure::recommender {

enum class ItemSimilarity : std::uint8_t { kCosine, kTfIdf, kBm25, kRp3Beta };
std::string_view to_string(ItemSimilarity similarity) noexcept;
/// "cosine", "tfidf", "bm25", "rp3beta".
std::optional<ItemSimilarity> item_similarity_from_string(std::string_view text) noexcept;

struct ItemKnnOptions {
  ItemSimilarity similarity = ItemSimilarity::kCosine;
  std::uint32_t neighbours = 200;  ///< >= 1; of equal ones the smaller code
  double shrinkage = 20.0;         ///< >= 0; cosine and tfidf
  double asymmetry = 0.5;          ///< 0 to 1; cosine and tfidf
  double alpha = 1.0;              ///< > 0; rp3beta
  double beta = 0.6;               ///< >= 0; rp3beta
  double bm25_k1 = 1.2;            ///< > 0
  double bm25_b = 0.75;            ///< 0 to 1
};

/// Weights are byte-identical at any number of threads.
/// @throws ArgumentError (an option out of range, a negative value, no value above 0), Cancelled.
std::unique_ptr<ItemWeightsModel> train_item_knn(const Execution& execution,
                                                 const CsrView& user_items,
                                                 const ItemKnnOptions& options = {});

}  // namespace tenure::recommender
