#include "backtest/week_effects.hpp"

#include "scenario/population_config.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>

namespace tenure::simulator {

namespace {

constexpr double kInterceptVariance = 1.0;  // of the common log level: next to nothing known
constexpr double kLevelWeeks = 26.0;        // in which a level's correlation falls to 1/e
constexpr double kSeasonLength = 0.7;       // a month apart .77, two months .36
constexpr double kWeeksPerYear = 365.25 / 7.0;
constexpr std::size_t kMostWeeks = 260;  // looked at, the latest: five years

bool has_level(ShopEffects kind) {
  return kind == ShopEffects::kLevel || kind == ShopEffects::kSeasonLevel;
}
bool has_season(ShopEffects kind) {
  return kind == ShopEffects::kSeason || kind == ShopEffects::kSeasonLevel;
}

double covariance(const EffectScales& scales, std::size_t i, std::size_t j) {
  const double apart = std::fabs(static_cast<double>(i) - static_cast<double>(j));
  double sum = kInterceptVariance;
  if (i == j) sum += scales.week * scales.week;
  if (scales.level > 0.0) sum += scales.level * scales.level * std::exp(-apart / kLevelWeeks);
  if (scales.season > 0.0) {
    const double chord = std::sin(std::numbers::pi * apart / kWeeksPerYear) / kSeasonLength;
    sum += scales.season * scales.season * std::exp(-2.0 * chord * chord);
  }
  return sum;
}

/// Weeks that tell something: open, with anybody there to order; the latest of them.
std::vector<std::size_t> telling_weeks(const ShopWeeks& weeks) {
  std::vector<std::size_t> telling;
  for (std::size_t w = 0; w < weeks.orders.size(); ++w) {
    if (weeks.open[w] != 0 && weeks.exposure[w] > 0.0) telling.push_back(w);
  }
  if (telling.size() > kMostWeeks) {
    telling.erase(telling.begin(), telling.end() - static_cast<std::ptrdiff_t>(kMostWeeks));
  }
  return telling;
}

/// Solves L y = b in place; L lower triangular, n x n.
void solve_lower(const std::vector<double>& lower, std::span<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    double sum = b[i];
    for (std::size_t k = 0; k < i; ++k) sum -= lower[i * n + k] * b[k];
    b[i] = sum / lower[i * n + i];
  }
}

/// Solves L' y = b in place.
void solve_upper(const std::vector<double>& lower, std::span<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = n; i-- > 0;) {
    const double value = b[i] / lower[i * n + i];
    b[i] = value;
    for (std::size_t k = 0; k < i; ++k) b[k] -= lower[i * n + k] * value;
  }
}

/// Posterior mode of the log multipliers f of the telling weeks, whose orders are Poisson with mean
/// exposure x exp(f): Rasmussen, Williams (2006), algorithm 3.1, for this likelihood.
struct Mode {
  std::vector<std::size_t> weeks;
  std::vector<double> weight;  ///< K^-1 f
  std::vector<double> root;    ///< square root of the mean, which is the likelihood's curvature
  std::vector<double> lower;   ///< Cholesky factor of B = I + root K root
  double log_likelihood = 0.0;
};

class ModeFinder {
 public:
  ModeFinder(const ShopWeeks& weeks, const EffectScales& scales) : weeks_(weeks) {
    mode_.weeks = telling_weeks(weeks);
    n_ = mode_.weeks.size();
    prior_.resize(n_ * n_);
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j < n_; ++j) {
        prior_[i * n_ + j] = covariance(scales, mode_.weeks[i], mode_.weeks[j]);
      }
    }
  }

  Mode find() && {
    constexpr int kMaxSteps = 100;
    constexpr double kLongestStep = 2.0;
    constexpr double kTolerance = 1e-9;
    f_.assign(n_, 0.0);
    mode_.weight.assign(n_, 0.0);
    for (int step = 0; step < kMaxSteps; ++step) {
      const std::vector<double> weight = newton_weight();
      const std::vector<double> to = times_prior(weight);
      double longest = 0.0;
      for (std::size_t i = 0; i < n_; ++i) longest = std::max(longest, std::fabs(to[i] - f_[i]));
      const double share = longest > kLongestStep ? kLongestStep / longest : 1.0;
      for (std::size_t i = 0; i < n_; ++i) {
        f_[i] += share * (to[i] - f_[i]);
        mode_.weight[i] += share * (weight[i] - mode_.weight[i]);
      }
      if (longest < kTolerance) break;
    }
    factor();
    for (std::size_t i = 0; i < n_; ++i) {
      const double orders = weeks_.orders[mode_.weeks[i]];
      const double mean = mode_.root[i] * mode_.root[i];
      mode_.log_likelihood += orders * std::log(mean) - mean - std::lgamma(orders + 1.0) -
                              0.5 * mode_.weight[i] * f_[i] - std::log(mode_.lower[i * n_ + i]);
    }
    return std::move(mode_);
  }

 private:
  std::vector<double> times_prior(const std::vector<double>& v) const {
    std::vector<double> product(n_, 0.0);
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j < n_; ++j) product[i] += prior_[i * n_ + j] * v[j];
    }
    return product;
  }

  void factor() {
    mode_.root.resize(n_);
    for (std::size_t i = 0; i < n_; ++i) {
      mode_.root[i] = std::sqrt(weeks_.exposure[mode_.weeks[i]] * std::exp(f_[i]));
    }
    std::vector<double> b(n_ * n_);
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j < n_; ++j) {
        b[i * n_ + j] = mode_.root[i] * prior_[i * n_ + j] * mode_.root[j] + (i == j ? 1.0 : 0.0);
      }
    }
    mode_.lower = cholesky(b.data(), n_);
  }

  std::vector<double> newton_weight() {
    factor();
    std::vector<double> b(n_);
    for (std::size_t i = 0; i < n_; ++i) {
      const double mean = mode_.root[i] * mode_.root[i];
      b[i] = mean * f_[i] + weeks_.orders[mode_.weeks[i]] - mean;
    }
    std::vector<double> inner = times_prior(b);
    for (std::size_t i = 0; i < n_; ++i) inner[i] *= mode_.root[i];
    solve_lower(mode_.lower, inner);
    solve_upper(mode_.lower, inner);
    for (std::size_t i = 0; i < n_; ++i) b[i] -= mode_.root[i] * inner[i];
    return b;
  }

  const ShopWeeks& weeks_;
  std::size_t n_ = 0;
  std::vector<double> prior_;
  std::vector<double> f_;
  Mode mode_;
};

}  // namespace

