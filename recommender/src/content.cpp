#include "item_feature_options.hpp"
#include "kinds.hpp"
#include "model_arrays.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/content.hpp>

#include <algorithm>
#include <utility>

namespace tenure::recommender {

namespace {

/// Dot product of two rows, columns rising in both.
double dot(const CsrView& rows, std::uint32_t a, std::uint32_t b) {
  const auto first = rows.row_columns(a);
  const auto second = rows.row_columns(b);
  double sum = 0.0;
  for (std::size_t i = 0, j = 0; i < first.size() && j < second.size();) {
    if (first[i] == second[j]) {
      sum +=
          static_cast<double>(rows.row_values(a)[i]) * static_cast<double>(rows.row_values(b)[j]);
    }
    const bool step_first = first[i] <= second[j];
    j += second[j] <= first[i] ? 1U : 0U;
    i += step_first ? 1U : 0U;
  }
  return sum;
}

/// A customer's profile; its memory serves one customer after the other.
class Profile {
 public:
  explicit Profile(std::size_t n_terms) : weights_(n_terms), present_(n_terms) {}

  void add(const CsrView& features, std::uint32_t item, float value) {
    const auto terms = features.row_columns(item);
    for (std::size_t t = 0; t < terms.size(); ++t) {
      if (present_[terms[t]] == 0) {
        present_[terms[t]] = 1;
        terms_.push_back(terms[t]);
      }
      weights_[terms[t]] += value * features.row_values(item)[t];
    }
  }

  /// Adds the products with every item to `scores`, terms rising, and empties the profile.
  void spend(const CsrView& by_term, float* scores) {
    std::sort(terms_.begin(), terms_.end());
    for (const std::uint32_t term : terms_) {
      const float weight = weights_[term];
      const auto items = by_term.row_columns(term);
      const auto values = by_term.row_values(term);
      for (std::size_t i = 0; i < items.size(); ++i) scores[items[i]] += weight * values[i];
      weights_[term] = 0.0F;
      present_[term] = 0;
    }
    terms_.clear();
  }

 private:
  std::vector<float> weights_;
  std::vector<std::uint8_t> present_;
  std::vector<std::uint32_t> terms_;
};

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues& values) {
  if (input.events == nullptr) throw ArgumentError("content needs the events: their item texts");
  const ItemFeatureOptions options = detail::item_feature_options(values);
  return std::make_unique<ContentModel>(execution, options, input.events->customers.size(),
                                        tfidf_features(*input.events, options).rows);
}

std::unique_ptr<Model> load(const Execution& execution, const ContainerReader& reader,
                            const std::string& prefix) {
  return ContentModel::load(execution, reader, prefix);
}

}  // namespace

ContentModel::ContentModel(const Execution& execution, const ItemFeatureOptions& options,
                           std::uint32_t n_users, Csr features)
    : options_(options), n_users_(n_users), features_(std::move(features)) {
  validate(options_);
  csr_validate(features_);
  if (features_.rows() == 0 || features_.rows() >= kNewUser || n_users_ == kNewUser) {
    throw ArgumentError("content: there are no items, or more users or items than codes");
  }
  by_term_ = csr_transpose(execution, features_);
}

void ContentModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  Profile profile(features_.n_columns);
  for (std::size_t b = 0; b < batch.size(); ++b) {
    std::fill_n(out.row(b), n_items(), 0.0F);
    const auto history = batch.history(b);
    for (std::size_t k = 0; k < history.size(); ++k) {
      profile.add(features_, history[k], batch.history_values(b)[k]);
    }
    profile.spend(by_term_, out.row(b));
  }
}

std::optional<Matrix<double>> ContentModel::explain(const UserBatch& batch, std::size_t entry,
                                                    std::span<const std::uint32_t> items) const {
  check_batch(*this, batch, {nullptr, batch.size(), 0, 0}, 0);
  if (entry >= batch.size()) throw ArgumentError("explain: the entry is outside the batch");
  const auto history = batch.history(entry);
  Matrix<double> contributions(items.size(), history.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i] >= n_items()) throw ArgumentError("explain: an item is outside the catalogue");
    for (std::size_t j = 0; j < history.size(); ++j) {
      contributions(i, j) = static_cast<double>(batch.history_values(entry)[j]) *
                            dot(features_, history[j], items[i]);
    }
  }
  return contributions;
}

void ContentModel::save(ContainerWriter& writer, const std::string& prefix) const {
  OptionValues values(detail::kItemFeatureSpecs);
  detail::set_item_feature_options(options_, values);
  values.save(writer, prefix);
  writer.attribute(prefix + "n_users", static_cast<std::int64_t>(n_users_));
  detail::save_csr(writer, prefix + "features/", features_);
}

std::unique_ptr<ContentModel> ContentModel::load(const Execution& execution,
                                                 const ContainerReader& reader,
                                                 const std::string& prefix) {
  OptionValues values(detail::kItemFeatureSpecs);
  values.load(reader, prefix);
  const std::uint32_t n_users = detail::load_count(reader, prefix + "n_users", kNewUser - 1);
  try {
    return std::make_unique<ContentModel>(execution, detail::item_feature_options(values), n_users,
                                          detail::load_csr(reader, prefix + "features/"));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix + "features", error.what());
  }
}

namespace detail {

ModelKind content_kind() {
  ModelKind kind{
      "content", "items of like text and category, by TF-IDF", kItemFeatureSpecs, false, &train,
      &load};
  kind.needs_text = true;
  kind.user_arrays = kUserCount;
  return kind;
}

}  // namespace detail

}  // namespace tenure::recommender
