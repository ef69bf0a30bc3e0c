#include "synthetic.hpp"
#include "test_data.hpp"

#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/graph_filter.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/popularity.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

namespace tenure::recommender {
namespace {

using test::threads;

constexpr std::uint32_t kUsers = 29858;
constexpr std::uint32_t kItems = 40981;

/// "user item item ..." lines; ids are codes already.
Csr read_adjacency(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  const std::string all = text.str();
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> columns;
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line);) {
    const char* at = line.data();
    const char* const end = at + line.size();
    std::uint32_t user = 0;
    at = std::from_chars(at, end, user).ptr;
    while (at < end) {
      std::uint32_t item = 0;
      const auto [next, error] = std::from_chars(at + 1, end, item);
      if (error != std::errc{}) break;  // a space at the end of the line
      rows.push_back(user);
      columns.push_back(item);
      at = next;
    }
  }
  return csr_from_triplets(threads(2), kUsers, kItems, rows, columns, {});
}

TEST(Gowalla, ExactIalsReachesItsRecall) {
  TENURE_REQUIRE_DATA(train_path, "gowalla/train.txt");
  TENURE_REQUIRE_DATA(test_path, "gowalla/test.txt");
  const Csr train = read_adjacency(train_path);
  const Csr test = read_adjacency(test_path);
  ASSERT_EQ(train.nonzeros(), 810128U);
  ASSERT_EQ(test.nonzeros(), 217242U);
  IalsOptions options;
  options.factors = 64;
  options.regularization = 0.05;
  options.unobserved_weight = 0.01;
  options.regularization_exponent = 0.5;
  options.epochs = 10;
  const auto model = train_ials(threads(2), train, options);
  EvaluationOptions evaluation;
  evaluation.at = {20};
  evaluation.bootstrap_samples = 200;
  const Evaluation result = evaluate(threads(2), *model, {train, test, false}, evaluation);
  EXPECT_EQ(result.users, kUsers);
  EXPECT_GE(result.value("recall@20"), 0.148);
  EXPECT_GE(result.value("ndcg@20"), 0.122);
  const auto popular = train_popularity(train);
  const Evaluation floor = evaluate(threads(2), *popular, {train, test, false}, evaluation);
  EXPECT_LT(floor.value("recall@20"), 0.06);
}

TEST(Gowalla, EverySolverReachesTheRecallOfTheExactOne) {
  TENURE_REQUIRE_DATA(train_path, "gowalla/train.txt");
  TENURE_REQUIRE_DATA(test_path, "gowalla/test.txt");
  const Csr train = read_adjacency(train_path);
  const Csr test = read_adjacency(test_path);
  EvaluationOptions evaluation;
  evaluation.at = {20};
  evaluation.bootstrap_samples = 0;
  IalsOptions options;
  options.factors = 64;
  options.regularization = 0.05;
  options.unobserved_weight = 0.01;
  options.epochs = 4;  // an inexact solver would lag most behind here
  options.block_size = 16;
  const auto recall = [&](IalsSolver solver) {
    options.solver = solver;
    const auto model = train_ials(threads(2), train, options);
    EXPECT_EQ(model->solver_used(), solver == IalsSolver::kAuto ? "exact" : to_string(solver));
    return evaluate(threads(2), *model, {train, test, false}, evaluation).value("recall@20");
  };
  const double exact = recall(IalsSolver::kAuto);
  // The same epochs from the same start; what is left is how far each row is from its minimum.
  EXPECT_NEAR(recall(IalsSolver::kConjugateGradient), exact, 0.003);
  EXPECT_NEAR(recall(IalsSolver::kBlock), exact, 0.003);
}

TEST(GowallaSlow, GraphFiltersReachTheirPublishedRecall) {
  TENURE_REQUIRE_DATA(train_path, "gowalla/train.txt");
  TENURE_REQUIRE_DATA(test_path, "gowalla/test.txt");
  const Csr train = read_adjacency(train_path);
  const Csr test = read_adjacency(test_path);
  EvaluationOptions evaluation;
  evaluation.at = {20};
  evaluation.bootstrap_samples = 0;
  const auto recall = [&](const GraphFilterModel& model) {
    return evaluate(threads(2), model, {train, test, false}, evaluation).value("recall@20");
  };
  GraphFilterOptions turbo;
  turbo.user_exponent = 0.6;
  turbo.power = 0.7;
  // One percent below the published figures counts as reaching them.
  EXPECT_GE(recall(GraphFilterModel(threads(2), "turbo-cf", train, turbo)), 0.99 * 0.1835);
  GraphFilterOptions gf;
  gf.low_pass_weight = 0.3;
  EXPECT_GE(recall(GraphFilterModel(threads(2), "gf-cf", train, gf)), 0.99 * 0.1849);
}

}  // namespace
}  // namespace tenure::recommender
