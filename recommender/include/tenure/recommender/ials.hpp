#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Implicit alternating least squares: Hu, Koren, Volinsky (2008), "Collaborative filtering for
/// implicit feedback datasets", with the loss and the frequency-scaled regularisation of Rendle,
/// Krichene, Zhang, Koren (2021), "Revisiting the performance of iALS":
///   sum over observed of v_ui (1 - s_ui)^2 + unobserved_weight * sum over all of s_ui^2
///   + sum_u lambda_u |w_u|^2 + sum_i lambda_i |h_i|^2,  s_ui = w_u . h_i,
///   lambda_u = regularization * (n_u + unobserved_weight * n_items)^regularization_exponent,
/// lambda_i alike with n_i and n_users; n counts observed pairs, v_ui are the matrix's values.
namespace tenure::recommender {

enum class IalsSolver : std::uint8_t {
  /// Exact, unless an exact epoch on the matrix costs more than four conjugate-gradient ones in
  /// counted multiply-adds; the model tells which was taken.
  kAuto,
  kExact,  ///< every row is the minimum given the other side
  /// A few preconditioned steps towards it from the row's present factors: Takacs, Pilaszy, Tikk
  /// (2011), "Applications of the conjugate gradient method for implicit feedback collaborative
  /// filtering".
  kConjugateGradient,
  /// One block of a row's coordinates after the other: Rendle, Krichene, Zhang, Koren (2021),
  /// "iALS++: Speeding up matrix factorization with subspace optimization".
  kBlock,
};
std::string_view to_string(IalsSolver solver) noexcept;
/// "auto", "exact", "cg", "block".
std::optional<IalsSolver> ials_solver_from_string(std::string_view text) noexcept;

struct IalsOptions {
  std::uint32_t factors = 64;            ///< d, 1 to 4096
  double regularization = 0.1;           ///< >= 0
  double unobserved_weight = 0.1;        ///< >= 0
  double regularization_exponent = 0.5;  ///< nu, finite, >= 0
  std::uint32_t epochs = 10;             ///< >= 1; one solves all users, then all items
  double init_scale = 0.1;               ///< > 0; items start as N(0, (init_scale / sqrt(d))^2)
  IalsSolver solver = IalsSolver::kAuto;
  std::uint32_t cg_steps = 3;     ///< 1 to 1000; kConjugateGradient: steps a row takes
  std::uint32_t block_size = 64;  ///< 1 to 4096; kBlock: coordinates solved together, at most d
};

/// @throws ArgumentError that names the option out of range.
void validate(const IalsOptions& options);

/// Told after each epoch, from the training thread.
struct IalsEpoch {
  std::uint32_t epoch = 0;  ///< from 1
  std::uint32_t epochs = 0;
  double seconds = 0.0;
};
using IalsEpochSink = std::function<void(const IalsEpoch&)>;

/// A trained iALS model. Folding a history in gives the exact minimum for the final item factors
/// whatever the solver; a trained user vector is what the solver found for the items one half-step
/// earlier, which the last half-step fits the items to.
class IalsModel final : public Model {
 public:
  /// From given factors, n_users x d and n_items x d, and the solver that found them. Items marked
  /// in `apart` (length n_items, or empty for none) have not been on offer: folding in does not
  /// count them as not taken.
  /// @throws ArgumentError where shapes or options do not fit or the solver is kAuto,
  /// NumericalError where a factor is not finite.
  IalsModel(const Execution& execution, const IalsOptions& options, Matrix<float> user_factors,
            Matrix<float> item_factors, IalsSolver solver_used = IalsSolver::kExact,
            std::span<const std::uint8_t> apart = {});
  ~IalsModel() override;

  std::string_view name() const noexcept override { return "ials"; }
  /// "exact", "cg" or "block": for IalsSolver::kAuto the one it chose.
  std::string solver_used() const override;
  std::uint32_t n_users() const noexcept override;
  std::uint32_t n_items() const noexcept override;
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  std::optional<FactorView> factors() const noexcept override;
  void user_vectors(const UserBatch& batch, MatrixView<float> out) const override;
  /// Hu et al. (2008), section 5: with A = unobserved_weight H^T H + lambda I + sum_j v_j h_j h_j^T
  /// over the history, item j adds v_j h_i^T A^-1 h_j to the score of item i. In double precision.
  std::optional<Matrix<double>> explain(const UserBatch& batch, std::size_t entry,
                                        std::span<const std::uint32_t> items) const override;
  /// Each sweep solves the changed users given the items, then the changed items given the users;
  /// all else keeps its factors. New rows start at zero.
  std::unique_ptr<Model> updated(const Execution& execution,
                                 const ModelChange& change) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;
  static std::unique_ptr<IalsModel> load(const Execution& execution, const ContainerReader& reader,
                                         const std::string& prefix);

  const IalsOptions& options() const noexcept;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

/// Trains on users x items with values >= 0; pairs of value 0 count as unobserved. A user or item
/// without pairs gets the zero vector. Factors are byte-identical at any number of threads.
/// @throws ArgumentError (options, an empty matrix, a negative value, no value above 0),
/// NumericalError (epoch, side and row that left the finite numbers or met a singular system),
/// Cancelled.
std::unique_ptr<IalsModel> train_ials(const Execution& execution, const CsrView& user_items,
                                      const IalsOptions& options,
                                      const IalsEpochSink& on_epoch = {});

/// The loss above, in double precision: what training lowers.
double ials_loss(const Execution& execution, const CsrView& user_items, const FactorView& factors,
                 const IalsOptions& options);

}  // namespace tenure::recommender
