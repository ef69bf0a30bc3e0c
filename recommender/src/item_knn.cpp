#include "item_products.hpp"
#include "kinds.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/item_knn.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace tenure::recommender {

namespace {

using Type = OptionSpec::Type;

constexpr std::array<std::pair<std::string_view, ItemSimilarity>, 4> kSimilarityNames{
    {{"cosine", ItemSimilarity::kCosine},
     {"tfidf", ItemSimilarity::kTfIdf},
     {"bm25", ItemSimilarity::kBm25},
     {"rp3beta", ItemSimilarity::kRp3Beta}}};

constexpr std::array<OptionSpec, 8> kOptions = {{
    {"similarity", Type::kChoice, 0, 0, 0, "cosine|tfidf|bm25|rp3beta", "how alike two items are"},
    {"neighbours", Type::kInteger, 200, 1, 4294967295.0, "", "items each item is scored from", 20,
     2000, true},
    {"shrinkage", Type::kReal, 20, 0, 1e9, "", "added to the norms of cosine and tfidf", 1, 300,
     true},
    {"asymmetry", Type::kReal, 0.5, 0, 1, "",
     "share of the norm that the item had takes, in cosine and tfidf", 0.3, 0.8, false},
    {"alpha", Type::kReal, 1, 1e-3, 10, "", "exponent of rp3beta's transition probabilities", 0.3,
     1.5, false},
    {"beta", Type::kReal, 0.6, 0, 10, "", "exponent of rp3beta's penalty on popular items", 0, 1,
     false},
    {"bm25_k1", Type::kReal, 1.2, 1e-6, 1e6, "", "where bm25 saturates", 0.3, 30, true},
    {"bm25_b", Type::kReal, 0.75, 0, 1, "", "how much bm25 discounts items of many pairs", 0, 1,
     false},
}};

OptionValues values_of(const ItemKnnOptions& options) {
  OptionValues values(kOptions);
  values.set("similarity", to_string(options.similarity));
  values.set("neighbours", static_cast<double>(options.neighbours));
  values.set("shrinkage", options.shrinkage);
  values.set("asymmetry", options.asymmetry);
  values.set("alpha", options.alpha);
  values.set("beta", options.beta);
  values.set("bm25_k1", options.bm25_k1);
  values.set("bm25_b", options.bm25_b);
  return values;
}

/// A pair's weight on the side of the item had and on that of the item scored, and what a sum of
/// their products is divided by.
struct Weighting {
  Csr had;                          ///< users x items
  Csr scored;                       ///< users x items
  std::vector<double> had_norm;     ///< length n_items
  std::vector<double> scored_norm;  ///< length n_items
  double shrinkage = 0.0;
};

std::vector<double> item_sums(const CsrView& pairs, double exponent) {
  std::vector<double> sums(pairs.n_columns);
  for (std::size_t i = 0; i < pairs.nonzeros(); ++i) {
    sums[pairs.columns[i]] += std::pow(static_cast<double>(pairs.values[i]), exponent);
  }
  return sums;
}

/// Replaces every value; f(user, item, value) -> double.
template <class F>
Csr with_values(const Csr& pairs, const F& f) {
  Csr result = pairs;
  for (std::size_t user = 0; user < pairs.rows(); ++user) {
    for (std::uint64_t i = pairs.row_start[user]; i < pairs.row_start[user + 1]; ++i) {
      result.values[i] =
          static_cast<float>(f(user, pairs.columns[i], static_cast<double>(pairs.values[i])));
    }
  }
  return result;
}

double user_idf(const CsrView& pairs, std::size_t user) {
  return std::log((1.0 + pairs.n_columns) / (1.0 + static_cast<double>(pairs.row_size(user))));
}

Weighting cosine(Csr weighted, const ItemKnnOptions& options) {
  Weighting result;
  const std::vector<double> squares = item_sums(weighted, 2.0);
  for (const double square : squares) {
    result.had_norm.push_back(std::pow(square, options.asymmetry));
    result.scored_norm.push_back(std::pow(square, 1.0 - options.asymmetry));
  }
  result.scored = weighted;
  result.had = std::move(weighted);
  result.shrinkage = options.shrinkage;
  return result;
}

Weighting bm25(const Csr& pairs, const ItemKnnOptions& options) {
  std::vector<double> counts(pairs.n_columns);
  for (const std::uint32_t item : pairs.columns) counts[item] += 1.0;
  const double mean = static_cast<double>(pairs.nonzeros()) / static_cast<double>(counts.size());
  Weighting result;
  result.had = with_values(pairs, [&](std::size_t user, std::uint32_t item, double value) {
    const double length = 1.0 - options.bm25_b + options.bm25_b * counts[item] / mean;
    return value * (options.bm25_k1 + 1.0) / (value + options.bm25_k1 * length) *
           user_idf(pairs, user);
  });
  result.scored = result.had;
  result.had_norm.assign(pairs.n_columns, 1.0);
  result.scored_norm.assign(pairs.n_columns, 1.0);
  return result;
}

Weighting rp3beta(const Csr& pairs, const ItemKnnOptions& options) {
  const std::vector<double> item_totals = item_sums(pairs, 1.0);
  std::vector<double> user_totals(pairs.rows());
  for (std::size_t user = 0; user < pairs.rows(); ++user) {
    for (const float value : pairs.view().row_values(user)) {
      user_totals[user] += static_cast<double>(value);
    }
  }
  Weighting result;
  result.had = with_values(pairs, [&](std::size_t, std::uint32_t item, double value) {
    return std::pow(value / item_totals[item], options.alpha);
  });
  result.scored = with_values(pairs, [&](std::size_t user, std::uint32_t, double value) {
    return std::pow(value / user_totals[user], options.alpha);
  });
  result.had_norm.assign(pairs.n_columns, 1.0);
  for (const double total : item_totals) {
    result.scored_norm.push_back(std::pow(total, options.beta));
  }
  return result;
}

Weighting weighting(const Csr& pairs, const ItemKnnOptions& options) {
  switch (options.similarity) {
    case ItemSimilarity::kBm25:
      return bm25(pairs, options);
    case ItemSimilarity::kRp3Beta:
      return rp3beta(pairs, options);
    case ItemSimilarity::kTfIdf:
      return cosine(with_values(pairs,
                                [&](std::size_t user, std::uint32_t, double value) {
                                  return std::sqrt(value) * user_idf(pairs, user);
                                }),
                    options);
    case ItemSimilarity::kCosine:
      break;
  }
  return cosine(pairs, options);
}

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues& values) {
  ItemKnnOptions options;
  options.similarity = item_similarity_from_string(values.word("similarity")).value();
  options.neighbours = values.integer("neighbours");
  options.shrinkage = values.real("shrinkage");
  options.asymmetry = values.real("asymmetry");
  options.alpha = values.real("alpha");
  options.beta = values.real("beta");
  options.bm25_k1 = values.real("bm25_k1");
  options.bm25_b = values.real("bm25_b");
  return train_item_knn(execution, input.user_items(), options);
}

