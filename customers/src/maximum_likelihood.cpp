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

Point evaluate(MeanLogLikelihood function, const Eigen::VectorXd& theta) {
  const auto n = theta.size();
  const Derivatives at = function({theta.data(), static_cast<std::size_t>(n)});
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
  Point point = evaluate(function, state.theta);
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
      next = evaluate(function, state.theta + factor * step);
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

double total(const MaximumProblem& problem, const Climb& climb) {
  return climb.value * problem.customers + problem.constant;
}

std::string describe(const MaximumProblem& problem, const Climb& climb) {
  std::string text = "reached ";
  for (std::size_t i = 0; i < problem.names.size(); ++i) {
    const double theta = climb.theta[static_cast<Eigen::Index>(i)];
    text += problem.names[i] + " = " + number(problem.scales[i] * std::exp(theta)) + ", ";
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
    text += (text.empty() ? "" : ", ") + problem.names[i] + (theta < 0 ? " -> 0" : " -> infinity");
  }
  return text;
}

[[noreturn]] void fail(const MaximumProblem& problem, const Climb& climb) {
  const std::string model(problem.model);
  switch (climb.outcome) {
    case Outcome::kRanAway:
      throw NumericalError(model + ": the likelihood has no finite maximum, it keeps rising as " +
                           runaways(problem, climb) +
                           "; the data do not tell these parameters apart; " +
                           describe(problem, climb));
    case Outcome::kFlat:
      throw NumericalError(model +
                           ": the likelihood has no single maximum, it is flat in some direction "
                           "of the parameters; " +
                           describe(problem, climb));
    case Outcome::kBadStart:
      throw NumericalError(model + ": the likelihood is not finite at any starting point");
    default:
      throw NumericalError(model + ": the fit did not converge; " + describe(problem, climb));
  }
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

double standard_error(std::span<const double> log_covariance, std::size_t n, std::size_t i,
                      double parameter) {
  return parameter * std::sqrt(log_covariance[i * n + i]);
}

}  // namespace tenure::customers::detail
