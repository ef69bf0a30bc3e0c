#pragma once

#include <tenure/core/container.hpp>
#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/item_features.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// iALS whose item factors are drawn towards what the items' features say: the regression-based
/// prior of Agarwal and Chen (2009), "Regression-based latent factor models", on the item side of
/// iALS. With x_i the TF-IDF row of item i and a constant 1 behind it (zero for an item without
/// terms), and B a matrix of terms x d, training lowers
///   iALS loss of the items with pairs, |h_i|^2 in it replaced by |h_i - B^T x_i|^2
///   + feature_regularization * mean(lambda_i) * |B|^2
/// by solving in turn, each exactly given the others,
///   users:  as iALS;
///   B:      (X^T L X + feature_regularization mean(lambda_i) I) B = X^T L H, L = diag(lambda_i);
///   items:  (unobserved_weight W^T W + lambda_i I + sum_u v_ui w_u w_u^T) h_i
///             = sum_u v_ui w_u + lambda_i B^T x_i.
/// The more pairs an item has, the less its features weigh. An item without any pair takes no part
/// in training, since nobody has declined what was not on offer; its factors are B^T x_i, the map
/// from attributes to factors of Gantner et al. (2010), "Learning attribute-to-feature mappings for
/// cold-start recommendations".
namespace tenure::recommender {

struct HybridOptions {
  IalsOptions ials;  ///< regularization > 0, solver auto or exact; the first epoch is one of iALS
  ItemFeatureOptions features;
  double feature_regularization = 0.3;  ///< > 0
};

/// @throws ArgumentError that names the option out of range.
void validate(const HybridOptions& options);

class HybridModel final : public Model {
 public:
  /// From factors, n_users x d and n_items x d; `new_items` (length n_items) marks items that
  /// training had no pairs of: what customers did not do to them does not weigh in folding in.
  /// @throws ArgumentError where shapes or options do not fit, NumericalError where a factor is not
  /// finite.
  HybridModel(const Execution& execution, const HybridOptions& options, Matrix<float> user_factors,
              Matrix<float> item_factors, std::vector<std::uint8_t> new_items);

  std::string_view name() const noexcept override { return "hybrid"; }
  std::uint32_t n_users() const noexcept override { return factors_.n_users(); }
  std::uint32_t n_items() const noexcept override { return factors_.n_items(); }
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override {
    factors_.score(batch, out);
  }
  std::optional<FactorView> factors() const noexcept override { return factors_.factors(); }
  void user_vectors(const UserBatch& batch, MatrixView<float> out) const override {
    factors_.user_vectors(batch, out);
  }
  /// As iALS: exact given the item factors.
  std::optional<Matrix<double>> explain(const UserBatch& batch, std::size_t entry,
                                        std::span<const std::uint32_t> items) const override {
    return factors_.explain(batch, entry, items);
  }
  void save(ContainerWriter& writer, const std::string& prefix) const override;
  static std::unique_ptr<HybridModel> load(const Execution& execution,
                                           const ContainerReader& reader,
                                           const std::string& prefix);

  const HybridOptions& options() const noexcept { return options_; }
  const std::vector<std::uint8_t>& new_items() const noexcept { return new_items_; }

 private:
  HybridOptions options_;
  std::vector<std::uint8_t> new_items_;
  IalsModel factors_;
};

/// Trains on users x items with values >= 0 and the items' features (n_items x n_terms). Factors
/// are byte-identical at any number of threads.
/// @throws as train_ials(); ArgumentError where the features have another number of rows;
/// NumericalError where the regression does not converge.
std::unique_ptr<HybridModel> train_hybrid(const Execution& execution, const CsrView& user_items,
                                          const CsrView& features, const HybridOptions& options,
                                          const IalsEpochSink& on_epoch = {});

}  // namespace tenure::recommender
