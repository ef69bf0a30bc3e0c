#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/random.hpp>
#include <tenure/customers/churn_metrics.hpp>
#include <tenure/customers/logistic.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace tenure::customers {
namespace {

constexpr double kSmallest = 1e-15;
constexpr int kMaxReplicates = 1 << 24;
constexpr std::size_t kReplicatesPerChunk = 8;

// How often each customer is in a sample.
using Weights = std::vector<std::uint32_t>;

double log_odds(double p) {
  p = std::clamp(p, kSmallest, 1 - kSmallest);
  return std::log(p) - std::log1p(-p);
}

void check(std::span<const double> probability, std::span<const std::uint8_t> outcome) {
  if (probability.empty() || probability.size() != outcome.size()) {
    throw ArgumentError("forecast: needs one probability and one outcome a customer");
  }
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    if (!(probability[i] >= 0 && probability[i] <= 1) || outcome[i] > 1) {
      throw ArgumentError("forecast: customer " + std::to_string(i) +
                          " has a probability outside [0, 1] or an outcome that is not 0 or 1");
    }
  }
}

/// A forecast made ready for many samples: sorted once, logarithms taken once.
class Forecast {
 public:
  Forecast(std::span<const double> probability, std::span<const std::uint8_t> outcome)
      : probability_(probability), outcome_(outcome), order_(probability.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t l, std::size_t r) {
      return probability_[l] > probability_[r];
    });
    for (std::size_t i = 0; i < outcome.size(); ++i) {
      const double p = std::clamp(probability[i], kSmallest, 1 - kSmallest);
      loss_.push_back(outcome[i] != 0 ? -std::log(p) : -std::log1p(-p));
      odds_.push_back(log_odds(p));
    }
  }

  std::span<const std::size_t> by_probability() const noexcept { return order_; }

  // Twice the number of pairs in the right order, in whole numbers, over twice the pairs.
  std::optional<double> auc(const Weights& weights) const {
    std::uint64_t zeros_above = 0;
    std::uint64_t ones = 0;
    std::uint64_t wrong = 0;
    for (std::size_t begin = 0; begin < order_.size();) {
      std::uint64_t tied_ones = 0;
      std::uint64_t tied_zeros = 0;
      std::size_t end = begin;
      const double p = probability_[order_[begin]];
      for (; end < order_.size() && probability_[order_[end]] == p; ++end) {
        (outcome_[order_[end]] != 0 ? tied_ones : tied_zeros) += weights[order_[end]];
      }
      wrong += tied_ones * (2 * zeros_above + tied_zeros);
      zeros_above += tied_zeros;
      ones += tied_ones;
      begin = end;
    }
    if (ones == 0 || zeros_above == 0) return std::nullopt;
    return 1.0 - static_cast<double>(wrong) /
                     (2.0 * static_cast<double>(ones) * static_cast<double>(zeros_above));
  }

  double log_loss(const Weights& weights) const {
    return mean(weights, [&](std::size_t i) { return loss_[i]; });
  }
  double brier(const Weights& weights) const {
    return mean(weights, [&](std::size_t i) {
      const double d = probability_[i] - static_cast<double>(outcome_[i]);
      return d * d;
    });
  }
  double accuracy(const Weights& weights) const {
    return mean(weights, [&](std::size_t i) {
      return (probability_[i] >= 0.5) == (outcome_[i] != 0) ? 1.0 : 0.0;
    });
  }

  // Newton's method in two dimensions on standardised log odds.
  std::optional<CalibrationLine> line(const Weights& weights) const {
    const double centre = mean(weights, [&](std::size_t i) { return odds_[i]; });
    const double spread = std::sqrt(
        mean(weights, [&](std::size_t i) { return (odds_[i] - centre) * (odds_[i] - centre); }));
    if (!(spread > 1e-12 * (1 + std::abs(centre)))) return std::nullopt;
    double intercept = 0.0;
    double slope = 0.0;
    for (int iteration = 0; iteration < 60; ++iteration) {
      std::array<double, 5> s{};  // gradient (2), information (3), means a customer
      double total = 0.0;
      for (std::size_t i = 0; i < odds_.size(); ++i) {
        if (weights[i] == 0) continue;
        const double w = weights[i];
        const double z = (odds_[i] - centre) / spread;
        const double p = logistic(intercept + slope * z);
        const double residual = static_cast<double>(outcome_[i]) - p;
        const double variance = p * (1 - p);
        s[0] += w * residual;
        s[1] += w * residual * z;
        s[2] += w * variance;
        s[3] += w * variance * z;
        s[4] += w * variance * z * z;
        total += w;
      }
      for (double& value : s) value /= total;
      const double determinant = s[2] * s[4] - s[3] * s[3];
      if (!(determinant > 1e-12)) return std::nullopt;  // running away: separated
      if (std::max(std::abs(s[0]), std::abs(s[1])) < 1e-12) {
        return CalibrationLine{slope / spread, intercept - slope * centre / spread};
      }
      // A step of at most two keeps the first iterations from overshooting.
      intercept += std::clamp((s[4] * s[0] - s[3] * s[1]) / determinant, -2.0, 2.0);
      slope += std::clamp((s[2] * s[1] - s[3] * s[0]) / determinant, -2.0, 2.0);
    }
    return std::nullopt;
  }

 private:
  template <class Value>
  double mean(const Weights& weights, const Value& value) const {
    double sum = 0.0;
    double total = 0.0;
    for (std::size_t i = 0; i < outcome_.size(); ++i) {
      if (weights[i] == 0) continue;
      sum += static_cast<double>(weights[i]) * value(i);
      total += static_cast<double>(weights[i]);
    }
    return sum / total;
  }

  std::span<const double> probability_;
  std::span<const std::uint8_t> outcome_;
  std::vector<std::size_t> order_;  // highest probability first
  std::vector<double> loss_;
  std::vector<double> odds_;
};

