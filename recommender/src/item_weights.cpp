#include "model_arrays.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/item_weights.hpp>

#include <algorithm>
#include <utility>

namespace tenure::recommender {

ItemWeightsModel::ItemWeightsModel(std::string_view name, std::uint32_t n_users, Csr weights,
                                   OptionValues options)
    : name_(name), n_users_(n_users), weights_(std::move(weights)), options_(std::move(options)) {
  csr_validate(weights_);
  if (weights_.rows() != weights_.n_columns || weights_.n_columns == 0 || n_users_ == kNewUser) {
    throw ArgumentError(name_ + ": the weights are not a square matrix of items");
  }
}

void ItemWeightsModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  const CsrView weights = weights_;
  for (std::size_t b = 0; b < batch.size(); ++b) {
    float* const scores = out.row(b);
    std::fill(scores, scores + n_items(), 0.0F);
    const auto history = batch.history(b);
    for (std::size_t k = 0; k < history.size(); ++k) {
      const float value = batch.history_values(b)[k];
      const auto items = weights.row_columns(history[k]);
      const auto row = weights.row_values(history[k]);
      for (std::size_t i = 0; i < items.size(); ++i) scores[items[i]] += value * row[i];
    }
  }
}

void ItemWeightsModel::save(ContainerWriter& writer, const std::string& prefix) const {
  options_.save(writer, prefix);
  writer.attribute(prefix + "n_users", static_cast<std::int64_t>(n_users_));
  detail::save_csr(writer, prefix + "weights/", weights_);
}

std::unique_ptr<ItemWeightsModel> ItemWeightsModel::load(std::string_view name,
                                                         OptionValues options,
                                                         const ContainerReader& reader,
                                                         const std::string& prefix) {
  options.load(reader, prefix);
  const std::uint32_t n_users = detail::load_count(reader, prefix + "n_users", kNewUser - 1);
  try {
    return std::make_unique<ItemWeightsModel>(
        name, n_users, detail::load_csr(reader, prefix + "weights/"), std::move(options));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix + "weights", error.what());
  }
}

}  // namespace tenure::recommender
