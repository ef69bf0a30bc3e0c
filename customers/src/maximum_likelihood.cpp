#include "maximum_likelihood.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/random.hpp>

#include <Eigen/Dense>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace tenure::customers::detail {
namespace {

constexpr double kLargestTheta = 14.0;  // a factor of 1.2 million
constexpr double kLargestStep = 2.0;
constexpr double kStepTolerance = 1e-4;
constexpr double kFlatCurvature = 1e-10;
constexpr int kHalvings = 50;
constexpr double kSameSummit = 0.01;  // in any log-parameter
// A parameter known to a factor of 20 either way, at one standard error, is not known.
constexpr double kUnknownVariance = 9.0;

enum class Outcome { kConverged, kRanAway, kFlat, kStuck, kOutOfIterations, kBadStart };

// One start's way up.
struct Climb {
  Outcome outcome = Outcome::kBadStart;
  Eigen::VectorXd theta;
  Eigen::MatrixXd curvature;  // -Hessian
  double value = -std::numeric_limits<double>::infinity();
  double gradient_norm = 0.0;
  int iterations = 0;
};

struct Point {
  double value;
  Eigen::VectorXd gradient;
  Eigen::MatrixXd curvature;
  bool finite;
};

// Adds what the prior weighs a customer.
void add_prior(const MaximumProblem& problem, const Eigen::VectorXd& theta, Derivatives& at) {
  for (std::size_t i = 0; i < problem.prior.size(); ++i) {
    const auto& [weight, mean] = problem.prior[i];
    if (weight == 0.0) continue;
    const double t = theta[static_cast<Eigen::Index>(i)];
    const double share = weight / problem.customers;
    const double pull = share * std::exp(t) / mean;
    at.value += share * t - pull;
    at.gradient[i] += share - pull;
    at.hessian[i * at.size() + i] -= pull;
  }
}

Point evaluate(const MaximumProblem& problem, MeanLogLikelihood function,
               const Eigen::VectorXd& theta) {
  const auto n = theta.size();
  Derivatives at = function({theta.data(), static_cast<std::size_t>(n)});
  add_prior(problem, theta, at);
  Point point{at.value, Eigen::Map<const Eigen::VectorXd>(at.gradient.data(), n),
              -Eigen::Map<const Eigen::MatrixXd>(at.hessian.data(), n, n), false};
  point.finite =
      std::isfinite(point.value) && point.gradient.allFinite() && point.curvature.allFinite();
  return point;
}

// Newton's direction with every eigenvalue's absolute value: always uphill.
Eigen::VectorXd newton_step(const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>& eigen,
                            const Eigen::VectorXd& gradient) {
  const Eigen::VectorXd lambda = eigen.eigenvalues().cwiseAbs().cwiseMax(kFlatCurvature);
  const Eigen::VectorXd along = eigen.eigenvectors().transpose() * gradient;
  Eigen::VectorXd step = eigen.eigenvectors() * along.cwiseQuotient(lambda);
  const double longest = step.cwiseAbs().maxCoeff();
  if (longest > kLargestStep) step *= kLargestStep / longest;
  return step;
}

Climb climb(const Execution& execution, const MaximumProblem& problem, MeanLogLikelihood function,
            const std::vector<double>& start) {
  Climb state;
  state.theta =
      Eigen::Map<const Eigen::VectorXd>(start.data(), static_cast<Eigen::Index>(start.size()));
  Point point = evaluate(problem, function, state.theta);
  if (!point.finite) return state;
  for (;; ++state.iterations) {
    execution.check_cancelled();
    state.value = point.value;
    state.curvature = point.curvature;
    state.gradient_norm = point.gradient.cwiseAbs().maxCoeff();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(point.curvature);
    const Eigen::VectorXd step = newton_step(eigen, point.gradient);
    // Where the likelihood only levels off towards infinity the gradient vanishes too, but not the
    // step that is still to be made.
    if (state.gradient_norm <= problem.tolerance && step.cwiseAbs().maxCoeff() <= kStepTolerance) {
      state.outcome =
          eigen.eigenvalues().minCoeff() > kFlatCurvature ? Outcome::kConverged : Outcome::kFlat;
      return state;
    }
    if (state.theta.cwiseAbs().maxCoeff() > kLargestTheta) {
      state.outcome = Outcome::kRanAway;
      return state;
    }
    if (state.iterations == problem.max_iterations) {
      state.outcome = Outcome::kOutOfIterations;
      return state;
    }
    const double slope = step.dot(point.gradient);
    const double rounding = 1e-13 * (1.0 + std::abs(point.value));
    double factor = 1.0;
    Point next = point;
    int halvings = 0;
    for (; halvings < kHalvings; ++halvings) {
      next = evaluate(problem, function, state.theta + factor * step);
      if (next.finite && next.value >= point.value + 1e-4 * factor * slope - rounding) break;
      factor /= 2;
    }
    if (halvings == kHalvings) {
      state.outcome = Outcome::kStuck;
      return state;
    }
    state.theta += factor * step;
    point = std::move(next);
  }
}

std::string number(double value) {
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.6g", value);
  return {text.data(), static_cast<std::size_t>(std::max(length, 0))};
}

// The total log-likelihood, the prior taken out again.
double total(const MaximumProblem& problem, const Climb& climb) {
  Derivatives prior(problem.names.size());
  add_prior(problem, climb.theta, prior);
  return (climb.value - prior.value) * problem.customers + problem.constant;
}

bool is_coefficient(std::size_t i, std::size_t parameters, std::size_t coefficients) {
  return i + coefficients >= parameters;
}

// The natural value of parameter i at theta.
double value_of(double theta, std::span<const double> scales, std::size_t i,
                std::size_t coefficients) {
  const bool linear = is_coefficient(i, scales.size(), coefficients);
  return scales[i] * (linear ? theta : std::exp(theta));
}

std::string describe(const MaximumProblem& problem, const Climb& climb) {
  std::string text = "reached ";
  for (std::size_t i = 0; i < problem.names.size(); ++i) {
    const double theta = climb.theta[static_cast<Eigen::Index>(i)];
    text += problem.names[i] + " = " +
            number(value_of(theta, problem.scales, i, problem.coefficients)) + ", ";
  }
  return text + "log-likelihood " + number(total(problem, climb)) +
         ", largest component of its mean gradient " + number(climb.gradient_norm) + " after " +
         std::to_string(climb.iterations) + " iterations";
}

// Which parameters left for zero or infinity.
std::string runaways(const MaximumProblem& problem, const Climb& climb) {
  std::string text;
  for (std::size_t i = 0; i < problem.names.size(); ++i) {
    const double theta = climb.theta[static_cast<Eigen::Index>(i)];
    if (std::abs(theta) < kLargestTheta / 2) continue;
    const bool linear = is_coefficient(i, problem.names.size(), problem.coefficients);
    const char* low = linear ? " -> -infinity" : " -> 0";
    text += (text.empty() ? "" : ", ") + problem.names[i] + (theta < 0 ? low : " -> infinity");
  }
  return text;
}

std::string reason(const MaximumProblem& problem, const Climb& climb) {
  switch (climb.outcome) {
    case Outcome::kRanAway:
      return "the likelihood has no finite maximum, it keeps rising as " + runaways(problem, climb);
    case Outcome::kFlat:
      return "the likelihood has no single maximum, it is flat in some direction of the parameters";
    case Outcome::kBadStart:
      return "the likelihood is not finite at any starting point";
    default:
      return "the fit did not converge";
  }
}

// Why a maximum is as good as none; empty where it is not.
std::string unknown_parameters(const MaximumProblem& problem, const Maximum& maximum) {
  const std::size_t n = problem.names.size();
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    if (maximum.covariance[i * n + i] <= kUnknownVariance) continue;
    text += (text.empty() ? "" : ", ") + problem.names[i];
  }
  if (text.empty()) return text;
  return "the likelihood is next to flat, a factor of 20 in " + text + " hardly changes it";
}

