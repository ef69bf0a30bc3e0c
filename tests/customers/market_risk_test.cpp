#include "io_helpers.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/market_risk.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>

namespace tenure::customers {
namespace {

using testing::HasSubstr;

// Saaty (1990), How to make a decision: which of houses to buy, eight criteria.
const std::vector<double> kHouse = {
    1,       5,       3,       7, 6,       6,       1.0 / 3, 1.0 / 4,  //
    1.0 / 5, 1,       1.0 / 3, 5, 3,       3,       1.0 / 5, 1.0 / 7,  //
    1.0 / 3, 3,       1,       6, 3,       4,       6,       1.0 / 5,  //
    1.0 / 7, 1.0 / 5, 1.0 / 6, 1, 1.0 / 3, 1.0 / 4, 1.0 / 7, 1.0 / 8,  //
    1.0 / 6, 1.0 / 3, 1.0 / 3, 3, 1,       1.0 / 2, 1.0 / 5, 1.0 / 6,  //
    1.0 / 6, 1.0 / 3, 1.0 / 4, 4, 2,       1,       1.0 / 5, 1.0 / 6,  //
    3,       5,       1.0 / 6, 7, 5,       5,       1,       1.0 / 2,  //
    4,       7,       5,       8, 6,       6,       2,       1};

// Saaty (2008), Decision making with the analytic hierarchy process: what the US drinks.
const std::vector<double> kDrinks = {1,       9, 5,       2,       1,       1,       1.0 / 2,  //
                                     1.0 / 9, 1, 1.0 / 3, 1.0 / 9, 1.0 / 9, 1.0 / 9, 1.0 / 9,  //
                                     1.0 / 5, 3, 1,       1.0 / 3, 1.0 / 4, 1.0 / 3, 1.0 / 9,  //
                                     1.0 / 2, 9, 3,       1,       1.0 / 2, 1,       1.0 / 3,  //
                                     1,       9, 4,       2,       1,       2,       1.0 / 2,  //
                                     1,       9, 3,       1,       1.0 / 2, 1,       1.0 / 3,  //
                                     2,       9, 9,       3,       2,       3,       1};

std::string message_of(std::span<const double> matrix, std::size_t n) {
  try {
    pairwise_weights(matrix, n);
  } catch (const ArgumentError& error) {
    return error.what();
  }
  return "";
}

TEST(PairwiseWeights, ReproduceSaatysDrinks) {
  const PairwiseWeights w = pairwise_weights(kDrinks, 7);
  const std::vector<double> published = {.177, .019, .042, .116, .190, .129, .327};
  for (std::size_t i = 0; i < published.size(); ++i) {
    EXPECT_NEAR(w.weights[i], published[i], 6e-4) << i;
  }
  EXPECT_NEAR(w.consistency_ratio, .022, 5e-4);
}

TEST(PairwiseWeights, ReproduceSaatysHouseAndRefuseItForItsRatio) {
  const PairwiseWeights w = pairwise_weights(kHouse, 8, 1.0);
  const std::vector<double> published = {.173, .054, .188, .018, .031, .036, .167, .333};
  for (std::size_t i = 0; i < published.size(); ++i) {
    EXPECT_NEAR(w.weights[i], published[i], 6e-4) << i;
  }
  EXPECT_NEAR(w.largest_eigenvalue, 9.669, 5e-4);
  EXPECT_NEAR(w.consistency_index, .238, 1e-3);
  EXPECT_NEAR(w.consistency_ratio, .169, 5e-4);
  EXPECT_THAT(message_of(kHouse, 8), HasSubstr("consistency ratio 0.1691"));
}

TEST(PairwiseWeights, OfConsistentJudgementsAreTheirRatios) {
  const std::vector<double> truth = {0.5, 0.3, 0.2};
  std::vector<double> matrix;
  for (const double a : truth) {
    for (const double b : truth) matrix.push_back(a / b);
  }
  const PairwiseWeights w = pairwise_weights(matrix, 3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(w.weights[i], truth[i], 1e-13);
  EXPECT_NEAR(w.consistency_ratio, 0.0, 1e-13);
  EXPECT_EQ(pairwise_weights(std::vector{1.0}, 1).weights, std::vector{1.0});
  const PairwiseWeights two = pairwise_weights(std::vector{1.0, 9.0, 0.111, 1.0}, 2);
  EXPECT_NEAR(two.weights[0], 0.9, 1e-4);
  EXPECT_EQ(two.consistency_ratio, 0.0);
}

TEST(PairwiseWeights, RefuseWhatIsNoPairwiseMatrix) {
  EXPECT_THAT(message_of(std::vector{1.0, 2.0, 3.0}, 2), HasSubstr("square"));
  EXPECT_THAT(message_of(std::vector{1.0, 2.0, 0.6, 1.0}, 2), HasSubstr("not reciprocal"));
  EXPECT_THAT(message_of(std::vector{1.0, 2.0, 0.6, 1.0}, 2), HasSubstr("row 2, column 1"));
  EXPECT_THAT(message_of(std::vector{2.0, 2.0, 0.5, 1.0}, 2), HasSubstr("diagonal"));
  EXPECT_THAT(message_of(std::vector{1.0, -2.0, -0.5, 1.0}, 2), HasSubstr("over 0"));
  EXPECT_THAT(message_of(std::vector<double>(256, 1.0), 16), HasSubstr("15"));
  EXPECT_EQ(message_of(std::vector{1.0, 3.0, 0.33, 1.0}, 2), "");  // rounded reciprocals pass
}

TEST(RiskMembership, IsLinearBetweenTheThreeValuesInBothDirections) {
  const RiskIndicator up{"volatility", "", 4, 8, 16};
  const RiskIndicator down{"retention", "", 30, 20, 10};
  using Membership = std::array<double, 3>;
  EXPECT_EQ(risk_membership(up, 3), (Membership{1, 0, 0}));
  EXPECT_EQ(risk_membership(up, 5), (Membership{0.75, 0.25, 0}));
  EXPECT_EQ(risk_membership(up, 8), (Membership{0, 1, 0}));
  EXPECT_EQ(risk_membership(up, 14), (Membership{0, 0.25, 0.75}));
  EXPECT_EQ(risk_membership(up, 99), (Membership{0, 0, 1}));
  EXPECT_EQ(risk_membership(down, 31), (Membership{1, 0, 0}));
  EXPECT_EQ(risk_membership(down, 25), (Membership{0.5, 0.5, 0}));
  EXPECT_EQ(risk_membership(down, 12.5), (Membership{0, 0.25, 0.75}));
  EXPECT_THROW(risk_membership({"x", "", 1, 3, 2}, 1), ArgumentError);
  EXPECT_THROW(risk_membership(up, std::nan("")), ArgumentError);
}

// Two groups of weights 2/3 and 1/3; the first has a (3/4) and b (1/4), the second c.
MarketSurvey small_survey() {
  MarketSurvey survey;
  survey.groups = {{"g", {{"a", "", 0, 5, 10}, {"b", "", 100, 50, 0}}, {1, 3, 1.0 / 3, 1}},
                   {"h", {{"c", "", 0, 1, 2}}, {1}}};
  survey.pairwise = {1, 2, 0.5, 1};
  survey.markets = {{"safe", {0, 100, 0}}, {"mixed", {5, 75, 0}}, {"risky", {10, 0, 1}}};
  return survey;
}

TEST(AssessMarkets, AddsUpByHand) {
  const MarketRisk risk = assess_markets(small_survey());
  EXPECT_THAT(risk.weights,
              testing::Pointwise(testing::DoubleNear(1e-12), std::vector{0.5, 1.0 / 6, 1.0 / 3}));
  const MarketGrade& mixed = risk.markets[1];
  // a: medium; b: half low, half medium; c: low.
  EXPECT_NEAR(mixed.membership[0], 1.0 / 12 + 1.0 / 3, 1e-12);
  EXPECT_NEAR(mixed.membership[1], 0.5 + 1.0 / 12, 1e-12);
  EXPECT_EQ(mixed.grade, RiskGrade::kMedium);
  EXPECT_NEAR(mixed.score, 50 * (0.5 + 1.0 / 12), 1e-10);
  // Differences from the ideal (0, 100, 0), scaled: a 5/10, b 25/100, c 0; rho 0.5, extremes 0, 1.
  EXPECT_NEAR(mixed.coefficients[0], 0.5 / 1.0, 1e-12);
  EXPECT_NEAR(mixed.coefficients[1], 0.5 / 0.75, 1e-12);
  EXPECT_NEAR(mixed.coefficients[2], 1.0, 1e-12);
  EXPECT_NEAR(mixed.grey_grade, 0.5 * 0.5 + 2.0 / 3 / 6 + 1.0 / 3, 1e-12);
  EXPECT_NEAR(risk.markets[0].grey_grade, 1.0, 1e-12);
  EXPECT_NEAR(risk.markets[2].grey_grade, 1.0 / 3, 1e-12);
  EXPECT_EQ(risk.markets[0].grade, RiskGrade::kLow);
  EXPECT_EQ(risk.markets[2].grade, RiskGrade::kHigh);
  EXPECT_EQ(risk.markets[0].rank, 1U);
  EXPECT_EQ(mixed.rank, 2U);
  EXPECT_EQ(risk.markets[2].rank, 3U);
  for (const MarketGrade& market : risk.markets) {
    EXPECT_NEAR(std::accumulate(market.contributions.begin(), market.contributions.end(), 0.0),
                market.score, 1e-10);
  }
}

TEST(AssessMarkets, GivesEqualMarketsOneRankAndALoneMarketTheFirst) {
  MarketSurvey survey = small_survey();
  survey.markets = {{"x", {1, 2, 3}}, {"y", {1, 2, 3}}};
  const MarketRisk risk = assess_markets(survey);
  EXPECT_EQ(risk.markets[0].rank, 1U);
  EXPECT_EQ(risk.markets[1].rank, 1U);
  EXPECT_NEAR(risk.markets[1].grey_grade, 1.0, 1e-12);
  survey.markets[1].values.pop_back();
  EXPECT_THROW(assess_markets(survey), ArgumentError);
  survey.markets.clear();
  EXPECT_THROW(assess_markets(survey), ArgumentError);
}

TEST(MarketSurvey, OfTheSixRegionsIsConsistentAndKeepsTheStudiesRetention) {
  const MarketSurvey survey =
      read_market_survey(test::source_file("datasets/markets/cross-border.toml"));
  const MarketRisk risk = assess_markets(survey);
  ASSERT_EQ(risk.markets.size(), 6U);
  ASSERT_EQ(risk.weights.size(), 10U);
  EXPECT_NEAR(std::accumulate(risk.weights.begin(), risk.weights.end(), 0.0), 1.0, 1e-12);
  EXPECT_LT(risk.consistency_ratio, kConsistencyLimit);
  const std::vector<double> retention = {30.5, 25.8, 18.2, 15.0, 12.0, 9.0};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(survey.markets[i].values[3], retention[i]);
  EXPECT_EQ(risk.markets[0].grade, RiskGrade::kLow);   // north-america
  EXPECT_EQ(risk.markets[5].grade, RiskGrade::kHigh);  // africa
}

// The worked example with one piece replaced: the error it gives.
std::string survey_error(const std::string& from, const std::string& to) {
  const test::TempDir dir;
  std::string text = test::bytes_of(test::source_file("datasets/markets/cross-border.toml"));
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  const auto line = std::to_string(
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  text.replace(at, from.size(), to);
  test::put_bytes(dir / "m.toml", text);
  try {
    read_market_survey(dir / "m.toml");
  } catch (const DataError& error) {
    EXPECT_GT(error.line(), 0U) << error.what();
    return "at " + line + ", told: " + error.what();
  }
  return "";
}

TEST(MarketSurvey, FaultsAreToldWithTheirLine) {
  // The faults of a matrix are told at its key.
  EXPECT_THAT(survey_error("[1.0, 3.0, 2.0, 4.0],", "[1.0, 3.0, 2.0, 5.0],"),
              HasSubstr("not reciprocal: row 4, column 1 is 0.25 and row 1, column 4 is 5"));
  EXPECT_THAT(survey_error("[1.0, 3.0, 2.0, 4.0],", "[1.0, 3.0, 2.0],"),
              HasSubstr("'pairwise' must be an array of 4 rows of 4 numbers"));
  EXPECT_THAT(survey_error("[1.0, 3.0, 2.0],\n  [0.3333, 1.0, 0.5],\n  [0.5, 2.0, 1.0],",
                           "[1.0, 9.0, 0.2],\n  [0.1111, 1.0, 9.0],\n  [5.0, 0.1111, 1.0],"),
              HasSubstr("consistency ratio"));
  const std::string unknown = survey_error("trade-barriers = 4.5", "trade-bariers = 4.5");
  EXPECT_THAT(unknown, HasSubstr("unknown key 'trade-bariers', did you mean 'trade-barriers'?"));
  EXPECT_THAT(survey_error("security = 9.0\n", ""), HasSubstr("missing key 'security'"));
  const std::string extra = survey_error("security = 9.0\n", "security = 9.0\nweather = 1.0\n");
  EXPECT_THAT(extra, HasSubstr("unknown key 'weather'"));
  EXPECT_THAT(survey_error("low = 2.0\nmedium = 5.0", "low = 6.0\nmedium = 5.0"),
              HasSubstr("low < medium < high"));
  EXPECT_THAT(survey_error("name = \"europe\"", "name = \"north-america\""), HasSubstr("twice"));
  EXPECT_THAT(survey_error("name = \"imitation\"", "name = \"service\""), HasSubstr("twice"));
  EXPECT_THAT(survey_error("security = 9.0", "security = nan"), HasSubstr("finite"));
  EXPECT_THAT(survey_error("distinguishing_coefficient = 0.5", "distinguishing_coefficient = 0"),
              HasSubstr("distinguishing_coefficient"));
}

TEST(MarketSurvey, AFaultsLineIsTheLineOfTheKey) {
  const test::TempDir dir;
  test::put_bytes(dir / "m.toml",
                  "[[group]]\nname = \"g\"\npairwise = [\n[1, 2],\n[2, 1]]\n"
                  "[[group.indicator]]\nname = \"a\"\nlow = 1\nmedium = 2\nhigh = 3\n"
                  "[[group.indicator]]\nname = \"b\"\nlow = 1\nmedium = 2\nhigh = 3\n"
                  "[[region]]\nname = \"r\"\na = 1\nb = 1\n");
  try {
    read_market_survey(dir / "m.toml");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_EQ(error.line(), 3U) << error.what();
  }
}

}  // namespace
}  // namespace tenure::customers