std::unique_ptr<Model> load(const Execution&, const ContainerReader& reader,
                            const std::string& prefix) {
  return ItemWeightsModel::load("item-knn", OptionValues(kOptions), reader, prefix);
}

}  // namespace

std::string_view to_string(ItemSimilarity similarity) noexcept {
  return kSimilarityNames[static_cast<std::size_t>(similarity)].first;
}

std::optional<ItemSimilarity> item_similarity_from_string(std::string_view text) noexcept {
  for (const auto& [name, similarity] : kSimilarityNames) {
    if (name == text) return similarity;
  }
  return std::nullopt;
}

std::unique_ptr<ItemWeightsModel> train_item_knn(const Execution& execution,
                                                 const CsrView& user_items,
                                                 const ItemKnnOptions& options) {
  OptionValues values = values_of(options);  // checks ranges
  const Csr pairs = detail::positive_pairs(user_items, "item-knn");
  const Weighting weights = weighting(pairs, options);
  const Csr scored_by_item = csr_transpose(execution, weights.scored);
  const auto finish = [&](std::uint32_t scored, detail::ItemRow& row) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < row.items.size(); ++i) {
      const std::uint32_t had = row.items[i];
      const double norm = weights.had_norm[had] * weights.scored_norm[scored] + weights.shrinkage;
      if (had == scored || !(norm > 0.0) || !(row.values[i] > 0.0F)) continue;
      row.items[kept] = had;
      row.values[kept++] = static_cast<float>(static_cast<double>(row.values[i]) / norm);
    }
    row.items.resize(kept);
    row.values.resize(kept);
    detail::keep_largest(row, options.neighbours);
  };
  const Csr by_scored =
      detail::item_products(execution, scored_by_item, weights.had, finish, "train");
  return std::make_unique<ItemWeightsModel>("item-knn",
                                            static_cast<std::uint32_t>(user_items.rows()),
                                            csr_transpose(execution, by_scored), std::move(values));
}

namespace detail {

ModelKind item_knn_kind() {
  return with_user_arrays({"item-knn", "nearest items: cosine, TF-IDF, BM25 or RP3beta", kOptions,
                           false, &train, &load},
                          kUserCount);
}

}  // namespace detail

}  // namespace tenure::recommender
