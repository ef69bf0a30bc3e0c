#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace tenure::customers {
namespace {

constexpr std::uint32_t kEvent = 1;  // of Purpose::kBootstrap, beside the resampling of users

// Each row's weight drawn anew; rows that nobody is left in are dropped.
RecencyFrequency resample(const RecencyFrequency& rows, std::uint64_t seed, std::size_t replicate) {
  RandomStream stream(seed,
                      {Purpose::kBootstrap, 0, static_cast<std::uint32_t>(replicate), kEvent});
  RecencyFrequency sample;
  sample.days_per_unit = rows.days_per_unit;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto weight = static_cast<double>(draw_poisson(stream, rows.weight_of(i)));
    if (weight == 0) continue;
    sample.frequency.push_back(rows.frequency[i]);
    sample.recency.push_back(rows.recency[i]);
    sample.age.push_back(rows.age[i]);
    sample.weight.push_back(weight);
    if (!rows.log_gaps.empty()) sample.log_gaps.push_back(rows.log_gaps[i]);
  }
  return sample;
}

// The estimates on a resample: from the fit's own parameters, or else from the usual starts.
std::optional<std::vector<double>> refit(const Execution& execution, const FitReport& report,
                                         const RecencyFrequency& sample) {
  LifetimeFitOptions options;
  options.regularity = report.regularity;
  options.first_start = report.estimates;
  if (!report.prior_reason.empty()) options.prior = PriorUse::kAlways;
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      return fit_lifetime(execution, report.model, sample, options).estimates;
    } catch (const NumericalError&) {
      options.first_start.clear();
    } catch (const ArgumentError&) {
      return std::nullopt;  // an empty resample
    }
  }
  return std::nullopt;
}

// Quantile with linear interpolation at p (n - 1) of sorted values.
double quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

}  // namespace

Bootstrap bootstrap_lifetime(const Execution& execution, const FitReport& report,
                             const RecencyFrequency& data, int replicates) {
  if (replicates < 2) throw ArgumentError("bootstrap: at least 2 replicates");
  if (report.coefficients > 0) {
    throw ArgumentError("bootstrap: not for a model with covariates");
  }
  lifetime_model(report);  // checks it
  const RecencyFrequency rows = compress(data);
  std::vector<std::optional<std::vector<double>>> estimates(static_cast<std::size_t>(replicates));
  Execution inner;
  inner.threads = 1;
  inner.seed = execution.seed;
  inner.stop = execution.stop;
  parallel_for(
      execution, estimates.size(), 1,
      [&](const Chunk& chunk) {
        const RecencyFrequency sample = resample(rows, execution.seed, chunk.begin);
        estimates[chunk.begin] = refit(inner, report, sample);
      },
      "bootstrap");

  const std::size_t n = report.names.size();
  Bootstrap result;
  std::vector<std::vector<double>> columns(n);
  for (const auto& one : estimates) {
    if (!one) {
      ++result.failed;
      continue;
    }
    ++result.replicates;
    for (std::size_t i = 0; i < n; ++i) columns[i].push_back((*one)[i]);
  }
  if (result.replicates < 2) {
    throw NumericalError("bootstrap: " + std::to_string(result.failed) + " of " +
                         std::to_string(replicates) +
                         " resamples have no finite maximum of the likelihood");
  }
  const auto covariance = [&](std::size_t i, std::size_t j, bool logarithms) {
    const auto value = [&](std::size_t k, std::size_t row) {
      return logarithms ? std::log(columns[k][row]) : columns[k][row];
    };
    const auto count = columns[i].size();
    double mean_i = 0, mean_j = 0, sum = 0;
    for (std::size_t row = 0; row < count; ++row) {
      mean_i += value(i, row);
      mean_j += value(j, row);
    }
    mean_i /= static_cast<double>(count);
    mean_j /= static_cast<double>(count);
    for (std::size_t row = 0; row < count; ++row) {
      sum += (value(i, row) - mean_i) * (value(j, row) - mean_j);
    }
    return sum / static_cast<double>(count - 1);
  };
  for (std::size_t i = 0; i < n; ++i) {
    result.standard_errors.push_back(std::sqrt(covariance(i, i, false)));
    for (std::size_t j = 0; j < n; ++j) result.log_covariance.push_back(covariance(i, j, true));
  }
  for (std::size_t i = 0; i < n; ++i) {
    std::sort(columns[i].begin(), columns[i].end());
    result.low.push_back(quantile(columns[i], 0.025));
    result.high.push_back(quantile(columns[i], 0.975));
  }
  return result;
}

}  // namespace tenure::customers