int effect_parameters(ShopEffects kind) noexcept {
  if (kind == ShopEffects::kNone) return 0;
  return 1 + (has_level(kind) ? 1 : 0) + (has_season(kind) ? 1 : 0);
}

FittedEffects fit_effects(const ShopWeeks& weeks, ShopEffects kind, const FittedEffects* start) {
  constexpr double kLeast = -7.0;
  constexpr double kMost = 1.0;
  constexpr double kFirst = -1.6;  // a fifth
  constexpr double kLastStep = 0.02;
  FittedEffects best;
  best.kind = kind;
  const auto likelihood = [&](const EffectScales& scales) {
    return ModeFinder(weeks, scales).find().log_likelihood;
  };
  std::vector<double EffectScales::*> parts;
  if (kind != ShopEffects::kNone) parts.push_back(&EffectScales::week);
  if (has_level(kind)) parts.push_back(&EffectScales::level);
  if (has_season(kind)) parts.push_back(&EffectScales::season);
  const bool known = start != nullptr && start->kind == kind;
  for (const auto part : parts) best.scales.*part = known ? start->scales.*part : std::exp(kFirst);
  best.log_likelihood = likelihood(best.scales);
  // Compass search in the logarithms: few dimensions, and a surface that may be flat at an end.
  double step = known ? 0.1 : 0.8;
  while (!parts.empty() && step > kLastStep) {
    bool better = false;
    for (const auto part : parts) {
      for (const double by : {step, -step}) {
        EffectScales tried = best.scales;
        tried.*part = std::exp(std::clamp(std::log(tried.*part) + by, kLeast, kMost));
        const double value = likelihood(tried);
        if (value > best.log_likelihood + 1e-9) {
          best.scales = tried;
          best.log_likelihood = value;
          better = true;
          break;
        }
      }
    }
    if (!better) step /= 2.0;
  }
  return best;
}

PredictedEffects predict_effects(const ShopWeeks& weeks, const EffectScales& scales,
                                 std::size_t ahead) {
  const Mode mode = ModeFinder(weeks, scales).find();
  const std::size_t n = mode.weeks.size();
  const std::size_t calibration = weeks.orders.size();
  PredictedEffects predicted;
  predicted.mean.assign(calibration + ahead, 0.0);
  std::vector<std::vector<double>> reduced(ahead);  // L^-1 root K(weeks, w)
  for (std::size_t w = 0; w < calibration + ahead; ++w) {
    for (std::size_t i = 0; i < n; ++i) {
      const double k = covariance(scales, mode.weeks[i], w);
      predicted.mean[w] += k * mode.weight[i];
      if (w >= calibration) reduced[w - calibration].push_back(k * mode.root[i]);
    }
    if (w >= calibration) solve_lower(mode.lower, reduced[w - calibration]);
  }
  predicted.covariance.resize(ahead * ahead);
  for (std::size_t a = 0; a < ahead; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      double sum = covariance(scales, calibration + a, calibration + b);
      for (std::size_t i = 0; i < n; ++i) sum -= reduced[a][i] * reduced[b][i];
      predicted.covariance[a * ahead + b] = predicted.covariance[b * ahead + a] = sum;
    }
  }
  return predicted;
}

}  // namespace tenure::simulator
