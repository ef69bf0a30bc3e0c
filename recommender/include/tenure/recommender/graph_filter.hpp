#pragma once

#include <tenure/core/container.hpp>
#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// Graph filters: a customer's history x, as a signal on the items, through a low-pass filter of
/// the item graph. Nothing is learnt; what is given is how the graph is normalised and which
/// filter. With R the users x items matrix and D_U, D_I its row and column sums,
///   N = D_U^-a R D_I^(a - 1),  P = (N^T N)^(o power), the power taken element by element.
/// Turbo-CF (Park, Shin, Shin 2024, eqs. 4 to 8) scores x f(P), f(P) being
///   filter 1: P;  2: 2 P - P^2;  3: P + 0.01 (-P^3 + 10 P^2 - 29 P).
/// GF-CF (Shen et al. 2021, eq. 15) is a = 1/2, power 1, filter 1, and adds the ideal low-pass
///   low_pass_weight * x D_I^-1/2 V V^T D_I^1/2,  V the leading `rank` right singular vectors of N.
namespace tenure::recommender {

struct GraphFilterOptions {
  double user_exponent = 0.5;    ///< a, 0 to 1
  double power = 1.0;            ///< 0.01 to 10
  std::uint32_t filter = 1;      ///< 1 to 3
  double low_pass_weight = 0.0;  ///< >= 0; needs user_exponent 1/2
  std::uint32_t rank = 256;      ///< 1 to 4096, cut to the matrix's; used where the weight is > 0
  /// >= 1; subspace iterations for V. The leading vectors converge at once, those next to the cut
  /// need not: the filter hardly tells them apart.
  std::uint32_t iterations = 12;
};

/// Scores are computed from the pairs: P is kept where power is not 1 and applied as N^T N where it
/// is.
class GraphFilterModel final : public Model {
 public:
  /// `name` is "turbo-cf" or "gf-cf". Byte-identical at any number of threads.
  /// `low_pass_vectors`, where not empty, are those of a model made before.
  /// @throws ArgumentError (an option out of range, a negative value, no value above 0),
  /// NumericalError, Cancelled.
  GraphFilterModel(const Execution& execution, std::string_view name, const CsrView& user_items,
                   const GraphFilterOptions& options, Matrix<float> low_pass_vectors = {});
  ~GraphFilterModel() override;

  std::string_view name() const noexcept override;
  std::uint32_t n_users() const noexcept override;
  std::uint32_t n_items() const noexcept override;
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  /// The file holds the pairs and the low-pass vectors; P is made again when it is read.
  void save(ContainerWriter& writer, const std::string& prefix) const override;

  const GraphFilterOptions& options() const noexcept;
  CsrView pairs() const noexcept;                             ///< values above 0 only
  MatrixView<const float> low_pass_vectors() const noexcept;  ///< D_I^-1/2 V, or empty

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace tenure::recommender
