#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// Bayesian personalised ranking: Rendle, Freudenthaler, Gantner, Schmidt-Thieme (2009), "BPR:
/// Bayesian personalized ranking from implicit feedback". Matrix factorisation with item biases,
/// s_ui = w_u . h_i + b_i, that maximises (their section 4.1, BPR-Opt)
///   sum over (u, i, j) of ln sigma(s_ui - s_uj) - regularization (|w_u|^2 + |h_i|^2 + |h_j|^2) / 2
/// over triples of a user, an item it has and one it has not, drawn with replacement as in their
/// LearnBPR. Two departures make the result the same at any number of threads and the step size
/// easy: triples are taken in batches whose gradients come from the factors before the batch and
/// are summed row by row in the order of the triples, and steps are scaled by AdaGrad (Duchi,
/// Hazan, Singer 2011).
namespace tenure::recommender {

struct BprOptions {
  std::uint32_t factors = 64;     ///< d, 1 to 4096
  double learning_rate = 0.05;    ///< > 0
  double regularization = 0.005;  ///< >= 0
  std::uint32_t epochs = 30;      ///< >= 1; an epoch draws as many triples as there are pairs
  std::uint32_t batch = 4096;     ///< >= 1, triples
  double init_scale = 0.1;        ///< > 0; factors start as N(0, (init_scale / sqrt(d))^2)
};

/// @throws ArgumentError that names the option out of range.
void validate(const BprOptions& options);

/// A trained BPR model. Its factors have d + 1 columns: the last is 1 for a user, the bias for an
/// item. A new user's vector is learnt from its history with the items fixed, the same negatives
/// for everyone.
class BprModel final : public Model {
 public:
  /// From given factors, n_users x (d + 1) and n_items x (d + 1).
  /// @throws ArgumentError where shapes or options do not fit, NumericalError where a factor is not
  /// finite.
  BprModel(const BprOptions& options, Matrix<float> user_factors, Matrix<float> item_factors);

  std::string_view name() const noexcept override { return "bpr"; }
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
  void user_vectors(const UserBatch& batch, MatrixView<float> out) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;
  static std::unique_ptr<BprModel> load(const ContainerReader& reader, const std::string& prefix);

  const BprOptions& options() const noexcept { return options_; }

 private:
  BprOptions options_;
  Matrix<float> users_;
  Matrix<float> items_;
};

/// Told after each epoch: mean of -ln sigma(s_ui - s_uj) over its triples, as they were met.
struct BprEpoch {
  std::uint32_t epoch = 0;  ///< from 1
  double loss = 0.0;
  double seconds = 0.0;
};
using BprEpochSink = std::function<void(const BprEpoch&)>;

/// Trains on the pairs with a value above 0; values do not weigh. A user without pairs gets the
/// zero vector. Byte-identical at any number of threads.
/// @throws ArgumentError (options, a negative value, no value above 0), NumericalError (the epoch
/// in which the factors left the finite numbers), Cancelled.
std::unique_ptr<BprModel> train_bpr(const Execution& execution, const CsrView& user_items,
                                    const BprOptions& options, const BprEpochSink& on_epoch = {});

}  // namespace tenure::recommender
