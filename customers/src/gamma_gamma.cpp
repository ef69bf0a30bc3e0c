#include "checks.hpp"
#include "maximum_likelihood.hpp"
#include "special_functions.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/gamma_gamma.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace tenure::customers {
namespace {

using detail::Derivatives;

constexpr std::size_t kRowsPerChunk = 4096;
constexpr int kStarts = 4;

enum : std::size_t { kP, kQ, kGamma, kParameters };

double& second(Derivatives& d, std::size_t i, std::size_t j) {
  return d.hessian[i * kParameters + j];
}

struct Row {
  double x;
  double total;  // x m
};

// The usable customers in increasing (x, m): the order of the input does not show in the sums.
std::vector<Row> usable_rows(std::span<const double> frequency,
                             std::span<const double> mean_value) {
  if (frequency.size() != mean_value.size()) {
    throw ArgumentError("Gamma-Gamma: frequency and mean_value differ in length");
  }
  std::vector<Row> rows;
  for (std::size_t i = 0; i < frequency.size(); ++i) {
    const double x = frequency[i];
    const double m = mean_value[i];
    if (!std::isfinite(x) || !std::isfinite(m) || x < 0 || std::floor(x) != x ||
        !std::isfinite(x * m)) {
      throw ArgumentError("Gamma-Gamma: row " + std::to_string(i) +
                          " has a frequency that is no whole number from 0, or a value not finite");
    }
    if (x >= 1 && m > 0) rows.push_back({x, x * m});
  }
  std::sort(rows.begin(), rows.end(),
            [](const Row& l, const Row& r) { return l.x != r.x ? l.x < r.x : l.total < r.total; });
  return rows;
}

/// The log-likelihood of the means (equation 1a). Gamma functions depend on x alone.
class Likelihood {
 public:
  /// Values are divided by `scale`; rows in increasing x.
  Likelihood(std::vector<Row> rows, double scale) : rows_(std::move(rows)) {
    for (Row& row : rows_) {
      row.total /= scale;
      if (groups_.empty() || groups_.back().x != row.x) groups_.push_back({row.x, 0.0});
      ++groups_.back().count;
    }
  }

  /// Total at theta = (ln p, ln q, ln(gamma / scale)). Up to the constant sum of ln scale that
  /// scaling the values takes away.
  Derivatives evaluate(const Execution& execution, std::span<const double> theta) const {
    const GammaGammaParameters g{std::exp(theta[kP]), std::exp(theta[kQ]), std::exp(theta[kGamma])};
    Derivatives total = parallel_reduce(
        execution, rows_.size(), kRowsPerChunk, Derivatives(kParameters),
        [&](const Chunk& chunk) {
          Derivatives sum(kParameters);
          for (std::size_t i = chunk.begin; i < chunk.end; ++i) add_row(g, rows_[i], sum);
          return sum;
        },
        [](Derivatives& into, Derivatives&& from) { into.add(from); });
    for (const Group& group : groups_) add_group(g, group.x, group.count, total);
    total.mirror();
    return total;
  }

 private:
  struct Group {
    double x;
    double count;
  };

  // (x m)^(p x) gamma^q / (gamma + x m)^(p x + q) / m
  static void add_row(const GammaGammaParameters& g, const Row& row, Derivatives& sum) {
    const double shape = g.p * row.x;
    const double log_spend = std::log1p(row.total / g.gamma);    // ln (gamma + xm) / gamma
    const double log_inverse = std::log1p(g.gamma / row.total);  // ln (gamma + xm) / (xm)
    const double spend_share = row.total / (g.gamma + row.total);
    const double gamma_share = g.gamma / (g.gamma + row.total);
    sum.value -= shape * log_inverse + g.q * log_spend + std::log(row.total / row.x);
    sum.gradient[kP] -= shape * log_inverse;
    sum.gradient[kQ] -= g.q * log_spend;
    sum.gradient[kGamma] += g.q * spend_share - shape * gamma_share;
    second(sum, kP, kP) -= shape * log_inverse;
    second(sum, kQ, kQ) -= g.q * log_spend;
    second(sum, kP, kGamma) -= shape * gamma_share;
    second(sum, kQ, kGamma) += g.q * spend_share;
    second(sum, kGamma, kGamma) -= (shape + g.q) * gamma_share * spend_share;
  }

  // Gamma(p x + q) / (Gamma(p x) Gamma(q))
  static void add_group(const GammaGammaParameters& g, double x, double count, Derivatives& sum) {
    const double shape = g.p * x;
    const double rise_p = shape * detail::digamma_rise(shape, g.q);
    const double rise_q = g.q * detail::digamma_rise(g.q, shape);
    sum.value -= count * detail::log_beta(shape, g.q);
    sum.gradient[kP] += count * rise_p;
    sum.gradient[kQ] += count * rise_q;
    second(sum, kP, kP) += count * (rise_p + shape * shape * detail::trigamma_rise(shape, g.q));
    second(sum, kQ, kQ) += count * (rise_q + g.q * g.q * detail::trigamma_rise(g.q, shape));
    second(sum, kP, kQ) += count * shape * g.q * detail::trigamma(shape + g.q);
  }