Weights once(std::size_t n) { return Weights(n, 1); }

Weights resample(std::uint64_t seed, std::size_t replicate, std::size_t n) {
  Weights weights(n, 0);
  RandomStream stream(seed, {Purpose::kBootstrap, static_cast<std::uint32_t>(replicate), 0, 0});
  for (std::size_t i = 0; i < n; ++i) ++weights[draw_index(stream, static_cast<std::uint32_t>(n))];
  return weights;
}

void check(const AssessmentOptions& options, std::size_t customers) {
  if (options.replicates < 1 || options.replicates > kMaxReplicates ||
      !(options.level > 0 && options.level < 1) || options.groups < 1 ||
      options.groups > customers) {
    throw ArgumentError(
        "assessment: replicates from 1 to 2^24, level within (0, 1), groups from 1 to the number "
        "of "
        "customers");
  }
}

// Values of the samples in which the figure exists -> percentile interval about the value.
Measured interval(double value, std::vector<double> samples, double level) {
  if (samples.empty()) return {value, value, value};
  std::sort(samples.begin(), samples.end());
  const auto at = [&](double share) {
    const double position = share * static_cast<double>(samples.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, samples.size() - 1);
    return std::lerp(samples[below], samples[above], position - static_cast<double>(below));
  };
  return {value, at((1 - level) / 2), at((1 + level) / 2)};
}

// One figure over all replicates; empty where a sample does not have it.
using Samples = std::vector<std::optional<double>>;

Measured interval(double value, const Samples& samples, double level) {
  std::vector<double> present;
  for (const auto& sample : samples) {
    if (sample) present.push_back(*sample);
  }
  return interval(value, std::move(present), level);
}

// body(replicate, weights) for every bootstrap sample.
template <class Body>
void for_each_sample(const Execution& execution, std::size_t n, int replicates, const Body& body) {
  parallel_for(
      execution, static_cast<std::size_t>(replicates), kReplicatesPerChunk,
      [&](const Chunk& chunk) {
        for (std::size_t r = chunk.begin; r < chunk.end; ++r) {
          body(r, resample(execution.seed, r, n));
        }
      },
      "bootstrap");
}

