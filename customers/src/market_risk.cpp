#include "short_number.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/market_risk.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenure::customers {
namespace {

using detail::short_number;

constexpr double kReciprocalTolerance = 0.02;
constexpr double kRounding = 1e-9;  // 0.98 x 1 is reciprocal within 2 %
constexpr int kMaxIterations = 100000;
constexpr double kSettled = 1e-15;

// Mean consistency index of random reciprocal matrices of size 0 to 15 (Saaty 1980).
constexpr std::array<double, kLargestPairwise + 1> kRandomIndex = {
    0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59};

// "row 2, column 3", counted from 1.
std::string place(std::size_t row, std::size_t column) {
  return "row " + std::to_string(row + 1) + ", column " + std::to_string(column + 1);
}

void check_pairwise(std::span<const double> matrix, std::size_t n) {
  if (n == 0 || n > kLargestPairwise) {
    throw ArgumentError("a pairwise matrix must compare 1 to " + std::to_string(kLargestPairwise) +
                        " things, not " + std::to_string(n));
  }
  if (matrix.size() != n * n) {
    throw ArgumentError("a pairwise matrix of " + std::to_string(n) + " things must be square, " +
                        std::to_string(n * n) + " numbers, not " + std::to_string(matrix.size()));
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double here = matrix[i * n + j];
      if (!std::isfinite(here) || here <= 0.0) {
        throw ArgumentError("the pairwise matrix has " + short_number(here) + " in " + place(i, j) +
                            "; every entry must be finite and over 0");
      }
      if (i == j && here != 1.0) {
        throw ArgumentError("the pairwise matrix has " + short_number(here) + " in " + place(i, j) +
                            "; the diagonal must be 1");
      }
      const double product = here * matrix[j * n + i];
      if (j < i && !(std::abs(product - 1.0) <= kReciprocalTolerance + kRounding)) {
        throw ArgumentError("the pairwise matrix is not reciprocal: " + place(i, j) + " is " +
                            short_number(here) + " and " + place(j, i) + " is " +
                            short_number(matrix[j * n + i]) + ", their product must be 1");
      }
    }
  }
}

// Principal eigenvector (sum 1) and eigenvalue of a positive matrix.
double principal_eigenvector(const std::vector<double>& matrix, std::vector<double>& weights) {
  const std::size_t n = weights.size();
  std::fill(weights.begin(), weights.end(), 1.0 / static_cast<double>(n));
  std::vector<double> next(n);
  for (int iteration = 0; iteration < kMaxIterations; ++iteration) {
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      next[i] = 0.0;
      for (std::size_t j = 0; j < n; ++j) next[i] += matrix[i * n + j] * weights[j];
      sum += next[i];
    }
    double largest_change = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      next[i] /= sum;
      largest_change = std::max(largest_change, std::abs(next[i] - weights[i]) / next[i]);
    }
    weights.swap(next);
    // The old weights sum to 1, so the sum of their image is the eigenvalue.
    if (largest_change <= kSettled * static_cast<double>(n)) return sum;
  }
  throw NumericalError("the weights of a pairwise matrix did not settle");
}

void check_indicator(const RiskIndicator& indicator) {
  const bool up = indicator.low < indicator.medium && indicator.medium < indicator.high;
  const bool down = indicator.low > indicator.medium && indicator.medium > indicator.high;
  if (!std::isfinite(indicator.low) || !std::isfinite(indicator.high) || !(up || down)) {
    throw ArgumentError("indicator '" + indicator.name +
                        "' needs low < medium < high, or low > medium > high where less is "
                        "riskier");
  }
}

std::vector<const RiskIndicator*> check_survey(const MarketSurvey& survey) {
  std::vector<const RiskIndicator*> indicators;
  for (const RiskGroup& group : survey.groups) {
    if (group.indicators.empty()) {
      throw ArgumentError("group '" + group.name + "' has no indicator");
    }
    for (const RiskIndicator& indicator : group.indicators) {
      check_indicator(indicator);
      indicators.push_back(&indicator);
    }
  }
  if (survey.groups.empty() || survey.markets.empty()) {
    throw ArgumentError("a survey of markets needs a group of indicators and a market");
  }
  const double rho = survey.distinguishing_coefficient;
  if (!(rho > 0.0 && rho <= 1.0)) {
    throw ArgumentError("the distinguishing coefficient must be over 0 and at most 1");
  }
  for (const Market& market : survey.markets) {
    const bool finite = std::all_of(market.values.begin(), market.values.end(),
                                    [](double value) { return std::isfinite(value); });
    if (market.values.size() != indicators.size() || !finite) {
      throw ArgumentError("market '" + market.region + "' needs one finite value for each of " +
                          std::to_string(indicators.size()) + " indicators");
    }
  }
  return indicators;
}

void weigh(const MarketSurvey& survey, MarketRisk& risk) {
  risk.groups = pairwise_weights(survey.pairwise, survey.groups.size());
  double index = risk.groups.consistency_index;
  double random_index = risk.groups.random_index;
  for (std::size_t g = 0; g < survey.groups.size(); ++g) {
    const RiskGroup& group = survey.groups[g];
    risk.in_group.push_back(pairwise_weights(group.pairwise, group.indicators.size()));
    const PairwiseWeights& inside = risk.in_group.back();
    index += risk.groups.weights[g] * inside.consistency_index;
    random_index += risk.groups.weights[g] * inside.random_index;
    for (const double weight : inside.weights) {
      risk.weights.push_back(risk.groups.weights[g] * weight);
    }
  }
  risk.consistency_ratio = random_index > 0.0 ? std::max(0.0, index) / random_index : 0.0;
}