  std::vector<Row> rows_;
  std::vector<Group> groups_;
};

double mean_of_means(const std::vector<Row>& rows) {
  double sum = 0;
  for (const Row& row : rows) sum += row.total / row.x;
  return sum / static_cast<double>(rows.size());
}

// (ln p, ln q, ln gamma) with values in units of their mean: p gamma = q - 1.
std::vector<std::vector<double>> base_starts() {
  const auto start = [](double p, double q) {
    return std::vector<double>{std::log(p), std::log(q), std::log((q - 1) / p)};
  };
  return {start(6.0, 4.0), start(1.0, 2.0), start(2.0, 10.0), start(20.0, 3.0)};
}

void check_history(double x, double m) {
  if (!std::isfinite(x) || x < 0 || !std::isfinite(m) || (x > 0 && m < 0)) {
    throw ArgumentError("Gamma-Gamma: a customer needs x >= 0 and a mean value m >= 0");
  }
}

}  // namespace

GammaGammaFit fit_gamma_gamma(const Execution& execution, std::span<const double> frequency,
                              std::span<const double> mean_value, PriorUse prior) {
  std::vector<Row> rows = usable_rows(frequency, mean_value);
  if (rows.empty()) {
    throw ArgumentError("Gamma-Gamma: no customer has a repeat order of positive value");
  }
  const auto customers = static_cast<double>(rows.size());
  const double scale = mean_of_means(rows);
  const Likelihood likelihood(std::move(rows), scale);
  const auto mean = [&](std::span<const double> theta) {
    Derivatives at = likelihood.evaluate(execution, theta);
    at.scale(1.0 / customers);
    return at;
  };
  detail::MaximumProblem problem;
  problem.model = "Gamma-Gamma";
  problem.names = {"p", "q", "gamma"};
  problem.scales = {1.0, 1.0, scale};
  problem.prior = {{2.0, 6.0}, {2.0, 4.0}, {}};
  problem.starts = detail::starting_points(execution, base_starts(), kStarts);
  problem.customers = customers;
  problem.constant = -std::log(scale) * customers;
  const detail::Maximum best = detail::search_as(
      prior, problem,
      [&](const detail::MaximumProblem& one) { return detail::maximize(execution, one, mean); });

  GammaGammaFit fit;
  const std::vector<double> v = detail::natural_parameters(best, problem.scales);
  const std::vector<double> e = detail::standard_errors(best, problem.scales);
  fit.parameters = {v[kP], v[kQ], v[kGamma]};
  fit.standard_errors = {e[kP], e[kQ], e[kGamma]};
  std::copy(best.covariance.begin(), best.covariance.end(), fit.log_covariance.begin());
  fit.log_likelihood = best.log_likelihood;
  fit.customers = static_cast<std::uint64_t>(customers);
  fit.iterations = best.iterations;
  fit.prior_reason = best.prior_reason;
  return fit;
}

double gamma_gamma_log_likelihood(const GammaGammaParameters& parameters,
                                  std::span<const double> frequency,
                                  std::span<const double> mean_value) {
  detail::check_parameters(parameters);
  Execution alone;
  alone.threads = 1;
  const std::vector<double> theta = {std::log(parameters.p), std::log(parameters.q),
                                     std::log(parameters.gamma)};
  const Likelihood likelihood(usable_rows(frequency, mean_value), 1.0);
  return detail::finite(likelihood.evaluate(alone, theta).value, "Gamma-Gamma log-likelihood");
}

double gamma_gamma_expected_value(const GammaGammaParameters& parameters, double x, double m) {
  detail::check_parameters(parameters);
  check_history(x, m);
  const double shape = parameters.p * x + parameters.q;
  if (!(shape > 1)) {
    throw ArgumentError("Gamma-Gamma: the expected value is infinite where p x + q <= 1");
  }
  const double spent = x == 0 ? 0.0 : x * m;
  return detail::finite(parameters.p * (parameters.gamma + spent) / (shape - 1),
                        "Gamma-Gamma expected value");
}

double draw_gamma_gamma_rate(RandomStream& stream, const GammaGammaParameters& parameters, double x,
                             double m) {
  detail::check_parameters(parameters);
  check_history(x, m);
  const double spent = x == 0 ? 0.0 : x * m;
  return draw_gamma(stream, parameters.p * x + parameters.q, parameters.gamma + spent);
}

}  // namespace tenure::customers
