#include "order_fit.hpp"
#include "order_problem.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/pooled_fit.hpp>

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <string>

namespace tenure::customers {
namespace {

// The imaginary group makes the spread settle by a share of 1 / (groups + 1) a round at least.
constexpr int kFewestRounds = 500;
constexpr int kRoundsAGroup = 20;
constexpr double kSettled = 1e-4;         // in any mean or standard deviation of the logarithms
constexpr double kImaginarySpread = 0.1;  // of the group that keeps the spread regular
constexpr double kFirstSpread = 0.5;
constexpr double kLongestStep = 1.0;  // of the mean, in any logarithm

// The normal distribution of the logarithms over groups.
struct Between {
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;
};

// A group's posterior: its mode and covariance.
struct Posterior {
  Eigen::VectorXd mode;
  Eigen::MatrixXd covariance;
};

RecencyFrequency pool(std::span<const RecencyFrequency> groups) {
  RecencyFrequency all;
  all.days_per_unit = groups.front().days_per_unit;
  bool gaps = true;
  for (const RecencyFrequency& group : groups) {
    if (group.size() == 0) throw ArgumentError("groups: one of them has no customer");
    if (group.days_per_unit != all.days_per_unit) {
      throw ArgumentError("groups: their time units differ");
    }
    gaps = gaps && !group.log_gaps.empty();
  }
  for (const RecencyFrequency& group : groups) {
    const auto append = [](std::vector<double>& to, const std::vector<double>& from) {
      to.insert(to.end(), from.begin(), from.end());
    };
    append(all.frequency, group.frequency);
    append(all.recency, group.recency);
    append(all.age, group.age);
    for (std::size_t i = 0; i < group.size(); ++i) all.weight.push_back(group.weight_of(i));
    if (gaps) append(all.log_gaps, group.log_gaps);
  }
  return all;
}

// A group's likelihood times the prior, climbed from `start`.
Posterior climb(const Execution& execution, const detail::OrderProblem& problem,
                const detail::TotalLikelihood& likelihood, double customers, const Between& between,
                const Eigen::VectorXd& start) {
  const auto n = start.size();
  const Eigen::MatrixXd precision = between.covariance.inverse();
  const auto mean = [&](std::span<const double> theta) {
    detail::Derivatives at = likelihood(execution, theta);
    const Eigen::VectorXd off = Eigen::Map<const Eigen::VectorXd>(theta.data(), n) - between.mean;
    const Eigen::VectorXd pull = precision * off;
    at.value -= off.dot(pull) / 2;
    Eigen::Map<Eigen::VectorXd>(at.gradient.data(), n) -= pull;
    Eigen::Map<Eigen::MatrixXd>(at.hessian.data(), n, n) -= precision;
    at.scale(1.0 / customers);
    return at;
  };
  detail::MaximumProblem group;
  group.model = problem.model;
  group.names = problem.names;
  group.scales = problem.scales;
  group.starts = {{start.data(), start.data() + n}};
  group.customers = customers;
  const detail::Maximum best = detail::maximize(execution, group, mean);
  return {Eigen::Map<const Eigen::VectorXd>(best.theta.data(), n),
          Eigen::Map<const Eigen::MatrixXd>(best.covariance.data(), n, n)};
}

// One round: a Newton step of the marginal likelihood in the mean (plain expectation maximisation
// crawls where the groups' data are weak), with which the modes move along, then the spread. A
// posterior is N(mode, C) with C^-1 = H + Sigma^-1, H the information of the group's own data, so
// the mean's gradient is the sum of Sigma^-1 (mode - mean), its curvature that of Sigma^-1 -
// Sigma^-1 C Sigma^-1.
Between update(const Between& old, std::vector<Posterior>& posteriors) {
  const auto n = old.mean.size();
  const auto groups = static_cast<double>(posteriors.size());
  const Eigen::MatrixXd precision = old.covariance.inverse();
  Eigen::VectorXd gradient = Eigen::VectorXd::Zero(n);
  Eigen::MatrixXd curvature = Eigen::MatrixXd::Zero(n, n);
  for (const Posterior& p : posteriors) {
    gradient += precision * (p.mode - old.mean);
    curvature += precision - precision * p.covariance * precision;
  }
  const Eigen::LLT<Eigen::MatrixXd> factor((curvature + curvature.transpose()) / 2);
  Eigen::VectorXd step = old.covariance * gradient / groups;  // expectation maximisation's
  if (factor.info() == Eigen::Success) {
    const Eigen::VectorXd newton = factor.solve(gradient);
    if (newton.allFinite() && newton.cwiseAbs().maxCoeff() < kLongestStep) step = newton;
  }
  for (Posterior& p : posteriors) p.mode += p.covariance * (precision * step);

  Between next{old.mean + step,
               Eigen::MatrixXd::Identity(n, n) * (kImaginarySpread * kImaginarySpread)};
  for (const Posterior& p : posteriors) {
    const Eigen::VectorXd off = p.mode - next.mean;
    next.covariance += p.covariance + off * off.transpose();
  }
  next.covariance /= groups + 1;
  return next;
}

double distance(const Between& l, const Between& r) {
  const auto spread = [](const Between& b) -> Eigen::VectorXd {
    return b.covariance.diagonal().cwiseSqrt();
  };
  return std::max((l.mean - r.mean).cwiseAbs().maxCoeff(),
                  (spread(l) - spread(r)).cwiseAbs().maxCoeff());
}

FitReport group_report(const FitReport& together, const detail::OrderProblem& problem,
                       const Posterior& posterior, double log_likelihood, double customers) {
  FitReport report = together;
  const auto n = posterior.mode.size();
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto k = static_cast<std::size_t>(i);
    report.estimates[k] = problem.scales[k] * std::exp(posterior.mode[i]);
    report.standard_errors[k] = report.estimates[k] * std::sqrt(posterior.covariance(i, i));
    for (Eigen::Index j = 0; j < n; ++j) {
      report.log_covariance[static_cast<std::size_t>(i * n + j)] = posterior.covariance(i, j);
    }
  }
  report.log_likelihood = log_likelihood;
  report.customers = static_cast<std::uint64_t>(std::llround(customers));
  return report;
}

}  // namespace

