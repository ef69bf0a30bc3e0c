#include "bg_bb_likelihood.hpp"

#include "special_functions.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace tenure::customers::detail {
namespace {

constexpr std::size_t kRowsPerChunk = 64;
constexpr double kMostPeriods = 1e6;
constexpr std::size_t kParameters = 4;

// ln of Gamma(a + i) Gamma(b + j) Gamma(a + b) / (Gamma(a) Gamma(b) Gamma(a + b + i + j)): i
// successes and j failures of a Beta(a, b) chance, in given places. Derivatives in (ln a, ln b).
struct BetaTerm {
  double value = 0.0;
  double a = 0.0, b = 0.0;
  double aa = 0.0, ab = 0.0, bb = 0.0;
};

double log_runs(double a, double b, double i, double j) {
  return log_rising(a, i) + log_rising(b, j) - log_rising(a + b, i + j);
}

BetaTerm beta_term(double a, double b, double i, double j) {
  BetaTerm term;
  term.value = log_runs(a, b, i, j);
  const double psi = digamma_rise(a + b, i + j);
  const double tri = trigamma_rise(a + b, i + j);
  term.a = a * (digamma_rise(a, i) - psi);
  term.b = b * (digamma_rise(b, j) - psi);
  term.aa = term.a + a * a * (trigamma_rise(a, i) - tri);
  term.ab = -a * b * tri;
  term.bb = term.b + b * b * (trigamma_rise(b, j) - tri);
  return term;
}

// ln of a sum of exponentials with derivatives: a path is an order part times a stay part.
class LogSum {
 public:
  void add(const BetaTerm& order, const BetaTerm& stay) {
    const double value = order.value + stay.value;
    if (value > top_) {
      const double factor = std::exp(top_ - value);
      total_ *= factor;
      for (double& f : first_) f *= factor;
      for (double& s : second_) s *= factor;
      top_ = value;
    }
    const double w = std::exp(value - top_);
    const std::array<double, kParameters> g = {order.a, order.b, stay.a, stay.b};
    total_ += w;
    for (std::size_t i = 0; i < kParameters; ++i) {
      first_[i] += w * g[i];
      for (std::size_t j = i; j < kParameters; ++j) second_[i * kParameters + j] += w * g[i] * g[j];
    }
    second_[0] += w * order.aa;
    second_[1] += w * order.ab;
    second_[5] += w * order.bb;
    second_[10] += w * stay.aa;
    second_[11] += w * stay.ab;
    second_[15] += w * stay.bb;
  }

  void add_to(double weight, Derivatives& sum) const {
    sum.value += weight * (top_ + std::log(total_));
    for (std::size_t i = 0; i < kParameters; ++i) {
      const double mean = first_[i] / total_;
      sum.gradient[i] += weight * mean;
      for (std::size_t j = i; j < kParameters; ++j) {
        sum.hessian[i * kParameters + j] +=
            weight * (second_[i * kParameters + j] / total_ - mean * first_[j] / total_);
      }
    }
  }

 private:
  double top_ = -1e300;
  double total_ = 0.0;
  std::array<double, kParameters> first_{};
  std::array<double, kParameters * kParameters> second_{};
};

void add_row(const BgBbParameters& p, double x, double t_x, double n, double weight,
             Derivatives& sum) {
  LogSum paths;
  paths.add(beta_term(p.alpha, p.beta, x, n - x), beta_term(p.gamma, p.delta, 0, n));
  for (auto i = static_cast<int>(t_x); i < static_cast<int>(n); ++i) {
    const double lived = i;
    paths.add(beta_term(p.alpha, p.beta, x, lived - x), beta_term(p.gamma, p.delta, 1, lived));
  }
  paths.add_to(weight, sum);
}

}  // namespace

std::vector<double> bg_bb_log_paths(const BgBbParameters& p, double x, double t_x, double n) {
  std::vector<double> paths;
  paths.push_back(log_runs(p.alpha, p.beta, x, n - x) + log_runs(p.gamma, p.delta, 0, n));
  for (auto i = static_cast<int>(t_x); i < static_cast<int>(n); ++i) {
    const double lived = i;
    paths.push_back(log_runs(p.alpha, p.beta, x, lived - x) + log_runs(p.gamma, p.delta, 1, lived));
  }
  return paths;
}

Derivatives bg_bb_evaluate(const Execution& execution, const RecencyFrequency& data,
                           std::span<const double> theta) {
  const BgBbParameters p{std::exp(theta[0]), std::exp(theta[1]), std::exp(theta[2]),
                         std::exp(theta[3])};
  Derivatives total = parallel_reduce(
      execution, data.size(), kRowsPerChunk, Derivatives(kParameters),
      [&](const Chunk& chunk) {
        Derivatives sum(kParameters);
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
          add_row(p, data.frequency[i], data.recency[i], data.age[i], data.weight_of(i), sum);
        }
        return sum;
      },
      [](Derivatives& into, Derivatives&& from) { into.add(from); });
  total.mirror();
  return total;
}

void check_bg_bb_history(double x, double t_x, double n) {
  const auto whole = [](double v) { return std::isfinite(v) && v >= 0 && std::floor(v) == v; };
  if (!whole(x) || !whole(t_x) || !whole(n) || x > t_x || t_x > n || (x == 0 && t_x > 0) ||
      n > kMostPeriods) {
    throw ArgumentError(
        "BG/BB: a history needs whole x <= t_x <= n up to a million, with t_x = 0 where x = 0");
  }
}

}  // namespace tenure::customers::detail
