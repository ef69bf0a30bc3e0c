#pragma once

#include <tenure/core/container.hpp>
#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/item_weights.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// EASE^R (Steck 2019, "Embarrassingly shallow autoencoders for sparse data"): the item weights B
/// that minimise |X - X B|^2 + regularization |B|^2 with a zero diagonal. In closed form (eq. 8)
///   P = (X^T X + regularization I)^-1,  b_ij = -p_ij / p_jj.
namespace tenure::recommender {

struct EaseOptions {
  double regularization = 200.0;  ///< > 0
  /// > 0: the most memory, in units of 2^30 bytes, that training may take for its dense matrices.
  double memory_gigabytes = 12.0;
};

/// Bytes of the dense matrices of training: n_items^2 floats, and n_users^2 more where there are
/// enough fewer customers than items that the inverse is taken on their side.
double ease_bytes(std::uint64_t n_users, std::uint64_t n_items) noexcept;

/// A linear model of items with dense weights; see ItemWeightsModel.
class EaseModel final : public Model {
 public:
  /// `weights` is n_items x n_items, row i for the item had.
  /// @throws ArgumentError where shapes or options do not fit, NumericalError where a weight is not
  /// finite.
  EaseModel(std::uint32_t n_users, Matrix<float> weights, const EaseOptions& options);

  std::string_view name() const noexcept override { return "ease"; }
  std::uint32_t n_users() const noexcept override { return n_users_; }
  std::uint32_t n_items() const noexcept override {
    return static_cast<std::uint32_t>(weights_.cols());
  }
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;

  MatrixView<const float> weights() const noexcept { return weights_.view(); }
  const EaseOptions& options() const noexcept { return options_; }

 private:
  std::uint32_t n_users_;
  Matrix<float> weights_;
  EaseOptions options_;
};

/// Exact. Weights are byte-identical at any number of threads.
/// @throws ArgumentError (options, a negative value, no value above 0, or ease_bytes above the
/// memory allowed), NumericalError (not positive definite in single precision), Cancelled.
std::unique_ptr<EaseModel> train_ease(const Execution& execution, const CsrView& user_items,
                                      const EaseOptions& options = {});

struct SparseEaseOptions {
  double regularization = 200.0;   ///< > 0
  std::uint32_t neighbours = 100;  ///< 1 to 4096
};

/// EASE^R where each item's weights are solved on its `neighbours` nearest items (cosine with the
/// shrinkage that item-knn has by default) and are 0 elsewhere: column j minimises |x_j - X_N b|^2
/// + regularization |b|^2 over N(j). With all items as neighbours it is EASE^R. Memory grows with
/// items x neighbours.
/// @throws as train_ease.
std::unique_ptr<ItemWeightsModel> train_sparse_ease(const Execution& execution,
                                                    const CsrView& user_items,
                                                    const SparseEaseOptions& options = {});

}  // namespace tenure::recommender
