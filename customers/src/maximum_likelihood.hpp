#pragma once

#include <tenure/core/error.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>
#include <tenure/customers/lifetime_fit.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// One optimiser for every lifetime model: few parameters, all positive, searched as logarithms.
namespace tenure::customers::detail {

/// A function's value, gradient and Hessian (n x n, row-major, symmetric) at a point.
struct Derivatives {
  double value = 0.0;
  std::vector<double> gradient;
  std::vector<double> hessian;

  explicit Derivatives(std::size_t n = 0) : gradient(n), hessian(n * n) {}
  std::size_t size() const noexcept { return gradient.size(); }
  /// Adds `other`, of the same size.
  void add(const Derivatives& other);
  void scale(double factor);
  /// Copies the Hessian's upper triangle to the lower one.
  void mirror();
};

/// The mean log-likelihood a customer at theta, the logarithms of the parameters. Values that are
/// not finite mean "not here".
using MeanLogLikelihood = FunctionRef<Derivatives(std::span<const double> theta)>;

/// A Gamma density with shape `weight` and mean `mean` of a parameter in units of its scale: of its
/// logarithm, up to a constant, weight (theta - e^theta / mean), which is largest at the mean and
/// falls without end to both sides. None where the weight is 0.
struct GammaPrior {
  double weight = 0.0;
  double mean = 1.0;
};

struct MaximumProblem {
  std::string_view model;          ///< for messages, e.g. "BG/NBD"
  std::vector<std::string> names;  ///< of the parameters
  std::vector<double> scales;      ///< a parameter is scale x exp(theta)
  /// The last so many are no positive parameters but coefficients of any sign: scale x theta.
  std::size_t coefficients = 0;
  std::vector<GammaPrior> prior;  ///< of each parameter; empty: none
  std::vector<std::vector<double>> starts;
  double customers = 0.0;  ///< total weight
  /// Added to the total log-likelihood that is reported: what scaling the data took away.
  double constant = 0.0;
  int max_iterations = 500;
  double tolerance = 1e-8;  ///< on the largest component of the gradient
};

struct Maximum {
  std::vector<double> theta;
  std::vector<double> covariance;  ///< of theta: inverse of -customers x Hessian, row-major
  double log_likelihood = 0.0;     ///< total, with the constant, without the prior
  int iterations = 0;              ///< of the start that won
  std::string prior_reason;        ///< as LifetimeFit::prior_reason
};

/// maximize() found none. what() tells all, reason() why, without the model's name and the state.
class NoMaximum : public NumericalError {
 public:
  NoMaximum(const std::string& what, std::string reason)
      : NumericalError(what), reason_(std::move(reason)) {}
  const std::string& reason() const noexcept { return reason_; }

 private:
  std::string reason_;
};

/// Newton's method with the Hessian's eigenvalues made positive, a step of at most 2 in any
/// log-parameter, and backtracking, from every start. Data should be scaled so that the parameters
/// are of order one: beyond a factor of about a million the likelihood is held to rise for ever.
/// @throws NoMaximum, saying the state reached, where no start converges to a point with a
/// vanishing gradient and a negative definite Hessian, or where a higher likelihood was met on the
/// way to infinity; Cancelled.
Maximum maximize(const Execution& execution, const MaximumProblem& problem,
                 MeanLogLikelihood function);

/// search(problem), with the problem's prior as `use` says.
/// @throws as the search.
Maximum search_as(PriorUse use, MaximumProblem problem,
                  FunctionRef<Maximum(const MaximumProblem&)> search);

/// The distinct summits that the problem's starts reach on `function`, a cheap likeness of the
/// likelihood, and any start that reached none: starts for maximize().
std::vector<std::vector<double>> summits(const Execution& execution, const MaximumProblem& problem,
                                         MeanLogLikelihood function);

/// `count` starting points: `base` first, then random ones about it, keyed by execution.seed.
std::vector<std::vector<double>> starting_points(const Execution& execution,
                                                 std::vector<std::vector<double>> base,
                                                 std::size_t count);

/// theta of parameters on the natural scale. @throws ArgumentError unless there are as many as
/// names, finite, and positive where they are no coefficients.
std::vector<double> log_parameters(const MaximumProblem& problem, std::span<const double> natural);

/// The parameters at the maximum on the natural scale, and their standard errors (delta method:
/// parameter x standard error of the logarithm).
std::vector<double> natural_parameters(const Maximum& maximum, std::span<const double> scales,
                                       std::size_t coefficients = 0);
std::vector<double> standard_errors(const Maximum& maximum, std::span<const double> scales,
                                    std::size_t coefficients = 0);

}  // namespace tenure::customers::detail
