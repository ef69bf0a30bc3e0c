#pragma once

#include <tenure/core/container.hpp>
#include <tenure/core/csr.hpp>
#include <tenure/recommender/item_features.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tenure::recommender {

/// Items like those of the history by what is written about them: with x_i the TF-IDF row of item i
/// (see item_features.hpp), a customer's profile is p = sum over the history of v_j x_j and the
/// score of item i is p . x_i. It needs no events of item i, so that new items can be listed; an
/// item without text scores 0. Products are made by an inverted index of the terms, one customer at
/// a time.
class ContentModel final : public Model {
 public:
  /// `features` is n_items x n_terms; `options` made it and are kept for the file.
  /// @throws ArgumentError where the matrix has no rows or is ill-formed.
  ContentModel(const Execution& execution, const ItemFeatureOptions& options, std::uint32_t n_users,
               Csr features);

  std::string_view name() const noexcept override { return "content"; }
  std::uint32_t n_users() const noexcept override { return n_users_; }
  std::uint32_t n_items() const noexcept override {
    return static_cast<std::uint32_t>(features_.rows());
  }
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  /// Item j of the history adds v_j x_j . x_i to the score of item i. In double precision.
  std::optional<Matrix<double>> explain(const UserBatch& batch, std::size_t entry,
                                        std::span<const std::uint32_t> items) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;
  static std::unique_ptr<ContentModel> load(const Execution& execution,
                                            const ContainerReader& reader,
                                            const std::string& prefix);

  CsrView features() const noexcept { return features_; }

 private:
  ItemFeatureOptions options_;
  std::uint32_t n_users_;
  Csr features_;
  Csr by_term_;  // the transpose
};

}  // namespace tenure::recommender