PooledFit fit_groups(const Execution& execution, std::string_view kind,
                     std::span<const RecencyFrequency> groups, const LifetimeFitOptions& options) {
  if (groups.size() < 2) throw ArgumentError("groups: partial pooling needs at least two");
  if (lifetime_kind(kind).discrete) {
    throw ArgumentError("groups: model '" + std::string(kind) + "' is not in continuous time");
  }
  const RecencyFrequency all = compress(pool(groups));
  PooledFit fit;
  fit.together = fit_lifetime(execution, kind, all, options);
  const int k = fit.together.regularity;
  const detail::OrderProblem problem = detail::order_problem(kind, k, detail::order_totals(all));

  const auto n = static_cast<Eigen::Index>(problem.names.size());
  Between between{Eigen::VectorXd(n),
                  Eigen::MatrixXd::Identity(n, n) * (kFirstSpread * kFirstSpread)};
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    between.mean[i] = std::log(fit.together.estimates[at] / problem.scales[at]);
  }
  std::vector<detail::TotalLikelihood> likelihoods;
  std::vector<double> customers;
  std::vector<double> constants;
  for (const RecencyFrequency& group : groups) {
    const RecencyFrequency rows = compress(group);
    likelihoods.push_back(problem.likelihood(rows));
    customers.push_back(detail::order_totals(rows).customers);
    const double gaps = k > 1 ? detail::gap_constant(rows, k) : 0.0;
    constants.push_back(gaps +
                        detail::time_constant(detail::order_totals(rows), k, problem.scales[1]));
    try {
      LifetimeFitOptions own = options;
      own.regularity = k;
      fit.alone.emplace_back(fit_lifetime(execution, kind, rows, own));
    } catch (const NumericalError&) {
      fit.alone.emplace_back(std::nullopt);
    }
  }
  const int most_rounds = kFewestRounds + kRoundsAGroup * static_cast<int>(groups.size());
  std::vector<Posterior> posteriors(groups.size(), {between.mean, between.covariance});
  for (fit.iterations = 1;; ++fit.iterations) {
    execution.check_cancelled();
    for (std::size_t g = 0; g < groups.size(); ++g) {
      posteriors[g] =
          climb(execution, problem, likelihoods[g], customers[g], between, posteriors[g].mode);
    }
    const Between next = update(between, posteriors);
    const double moved = distance(next, between);
    between = next;
    if (moved < kSettled) break;
    if (fit.iterations == most_rounds) {
      throw NumericalError("groups: the spread between them did not settle in " +
                           std::to_string(most_rounds) + " rounds; it still moves by " +
                           std::to_string(moved));
    }
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Eigen::VectorXd& mode = posteriors[g].mode;
    const double value =
        likelihoods[g](execution, {mode.data(), static_cast<std::size_t>(n)}).value + constants[g];
    fit.groups.push_back(group_report(fit.together, problem, posteriors[g], value, customers[g]));
  }
  for (Eigen::Index i = 0; i < n; ++i) {
    fit.mean.push_back(between.mean[i] + std::log(problem.scales[static_cast<std::size_t>(i)]));
    for (Eigen::Index j = 0; j < n; ++j) fit.covariance.push_back(between.covariance(i, j));
  }
  return fit;
}

}  // namespace tenure::customers
