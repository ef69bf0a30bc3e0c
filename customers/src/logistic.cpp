#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/logistic.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace tenure::customers {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t kRowsPerChunk = 1024;
constexpr int kHalvings = 40;
constexpr double kSingular =
    1e-8;  // smallest pivot of the mean Hessian a row, columns of order one

struct Data {
  std::span<const double> x;
  std::size_t columns;
  std::span<const std::uint8_t> y;
};

// Sums over rows; the intercept is the first parameter.
struct Sums {
  double log_likelihood = 0.0;
  Vector gradient;
  Matrix information;  // lower triangle
};

// log(1 + exp(t))
double softplus(double t) { return t > 0 ? t + std::log1p(std::exp(-t)) : std::log1p(std::exp(t)); }

Sums sums_of_chunk(const Data& data, const Vector& theta, const Chunk& chunk, bool derivatives) {
  const auto n = static_cast<Eigen::Index>(chunk.end - chunk.begin);
  const auto k = static_cast<Eigen::Index>(data.columns);
  const Eigen::Map<const RowMajor> x(data.x.data() + chunk.begin * data.columns, n, k);
  Vector eta = Vector::Constant(n, theta(0));
  if (k > 0) eta.noalias() += x * theta.tail(k);
  Sums sums;
  Vector residual(n);
  Vector root(n);  // square roots of the weights
  for (Eigen::Index i = 0; i < n; ++i) {
    const double y = data.y[chunk.begin + static_cast<std::size_t>(i)];
    sums.log_likelihood += y * eta(i) - softplus(eta(i));
    const double p = logistic(eta(i));
    residual(i) = y - p;
    root(i) = std::sqrt(p * (1 - p));
  }
  if (!derivatives) return sums;
  RowMajor design(n, k + 1);
  design.col(0).setOnes();
  if (k > 0) design.rightCols(k) = x;
  sums.gradient = design.transpose() * residual;
  design.array().colwise() *= root.array();
  sums.information = Matrix::Zero(k + 1, k + 1);
  sums.information.selfadjointView<Eigen::Lower>().rankUpdate(design.transpose());
  return sums;
}

Sums sums_at(const Execution& execution, const Data& data, const Vector& theta, bool derivatives) {
  return parallel_reduce(
      execution, data.y.size(), kRowsPerChunk, Sums(),
      [&](const Chunk& chunk) { return sums_of_chunk(data, theta, chunk, derivatives); },
      [&](Sums& into, Sums&& from) {
        into.log_likelihood += from.log_likelihood;
        if (!derivatives) return;
        if (into.gradient.size() == 0) {
          into.gradient = std::move(from.gradient);
          into.information = std::move(from.information);
        } else {
          into.gradient += from.gradient;
          into.information += from.information;
        }
      });
}

double penalty(const Vector& theta, double l2) {
  return 0.5 * l2 * theta.tail(theta.size() - 1).squaredNorm();
}

void add_penalty(Sums& sums, const Vector& theta, double l2) {
  for (Eigen::Index j = 1; j < theta.size(); ++j) {
    sums.gradient(j) -= l2 * theta(j);
    sums.information(j, j) += l2;
  }
}

void check(const Data& data, const LogisticOptions& options) {
  if (data.y.empty() || data.x.size() != data.y.size() * data.columns) {
    throw ArgumentError("logistic regression: needs rows, and as many values as rows x columns");
  }
  const bool finite =
      std::all_of(data.x.begin(), data.x.end(), [](double v) { return std::isfinite(v); });
  if (!finite) throw ArgumentError("logistic regression: a value is not finite");
  if (std::any_of(data.y.begin(), data.y.end(), [](std::uint8_t v) { return v > 1; })) {
    throw ArgumentError("logistic regression: an outcome is neither 0 nor 1");
  }
  if (!(options.l2 >= 0) || !std::isfinite(options.l2) || options.max_iterations < 1 ||
      !(options.tolerance > 0)) {
    throw ArgumentError("logistic regression: l2 >= 0, max_iterations >= 1, tolerance > 0");
  }
  if (std::adjacent_find(data.y.begin(), data.y.end(), std::not_equal_to<>()) == data.y.end()) {
    throw NumericalError("logistic regression: all outcomes are the same: no finite maximum");
  }
}

LogisticFit result_at(const Vector& theta, const Sums& sums, const Eigen::LDLT<Matrix>& solver,
                      int iterations) {
  LogisticFit fit;
  fit.intercept = theta(0);
  fit.coefficients.assign(theta.data() + 1, theta.data() + theta.size());
  fit.log_likelihood = sums.log_likelihood;
  fit.iterations = iterations;
  const Matrix inverse = solver.solve(Matrix::Identity(theta.size(), theta.size()));
  for (Eigen::Index j = 0; j < theta.size(); ++j) {
    fit.standard_errors.push_back(std::sqrt(inverse(j, j)));
  }
  return fit;
}

}  // namespace

double logistic(double log_odds) noexcept {
  if (log_odds >= 0) return 1.0 / (1.0 + std::exp(-log_odds));
  const double e = std::exp(log_odds);
  return e / (1.0 + e);
}

LogisticFit fit_logistic(const Execution& execution, std::span<const double> x, std::size_t columns,
                         std::span<const std::uint8_t> y, const LogisticOptions& options) {
  const Data data{x, columns, y};
  check(data, options);
  const auto rows = static_cast<double>(y.size());
  const auto ones = static_cast<double>(std::count(y.begin(), y.end(), std::uint8_t{1}));
  Vector theta = Vector::Zero(static_cast<Eigen::Index>(columns) + 1);
  theta(0) = std::log(ones / (rows - ones));
  for (int iteration = 0;; ++iteration) {
    execution.check_cancelled();
    Sums sums = sums_at(execution, data, theta, true);
    add_penalty(sums, theta, options.l2);
    const Eigen::LDLT<Matrix> solver(sums.information.selfadjointView<Eigen::Lower>());
    const double pivot = solver.vectorD().minCoeff();
    if (!(pivot > kSingular * rows)) {
      throw NumericalError(
          "logistic regression: no single finite maximum (columns depend on each other, or "
          "separate "
          "the outcomes) at iteration " +
          std::to_string(iteration));
    }
    const double steepest = sums.gradient.cwiseAbs().maxCoeff() / rows;
    if (steepest <= options.tolerance) return result_at(theta, sums, solver, iteration);
    if (iteration == options.max_iterations) {
      throw NumericalError("logistic regression: did not converge in " + std::to_string(iteration) +
                           " iterations, mean gradient " + std::to_string(steepest));
    }
    const double value = sums.log_likelihood - penalty(theta, options.l2);
    Vector step = solver.solve(sums.gradient);
    for (int halving = 0;; ++halving) {
      const Vector next = theta + step;
      const double reached =
          sums_at(execution, data, next, false).log_likelihood - penalty(next, options.l2);
      // Near the maximum rounding hides the gain: a step that loses nothing visible is taken.
      if (reached >= value - 1e-12 * std::abs(value) || halving == kHalvings) {
        theta = next;
        break;
      }
      step *= 0.5;
    }
  }
}

}  // namespace tenure::customers
