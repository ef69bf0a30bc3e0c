#pragma once

#include <tenure/core/container.hpp>
#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// LightGCN (He et al. 2020, "LightGCN: simplifying and powering graph convolution network for
/// recommendation", eqs. 3 and 4) trained with the softmax over the whole catalogue instead of
/// drawn pairs. With R the users x items matrix and D_U, D_I its row and column sums, vectors pass
/// through N = D_U^-1/2 R D_I^-1/2:
///   x_u^(l+1) = sum_i N_ui x_i^(l),  x_i^(l+1) = sum_u N_ui x_u^(l),
/// and a customer or item is the mean of its vectors of layers 0 to `layers`. Scores are cosines,
/// s_ui = x_u . x_i / (|x_u| |x_i|), and training lowers
///   sum_u w_u sum_i p_ui (log sum_j exp(s_uj / temperature) - s_ui / temperature),
/// p_ui = R_ui / D_u, w_u in proportion to D_u^activity_exponent: the softmax loss whose merits for
/// recommendation Wu et al. (2024, "On the effectiveness of sampled softmax loss") lay out, with
/// nothing sampled. Layers 0 are learnt by Adam (Kingma, Ba 2015) on batches of customers, the step
/// size falling evenly to zero.
namespace tenure::recommender {

struct LightGcnOptions {
  std::uint32_t factors = 64;      ///< d, 1 to 4096
  std::uint32_t layers = 2;        ///< 0 to 8; 0 is plain factorisation
  double temperature = 0.1;        ///< 0.03 to 10
  double learning_rate = 0.03;     ///< > 0, of the first step
  double activity_exponent = 1.0;  ///< 0 (all customers alike) to 2
  std::uint32_t epochs = 20;       ///< >= 1
  /// Customers a step; >= 1. A step keeps batch x n_items numbers and takes fewer customers where
  /// that would be over 2^27.
  std::uint32_t batch = 1024;
  double init_scale = 0.1;  ///< > 0; layers 0 start as N(0, init_scale^2)
};

/// @throws ArgumentError that names the option out of range.
void validate(const LightGcnOptions& options);

/// A trained model: unit vectors, zero for a customer or item without pairs.
class LightGcnModel final : public Model {
 public:
  /// `user_factors` n_users x d and `item_factors` n_items x d score by their product;
  /// `item_sources` n_items x d is what each item of a new customer's history adds to its vector.
  /// @throws ArgumentError where shapes or options do not fit, NumericalError where a number is not
  /// finite.
  LightGcnModel(const LightGcnOptions& options, Matrix<float> user_factors,
                Matrix<float> item_factors, Matrix<float> item_sources);

  std::string_view name() const noexcept override { return "lightgcn"; }
  std::uint32_t n_users() const noexcept override {
    return static_cast<std::uint32_t>(users_.rows());
  }
  std::uint32_t n_items() const noexcept override {
    return static_cast<std::uint32_t>(items_.rows());
  }
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  std::optional<FactorView> factors() const noexcept override {
    return FactorView{users_.view(), items_.view()};
  }
  /// A new customer has no learnt vector of layer 0: it is what its history propagates to it, the
  /// sum of R_ui times the items' sources, brought to length 1.
  void user_vectors(const UserBatch& batch, MatrixView<float> out) const override;
  std::optional<Matrix<double>> explain(const UserBatch& batch, std::size_t entry,
                                        std::span<const std::uint32_t> items) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;
  static std::unique_ptr<LightGcnModel> load(const ContainerReader& reader,
                                             const std::string& prefix);

  const LightGcnOptions& options() const noexcept { return options_; }

 private:
  LightGcnOptions options_;
  Matrix<float> users_;
  Matrix<float> items_;
  Matrix<float> sources_;
};

/// Told after each epoch: the loss above, as the batches were met, the weights w_u of each adding
/// up to 1.
struct LightGcnEpoch {
  std::uint32_t epoch = 0;  ///< from 1
  double loss = 0.0;
  double seconds = 0.0;
};
using LightGcnEpochSink = std::function<void(const LightGcnEpoch&)>;

/// Byte-identical at any number of threads. An epoch costs about 6 n_users n_items d operations.
/// @throws ArgumentError (options, a negative value, no value above 0), NumericalError (the epoch
/// in which the vectors left the finite numbers), Cancelled.
std::unique_ptr<LightGcnModel> train_lightgcn(const Execution& execution, const CsrView& user_items,
                                              const LightGcnOptions& options,
                                              const LightGcnEpochSink& on_epoch = {});

/// The loss above and its gradient by the vectors of layer 0 (users, then items), all customers in
/// one batch: what a step of training follows.
struct LightGcnGradient {
  double loss = 0.0;
  Matrix<float> gradient;  ///< (n_users + n_items) x d
};
/// `layer0` is (n_users + n_items) x d. @throws as train_lightgcn().
LightGcnGradient lightgcn_gradient(const Execution& execution, const CsrView& user_items,
                                   const LightGcnOptions& options, Matrix<float> layer0);

}  // namespace tenure::recommender