[[noreturn]] void fail(const MaximumProblem& problem, const Climb& climb) {
  const std::string why = reason(problem, climb);
  std::string what = std::string(problem.model) + ": " + why;
  if (climb.outcome == Outcome::kRanAway) what += "; the data do not tell these parameters apart";
  if (climb.outcome != Outcome::kBadStart) what += "; " + describe(problem, climb);
  throw NoMaximum(what, why);
}

}  // namespace

void Derivatives::add(const Derivatives& other) {
  value += other.value;
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += other.gradient[i];
  for (std::size_t i = 0; i < hessian.size(); ++i) hessian[i] += other.hessian[i];
}

void Derivatives::scale(double factor) {
  value *= factor;
  for (double& g : gradient) g *= factor;
  for (double& h : hessian) h *= factor;
}

void Derivatives::mirror() {
  const std::size_t n = size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) hessian[i * n + j] = hessian[j * n + i];
  }
}

std::vector<std::vector<double>> summits(const Execution& execution, const MaximumProblem& problem,
                                         MeanLogLikelihood function) {
  std::vector<std::vector<double>> result;
  std::vector<Eigen::VectorXd> found;
  for (const auto& start : problem.starts) {
    const Climb c = climb(execution, problem, function, start);
    if (c.outcome != Outcome::kConverged) {
      result.push_back(start);
      continue;
    }
    const bool known = std::any_of(found.begin(), found.end(), [&](const Eigen::VectorXd& other) {
      return (other - c.theta).cwiseAbs().maxCoeff() < kSameSummit;
    });
    if (known) continue;
    found.push_back(c.theta);
    result.emplace_back(c.theta.data(), c.theta.data() + c.theta.size());
  }
  return result;
}