// Group of each customer: equal shares by rank, highest probability first.
std::vector<std::size_t> group_of(const Forecast& forecast, std::size_t groups) {
  const auto order = forecast.by_probability();
  std::vector<std::size_t> group(order.size());
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    group[order[rank]] = rank * groups / order.size();
  }
  return group;
}

// Share of outcome 1 in each group of a sample, and in all of it at the end.
std::vector<std::optional<double>> shares(const Weights& weights,
                                          std::span<const std::uint8_t> outcome,
                                          std::span<const std::size_t> group, std::size_t groups) {
  std::vector<std::uint64_t> ones(groups + 1, 0);
  std::vector<std::uint64_t> all(groups + 1, 0);
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    for (const std::size_t g : {group[i], groups}) {
      all[g] += weights[i];
      ones[g] += outcome[i] != 0 ? weights[i] : 0;
    }
  }
  std::vector<std::optional<double>> result(groups + 1);
  for (std::size_t g = 0; g <= groups; ++g) {
    if (all[g] > 0) result[g] = static_cast<double>(ones[g]) / static_cast<double>(all[g]);
  }
  return result;
}

struct Replicates {
  Samples auc, log_loss, brier, accuracy, slope, intercept;
  std::vector<Samples> observed, lift;  // by group

  Replicates(std::size_t n, std::size_t groups)
      : auc(n),
        log_loss(n),
        brier(n),
        accuracy(n),
        slope(n),
        intercept(n),
        observed(groups, Samples(n)),
        lift(groups, Samples(n)) {}
};

void measure_sample(const Forecast& forecast, std::span<const std::uint8_t> outcome,
                    std::span<const std::size_t> group, std::size_t r, const Weights& weights,
                    Replicates& into) {
  into.auc[r] = forecast.auc(weights);
  into.log_loss[r] = forecast.log_loss(weights);
  into.brier[r] = forecast.brier(weights);
  into.accuracy[r] = forecast.accuracy(weights);
  if (const auto line = forecast.line(weights)) {
    into.slope[r] = line->slope;
    into.intercept[r] = line->intercept;
  }
  const std::size_t groups = into.observed.size();
  const auto share = shares(weights, outcome, group, groups);
  for (std::size_t g = 0; g < groups; ++g) {
    into.observed[g][r] = share[g];
    if (share[g] && *share[groups] > 0) into.lift[g][r] = *share[g] / *share[groups];
  }
}

std::vector<RiskBand> risk_bands(std::span<const double> probability,
                                 std::span<const std::uint8_t> outcome,
                                 std::span<const std::size_t> group, const Replicates& replicates,
                                 double level) {
  const std::size_t groups = replicates.observed.size();
  std::vector<RiskBand> result(groups);
  std::vector<std::uint64_t> ones(groups, 0);
  std::uint64_t positives = 0;
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    ++result[group[i]].customers;
    result[group[i]].predicted += probability[i];
    ones[group[i]] += outcome[i];
    positives += outcome[i];
  }
  const double base = static_cast<double>(positives) / static_cast<double>(outcome.size());
  std::uint64_t so_far = 0;
  for (std::size_t g = 0; g < groups; ++g) {
    RiskBand& row = result[g];
    const auto n = static_cast<double>(row.customers);
    row.predicted /= n;
    const double observed = static_cast<double>(ones[g]) / n;
    row.observed = interval(observed, replicates.observed[g], level);
    row.lift = interval(observed / base, replicates.lift[g], level);
    so_far += ones[g];
    row.captured = static_cast<double>(so_far) / static_cast<double>(positives);
  }
  return result;
}

}  // namespace

double area_under_curve(std::span<const double> probability,
                        std::span<const std::uint8_t> outcome) {
  check(probability, outcome);
  const auto auc = Forecast(probability, outcome).auc(once(outcome.size()));
  if (!auc) throw ArgumentError("forecast: the area under the curve needs both outcomes");
  return *auc;
}

