#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

/// How risky is each market: indicators weighed by the analytic hierarchy process (Saaty 1980, The
/// Analytic Hierarchy Process), graded by fuzzy comprehensive evaluation, ranked by grey relational
/// analysis (Deng 1982, Control problems of grey systems).
namespace tenure::customers {

/// Judgements whose consistency ratio is not under this are refused (Saaty 1980).
inline constexpr double kConsistencyLimit = 0.1;
/// Largest pairwise matrix: Saaty's random indices end here.
inline constexpr std::size_t kLargestPairwise = 15;

/// What a pairwise matrix says.
struct PairwiseWeights {
  std::vector<double> weights;  ///< principal eigenvector, all > 0, sum 1
  double largest_eigenvalue = 0.0;
  double consistency_index = 0.0;  ///< (largest_eigenvalue - n) / (n - 1); 0 for n = 1
  double random_index = 0.0;       ///< Saaty's, of n; 0 for n < 3
  double consistency_ratio = 0.0;  ///< index / random index; 0 for n < 3, which cannot contradict
};

/// Weights from an n x n matrix, row-major: entry (i, j) says how many times as important i is as
/// j. Entries (i, j) and (j, i) must be reciprocal within 2 %, so that 0.33 stands for 1/3; what is
/// left of the rounding is evened out (geometric mean) before the eigenvector is taken.
/// @throws ArgumentError unless 1 <= n <= 15, matrix.size() = n^2, entries are finite and positive,
/// the diagonal is 1, entries are reciprocal, and the consistency ratio is under `limit`; the
/// message names the entry or the ratio. NumericalError where the power iteration does not settle.
PairwiseWeights pairwise_weights(std::span<const double> matrix, std::size_t n,
                                 double limit = kConsistencyLimit);

enum class RiskGrade { kLow = 0, kMedium = 1, kHigh = 2 };
const char* to_string(RiskGrade grade) noexcept;

/// One indicator and the values at which its risk is wholly low, medium, high: increasing where
/// more is riskier, decreasing where less is.
struct RiskIndicator {
  std::string name;
  std::string unit;  ///< for people; may be empty
  double low = 0.0;
  double medium = 0.0;
  double high = 0.0;
};

/// Degrees of membership to low, medium and high, sum 1: triangles between the three values,
/// all low (or high) beyond the first (or last).
/// @throws ArgumentError unless low, medium, high are strictly monotone and value is finite.
std::array<double, 3> risk_membership(const RiskIndicator& indicator, double value);

/// Indicators judged together.
struct RiskGroup {
  std::string name;
  std::vector<RiskIndicator> indicators;
  std::vector<double> pairwise;  ///< of the indicators, row-major
};

struct Market {
  std::string region;
  std::vector<double> values;  ///< by indicator, group after group
};

struct MarketSurvey {
  std::vector<RiskGroup> groups;
  std::vector<double> pairwise;  ///< of the groups, row-major
  std::vector<Market> markets;
  /// Deng's rho in (0, 1]: how much the largest difference dampens the others.
  double distinguishing_coefficient = 0.5;
};

/// What is found for one market.
struct MarketGrade {
  std::string region;
  /// B = w R, the weighted-average operator: sum over indicators of weight x membership.
  std::array<double, 3> membership{};
  RiskGrade grade = RiskGrade::kLow;  ///< of the largest membership; the riskier one of equals
  double score = 0.0;                 ///< 50 x medium + 100 x high: 0 (all low) to 100 (all high)
  std::vector<double> contributions;  ///< by indicator, points of the score: they add up to it
  std::vector<double> coefficients;   ///< grey relational, by indicator, in (0, 1]
  double grey_grade = 0.0;            ///< weighted mean of the coefficients; 1: the ideal market
  std::size_t rank = 0;               ///< by grey_grade, 1 the nearest to the ideal; ties share one
};

struct MarketRisk {
  PairwiseWeights groups;                 ///< of the groups
  std::vector<PairwiseWeights> in_group;  ///< of the indicators inside each group
  /// Of the whole hierarchy: sum of index over sum of random index, groups weighed by theirs.
  double consistency_ratio = 0.0;
  std::vector<double> weights;       ///< by indicator: group's x its own inside the group; sum 1
  std::vector<MarketGrade> markets;  ///< in the survey's order
};

/// Grades and ranks every market. The grey reference is the least risky value of each indicator
/// among the markets; values are scaled to 0..1 over the markets first, so the ranking compares
/// these markets with each other, while grades compare each with the survey's fixed values.
/// @throws ArgumentError as pairwise_weights and risk_membership do, and for no market, no group,
/// sizes that do not fit or a coefficient out of range.
MarketRisk assess_markets(const MarketSurvey& survey);

/// Reads a survey (docs/MARKETS.md describes the keys) and checks it whole.
/// @throws DataError with file and line: unknown key, pairwise matrix not square, not reciprocal or
/// not consistent (with the ratio), indicator missing for a region, names given twice.
MarketSurvey read_market_survey(const std::string& path);

}  // namespace tenure::customers