Maximum maximize(const Execution& execution, const MaximumProblem& problem,
                 MeanLogLikelihood function) {
  std::vector<Climb> climbs;
  for (const auto& start : problem.starts) {
    climbs.push_back(climb(execution, problem, function, start));
    execution.report("fit", climbs.size(), problem.starts.size());
  }
  const Climb* best = nullptr;   // of those that converged
  const Climb* other = nullptr;  // the highest of the rest
  for (const Climb& c : climbs) {
    const Climb*& slot = c.outcome == Outcome::kConverged ? best : other;
    if (slot == nullptr || c.value > slot->value) slot = &c;
  }
  if (best == nullptr) {
    if (other == nullptr) throw NumericalError(std::string(problem.model) + ": no starting point");
    fail(problem, *other);
  }
  // Below this the difference is rounding.
  if (other != nullptr && (other->value - best->value) * problem.customers > 1e-6) {
    fail(problem, *other);
  }
  const auto n = best->theta.size();
  const Eigen::MatrixXd covariance =
      best->curvature.ldlt().solve(Eigen::MatrixXd::Identity(n, n)) / problem.customers;
  if (!covariance.allFinite()) fail(problem, *best);
  Maximum result;
  result.theta.assign(best->theta.data(), best->theta.data() + n);
  result.covariance.resize(static_cast<std::size_t>(n * n));
  Eigen::Map<Eigen::MatrixXd>(result.covariance.data(), n, n) =
      (covariance + covariance.transpose()) / 2;
  result.log_likelihood = total(problem, *best);
  result.iterations = best->iterations;
  return result;
}

Maximum search_as(PriorUse use, MaximumProblem problem,
                  FunctionRef<Maximum(const MaximumProblem&)> search) {
  std::string reason = "asked for";
  if (use != PriorUse::kAlways && !problem.prior.empty()) {
    const std::vector<GammaPrior> prior = std::exchange(problem.prior, {});
    try {
      Maximum maximum = search(problem);
      reason = use == PriorUse::kNever ? "" : unknown_parameters(problem, maximum);
      if (reason.empty()) return maximum;
    } catch (const NoMaximum& error) {
      if (use == PriorUse::kNever) throw;
      reason = error.reason();
    }
    problem.prior = prior;
  }
  Maximum maximum = search(problem);
  if (!problem.prior.empty()) maximum.prior_reason = reason;
  return maximum;
}

std::vector<std::vector<double>> starting_points(const Execution& execution,
                                                 std::vector<std::vector<double>> base,
                                                 std::size_t count) {
  const std::size_t given = base.size();
  for (std::size_t i = given; i < count; ++i) {
    RandomStream stream(execution.seed,
                        {Purpose::kMultiStart, 0, static_cast<std::uint32_t>(i), 0});
    std::vector<double> start = base[i % given];
    for (double& theta : start) theta += draw_normal(stream);
    base.push_back(std::move(start));
  }
  base.resize(count);
  return base;
}

std::vector<double> log_parameters(const MaximumProblem& problem, std::span<const double> natural) {
  const std::size_t n = problem.names.size();
  if (natural.size() != n) {
    throw ArgumentError(std::string(problem.model) + ": a start needs " + std::to_string(n) +
                        " parameters");
  }
  std::vector<double> theta(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double v = natural[i] / problem.scales[i];
    const bool linear = is_coefficient(i, n, problem.coefficients);
    if (!std::isfinite(v) || (!linear && v <= 0)) {
      throw ArgumentError(std::string(problem.model) + ": a start's parameter is out of range");
    }
    theta[i] = linear ? v : std::log(v);
  }
  return theta;
}

std::vector<double> natural_parameters(const Maximum& maximum, std::span<const double> scales,
                                       std::size_t coefficients) {
  std::vector<double> values(scales.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = value_of(maximum.theta[i], scales, i, coefficients);
  }
  return values;
}

std::vector<double> standard_errors(const Maximum& maximum, std::span<const double> scales,
                                    std::size_t coefficients) {
  const std::size_t n = scales.size();
  std::vector<double> errors(n);
  for (std::size_t i = 0; i < n; ++i) {
    const bool linear = is_coefficient(i, n, coefficients);
    const double unit = linear ? scales[i] : value_of(maximum.theta[i], scales, i, coefficients);
    errors[i] = unit * std::sqrt(maximum.covariance[i * n + i]);
  }
  return errors;
}

}  // namespace tenure::customers::detail