double log_loss(std::span<const double> probability, std::span<const std::uint8_t> outcome) {
  check(probability, outcome);
  return Forecast(probability, outcome).log_loss(once(outcome.size()));
}

double brier_score(std::span<const double> probability, std::span<const std::uint8_t> outcome) {
  check(probability, outcome);
  return Forecast(probability, outcome).brier(once(outcome.size()));
}

double accuracy(std::span<const double> probability, std::span<const std::uint8_t> outcome) {
  check(probability, outcome);
  return Forecast(probability, outcome).accuracy(once(outcome.size()));
}

std::optional<CalibrationLine> calibration_line(std::span<const double> probability,
                                                std::span<const std::uint8_t> outcome) {
  check(probability, outcome);
  return Forecast(probability, outcome).line(once(outcome.size()));
}

ForecastAssessment assess_forecast(const Execution& execution, std::span<const double> probability,
                                   std::span<const std::uint8_t> outcome,
                                   const AssessmentOptions& options) {
  check(probability, outcome);
  check(options, outcome.size());
  const std::size_t n = outcome.size();
  const Forecast forecast(probability, outcome);
  const Weights all = once(n);
  ForecastAssessment result;
  result.customers = n;
  result.positives = static_cast<std::uint64_t>(std::count(outcome.begin(), outcome.end(), 1));
  result.base_rate = static_cast<double>(result.positives) / static_cast<double>(n);
  result.base_accuracy = std::max(result.base_rate, 1 - result.base_rate);
  const auto auc = forecast.auc(all);
  if (!auc) throw ArgumentError("forecast: its assessment needs both outcomes");
  const auto group = group_of(forecast, options.groups);
  Replicates samples(static_cast<std::size_t>(options.replicates), options.groups);
  for_each_sample(execution, n, options.replicates, [&](std::size_t r, const Weights& weights) {
    measure_sample(forecast, outcome, group, r, weights, samples);
  });
  const auto measured = [&](double value, const Samples& figure) {
    return interval(value, figure, options.level);
  };
  result.auc = measured(*auc, samples.auc);
  result.log_loss = measured(forecast.log_loss(all), samples.log_loss);
  result.brier = measured(forecast.brier(all), samples.brier);
  result.accuracy = measured(forecast.accuracy(all), samples.accuracy);
  if (const auto line = forecast.line(all)) {
    result.calibration_slope = measured(line->slope, samples.slope);
    result.calibration_intercept = measured(line->intercept, samples.intercept);
  }
  result.groups = risk_bands(probability, outcome, group, samples, options.level);
  return result;
}

ForecastDifference compare_forecasts(const Execution& execution, std::span<const double> first,
                                     std::span<const double> second,
                                     std::span<const std::uint8_t> outcome,
                                     const AssessmentOptions& options) {
  check(first, outcome);
  check(second, outcome);
  check(options, outcome.size());
  const Forecast a(first, outcome);
  const Forecast b(second, outcome);
  const Weights all = once(outcome.size());
  if (!a.auc(all)) throw ArgumentError("forecast: a comparison needs both outcomes");
  const auto replicates = static_cast<std::size_t>(options.replicates);
  Samples auc(replicates);
  Samples loss(replicates);
  Samples brier(replicates);
  for_each_sample(execution, outcome.size(), options.replicates,
                  [&](std::size_t r, const Weights& weights) {
                    const auto of_a = a.auc(weights);
                    if (of_a) auc[r] = *of_a - *b.auc(weights);
                    loss[r] = a.log_loss(weights) - b.log_loss(weights);
                    brier[r] = a.brier(weights) - b.brier(weights);
                  });
  return {interval(*a.auc(all) - *b.auc(all), auc, options.level),
          interval(a.log_loss(all) - b.log_loss(all), loss, options.level),
          interval(a.brier(all) - b.brier(all), brier, options.level)};
}

}  // namespace tenure::customers