MarketGrade grade_market(const Market& market, const std::vector<const RiskIndicator*>& indicators,
                         const std::vector<double>& weights) {
  MarketGrade result;
  result.region = market.region;
  for (std::size_t k = 0; k < indicators.size(); ++k) {
    const auto membership = risk_membership(*indicators[k], market.values[k]);
    for (std::size_t level = 0; level < membership.size(); ++level) {
      result.membership[level] += weights[k] * membership[level];
    }
    result.contributions.push_back(weights[k] * (50.0 * membership[1] + 100.0 * membership[2]));
    result.score += result.contributions.back();
  }
  std::size_t largest = 0;
  for (std::size_t level = 1; level < result.membership.size(); ++level) {
    if (result.membership[level] >= result.membership[largest] - kRounding) largest = level;
  }
  result.grade = static_cast<RiskGrade>(largest);
  return result;
}

// Deng (1982): differences from the ideal series, values scaled to 0..1 over the markets.
void rank_markets(const MarketSurvey& survey, const std::vector<const RiskIndicator*>& indicators,
                  MarketRisk& risk) {
  const std::size_t markets = survey.markets.size();
  std::vector<double> difference(markets * indicators.size());
  for (std::size_t k = 0; k < indicators.size(); ++k) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const Market& market : survey.markets) {
      low = std::min(low, market.values[k]);
      high = std::max(high, market.values[k]);
    }
    const bool more_is_riskier = indicators[k]->low < indicators[k]->high;
    const double ideal = more_is_riskier ? low : high;
    for (std::size_t i = 0; i < markets && high > low; ++i) {
      difference[i * indicators.size() + k] =
          std::abs(survey.markets[i].values[k] - ideal) / (high - low);
    }
  }
  const auto [nearest, farthest] = std::minmax_element(difference.begin(), difference.end());
  const double damping = survey.distinguishing_coefficient * *farthest;
  for (std::size_t i = 0; i < markets; ++i) {
    MarketGrade& grade = risk.markets[i];
    for (std::size_t k = 0; k < indicators.size(); ++k) {
      const double away = difference[i * indicators.size() + k];
      const double coefficient =
          *farthest > 0.0 ? (*nearest + damping) / (away + damping) : 1.0;  // all markets alike
      grade.coefficients.push_back(coefficient);
      grade.grey_grade += risk.weights[k] * coefficient;
    }
  }
  for (MarketGrade& grade : risk.markets) {
    grade.rank = 1 + static_cast<std::size_t>(std::count_if(
                         risk.markets.begin(), risk.markets.end(), [&](const MarketGrade& other) {
                           return other.grey_grade > grade.grey_grade + kRounding;
                         }));
  }
}

}  // namespace

PairwiseWeights pairwise_weights(std::span<const double> matrix, std::size_t n, double limit) {
  check_pairwise(matrix, n);
  std::vector<double> evened(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      evened[i * n + j] = std::sqrt(matrix[i * n + j] / matrix[j * n + i]);
    }
  }
  PairwiseWeights result;
  result.weights.resize(n);
  result.largest_eigenvalue = principal_eigenvector(evened, result.weights);
  result.random_index = kRandomIndex[n];
  if (n >= 2) {
    const auto size = static_cast<double>(n);
    result.consistency_index = std::max(0.0, (result.largest_eigenvalue - size) / (size - 1.0));
  }
  if (result.random_index > 0.0) {
    result.consistency_ratio = result.consistency_index / result.random_index;
  }
  if (!(result.consistency_ratio < limit)) {
    throw ArgumentError("the judgements contradict each other: consistency ratio " +
                        short_number(result.consistency_ratio) + ", it must be under " +
                        short_number(limit));
  }
  return result;
}

const char* to_string(RiskGrade grade) noexcept {
  switch (grade) {
    case RiskGrade::kLow:
      return "low";
    case RiskGrade::kMedium:
      return "medium";
    case RiskGrade::kHigh:
      return "high";
  }
  return "";
}

std::array<double, 3> risk_membership(const RiskIndicator& indicator, double value) {
  check_indicator(indicator);
  if (!std::isfinite(value)) {
    throw ArgumentError("indicator '" + indicator.name + "' needs a finite value");
  }
  // Mirrored where less is riskier, so that one rule serves both.
  const double sign = indicator.low < indicator.high ? 1.0 : -1.0;
  const double x = sign * value;
  const double low = sign * indicator.low;
  const double medium = sign * indicator.medium;
  const double high = sign * indicator.high;
  if (x <= low) return {1.0, 0.0, 0.0};
  if (x >= high) return {0.0, 0.0, 1.0};
  if (x <= medium) {
    const double part = (x - low) / (medium - low);
    return {1.0 - part, part, 0.0};
  }
  const double part = (x - medium) / (high - medium);
  return {0.0, 1.0 - part, part};
}

MarketRisk assess_markets(const MarketSurvey& survey) {
  const std::vector<const RiskIndicator*> indicators = check_survey(survey);
  MarketRisk risk;
  weigh(survey, risk);
  for (const Market& market : survey.markets) {
    risk.markets.push_back(grade_market(market, indicators, risk.weights));
  }
  rank_markets(survey, indicators, risk);
  return risk;
}

}  // namespace tenure::customers
