// The inexact solvers of iALS against the exact one, and the choice between them.
#include "synthetic.hpp"
#include "test_data.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <gtest/gtest.h>
#include <ials_cost.hpp>
#include <ials_side.hpp>
#include <ials_solver.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace tenure::recommender {
namespace {

using detail::kLongBlock;
using test::synthetic_matrix;
using test::threads;

IalsOptions options_for(IalsSolver solver, std::uint32_t factors) {
  IalsOptions options;
  options.factors = factors;
  options.epochs = 4;
  options.solver = solver;
  return options;
}

/// 1000 rows, some shorter than 40 pairs and some longer than a block of rows in memory.
Csr short_and_long_rows() {
  const Csr rows = csr_transpose(threads(1), synthetic_matrix(6000, 1000, 6, true));
  std::size_t shortest = rows.n_columns;
  std::size_t longest = 0;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    shortest = std::min(shortest, rows.view().row_size(row));
    longest = std::max(longest, rows.view().row_size(row));
  }
  EXPECT_LT(shortest, 40U);
  EXPECT_GT(longest, kLongBlock);
  return rows;
}

/// One half-epoch from given factors of both sides. The fixed side is always the same, so that
/// results are in one basis.
Matrix<float> half_epoch(const Csr& rows, const IalsOptions& options, const Matrix<float>& start) {
  Matrix<float> fixed = test::random_factors(rows.n_columns, options.factors, 1);
  Matrix<float> solved = start;
  detail::solve_side(threads(2), rows, options, options.solver, {1, "user"}, fixed, solved);
  return solved;
}

Matrix<float> random_start(const Csr& rows, std::uint32_t factors) {
  return test::random_factors(rows.rows(), factors, 2);
}

float largest(const Matrix<float>& a) {
  float most = 0.0F;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::fabs(a.data()[i]));
  return most;
}

/// Largest difference of two matrices, relative to the largest element of the second.
float difference(const Matrix<float>& a, const Matrix<float>& b) {
  float worst = 0.0F;
  for (std::size_t i = 0; i < a.size(); ++i) {
    worst = std::max(worst, std::fabs(a.data()[i] - b.data()[i]));
  }
  return worst / largest(b);
}

bool same_bytes(MatrixView<const float> a, MatrixView<const float> b) {
  return std::memcmp(a.data, b.data, a.rows * a.cols * sizeof(float)) == 0;
}

// Rounding in single precision, 6e-8, enlarged by the condition of the preconditioned systems:
// their eigenvalues are 1 to 1 + n / (unobserved_weight * eigenvalue of the Gram matrix), here
// under 100.
constexpr float kRounding = 2e-5F;

TEST(IalsGradientSolver, ReachesTheExactSolutionWithManySteps) {
  const Csr rows = short_and_long_rows();
  for (const std::uint32_t d : {1U, 17U, 40U, 96U}) {
    const Matrix<float> start = random_start(rows, d);
    const auto exact = half_epoch(rows, options_for(IalsSolver::kExact, d), start);
    IalsOptions options = options_for(IalsSolver::kConjugateGradient, d);
    options.cg_steps = 200;
    // Steps keep the rounding of where they started, some ten times as far out as the solution.
    EXPECT_LT(difference(half_epoch(rows, options, start), exact), 10 * kRounding) << d;
    options.cg_steps = 3;
    const float three = difference(half_epoch(rows, options, start), exact);
    options.cg_steps = 1;
    const float one = difference(half_epoch(rows, options, start), exact);
    if (d == 1) continue;  // one step is the solution
    EXPECT_LT(three, one) << d;
  }
}

TEST(IalsInexactSolvers, StartFromTheRowsPresentFactors) {
  const Csr rows = short_and_long_rows();
  constexpr std::uint32_t kFactors = 40;
  IalsOptions options = options_for(IalsSolver::kExact, kFactors);
  options.cg_steps = 1;
  options.block_size = 8;
  Matrix<float> fixed = test::random_factors(rows.n_columns, kFactors, 1);
  Matrix<float> minimum(rows.rows(), kFactors);
  detail::solve_side(threads(2), rows, options, IalsSolver::kExact, {1, "user"}, fixed, minimum);
  const auto once_more = [&](IalsSolver solver, Matrix<float> solved) {
    Matrix<float> side = fixed;  // in its eigenbasis, which rounding turns a little
    detail::solve_side(threads(2), rows, options, solver, {2, "user"}, side, solved);
    return solved;
  };
  const Matrix<float> zero(rows.rows(), kFactors);
  const Matrix<float> exact = once_more(IalsSolver::kExact, zero);
  for (const auto solver : {IalsSolver::kConjugateGradient, IalsSolver::kBlock}) {
    EXPECT_LT(difference(once_more(solver, minimum), exact), kRounding) << to_string(solver);
    EXPECT_GT(difference(once_more(solver, zero), exact), 10 * kRounding) << to_string(solver);
  }
}

TEST(IalsBlockSolver, IsTheExactOneWhereABlockHoldsAllFactors) {
  const Csr rows = short_and_long_rows();
  for (const std::uint32_t d : {1U, 17U, 40U, 96U}) {
    const Matrix<float> start = random_start(rows, d);
    const auto exact = half_epoch(rows, options_for(IalsSolver::kExact, d), start);
    IalsOptions options = options_for(IalsSolver::kBlock, d);
    for (const std::uint32_t size : {d, 4096U}) {
      options.block_size = size;
      EXPECT_LT(difference(half_epoch(rows, options, start), exact), kRounding) << d;
    }
    if (d == 1) continue;
    options.block_size = d / 2;
    EXPECT_GT(difference(half_epoch(rows, options, start), exact), 10 * kRounding) << d;
  }
}

TEST(IalsBlockSolver, LowersTheLossInEveryHalfEpoch) {
  const Csr by_user = synthetic_matrix(2000, 80, 9, true);
  const Csr by_item = csr_transpose(threads(1), by_user);
  constexpr std::uint32_t kFactors = 40;
  for (const std::uint32_t size : {1U, 7U, 16U, 39U}) {
    IalsOptions options = options_for(IalsSolver::kBlock, kFactors);
    options.block_size = size;
    Matrix<float> users = test::random_factors(by_user.rows(), kFactors, 1);
    Matrix<float> items = test::random_factors(by_item.rows(), kFactors, 2);
    const auto loss = [&] {
      return ials_loss(threads(2), by_user, {users.view(), items.view()}, options);
    };
    double before = loss();
    for (std::uint32_t epoch = 1; epoch <= 5; ++epoch) {
      detail::solve_side(threads(2), by_user, options, options.solver, {epoch, "user"}, items,
                         users);
      const double between = loss();
      // A block's step cannot raise the loss; single precision may, by its rounding.
      EXPECT_LE(between, before * (1 + 1e-6)) << size << " " << epoch;
      detail::solve_side(threads(2), by_item, options, options.solver, {epoch, "item"}, users,
                         items);
      before = loss();
      EXPECT_LE(before, between * (1 + 1e-6)) << size << " " << epoch;
    }
  }
}

class IalsInexactSolver : public testing::TestWithParam<IalsSolver> {};

TEST_P(IalsInexactSolver, EndsAtTheLossOfTheExactOne) {
  const Csr pairs = synthetic_matrix(600, 200, 12, true);
  const auto final_loss = [&](IalsSolver solver) {
    IalsOptions options = options_for(solver, 24);
    options.regularization = 0.3;
    options.epochs = 60;
    options.block_size = 5;
    const auto model = train_ials(threads(2), pairs, options);
    EXPECT_EQ(model->solver_used(), to_string(solver));
    return ials_loss(threads(2), pairs, *model->factors(), options);
  };
  const double exact = final_loss(IalsSolver::kExact);
  EXPECT_NEAR(final_loss(GetParam()), exact, 1e-3 * exact);
}

TEST_P(IalsInexactSolver, IsByteIdenticalAtAnyNumberOfThreads) {
  const Csr pairs = synthetic_matrix(3000, 700, 10);
  IalsOptions options = options_for(GetParam(), 24);
  options.block_size = 10;
  const auto first = train_ials(threads(1), pairs, options);
  for (const int n : {1, 2, 3, 8}) {
    const auto again = train_ials(threads(n), pairs, options);
    EXPECT_TRUE(same_bytes(first->factors()->users, again->factors()->users)) << n;
    EXPECT_TRUE(same_bytes(first->factors()->items, again->factors()->items)) << n;
  }
}

TEST_P(IalsInexactSolver, GivesUsersAndItemsWithoutPairsTheZeroVector) {
  const Csr pairs = csr_from_triplets(threads(1), 3, 4, std::vector<std::uint32_t>{0, 2, 2},
                                      std::vector<std::uint32_t>{0, 0, 3}, {});
  const auto model = train_ials(threads(1), pairs, options_for(GetParam(), 8));
  for (std::size_t j = 0; j < 8; ++j) {
    EXPECT_EQ(model->factors()->users(1, j), 0.0F);
    EXPECT_EQ(model->factors()->items(1, j), 0.0F);
  }
  Matrix<float> scores(1, 4);
  const std::vector<std::uint32_t> user{2};
  model->score({user, user, pairs}, scores.view());
  EXPECT_GT(scores(0, 3), 0.5F);
}

TEST_P(IalsInexactSolver, StillFoldsInExactly) {
  const Csr pairs = synthetic_matrix(200, 100, 12, true);
  const IalsOptions options = options_for(GetParam(), 16);
  const auto model = train_ials(threads(2), pairs, options);
  Matrix<float> items(100, 16);
  std::copy_n(model->factors()->items.data, items.size(), items.data());
  IalsOptions exact = options;
  exact.solver = IalsSolver::kExact;
  const IalsModel reference(threads(2), exact, Matrix<float>(0, 16), items);
  const auto rows = test::all_rows(pairs.rows());
  const std::vector<std::uint32_t> strangers(pairs.rows(), kNewUser);
  Matrix<float> folded(pairs.rows(), 16);
  Matrix<float> expected(pairs.rows(), 16);
  model->user_vectors({strangers, rows, pairs}, folded.view());
  reference.user_vectors({strangers, rows, pairs}, expected.view());
  EXPECT_TRUE(same_bytes(folded.view(), expected.view()));
}

TEST_P(IalsInexactSolver, NamesTheRowOfASingularSystem) {
  IalsOptions options = options_for(GetParam(), 4);
  options.regularization = 0;
  options.unobserved_weight = 0;
  try {
    train_ials(threads(1), synthetic_matrix(20, 20, 5), options);
    FAIL() << "a system without any regularization was solved";
  } catch (const NumericalError& error) {
    EXPECT_NE(std::string(error.what()).find("epoch 1, user 0"), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Solvers, IalsInexactSolver,
                         testing::Values(IalsSolver::kConjugateGradient, IalsSolver::kBlock),
                         [](const auto& tested) { return std::string(to_string(tested.param)); });

TEST(IalsAuto, IsExactWhereRowsAreShort) {
  const Csr pairs = synthetic_matrix(3000, 700, 10);
  const auto model = train_ials(threads(2), pairs, options_for(IalsSolver::kAuto, 24));
  EXPECT_EQ(model->solver_used(), "exact");
  EXPECT_EQ(model->options().solver, IalsSolver::kAuto);
  const auto exact = train_ials(threads(2), pairs, options_for(IalsSolver::kExact, 24));
  EXPECT_TRUE(same_bytes(model->factors()->items, exact->factors()->items));
}

TEST(IalsAuto, TakesConjugateGradientsWhereExactCostsFarMore) {
  // Half the pairs of 3000 x 400 are there: rows are longer than 128 factors, and an exact one
  // costs n d^2 / 2 + d^3 / 6, about 7 times the (2 (steps + 1) + 1) n d of three steps.
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> columns;
  for (std::uint32_t user = 0; user < 3000; ++user) {
    for (std::uint32_t item = user % 2; item < 400; item += 2) {
      rows.push_back(user);
      columns.push_back(item);
    }
  }
  const Csr pairs = csr_from_triplets(threads(1), 3000, 400, rows, columns, {});
  const Csr by_item = csr_transpose(threads(1), pairs);
  IalsOptions options = options_for(IalsSolver::kAuto, 128);
  options.epochs = 1;
  const auto model = train_ials(threads(2), pairs, options);
  EXPECT_EQ(model->solver_used(), "cg");
  options.solver = IalsSolver::kConjugateGradient;
  EXPECT_TRUE(same_bytes(model->factors()->items,
                         train_ials(threads(2), pairs, options)->factors()->items));
  // More steps make them dear; a solver that was asked for is taken whatever it costs.
  options.solver = IalsSolver::kAuto;
  options.cg_steps = 20;
  EXPECT_EQ(detail::chosen_solver(options, pairs, by_item), IalsSolver::kExact);
  for (const auto solver :
       {IalsSolver::kExact, IalsSolver::kConjugateGradient, IalsSolver::kBlock}) {
    options.solver = solver;
    EXPECT_EQ(detail::chosen_solver(options, pairs, by_item), solver);
  }
}

TEST(IalsAuto, CountsTheOperationsThatItsPageStates) {
  IalsOptions options = options_for(IalsSolver::kAuto, 64);
  options.cg_steps = 3;
  options.block_size = 16;
  const auto count = [&](IalsSolver solver, std::uint64_t n) {
    return detail::row_operations(options, solver, n);
  };
  EXPECT_EQ(count(IalsSolver::kExact, 10), 10U * 10 * 64 / 2 + 10U * 10 * 10 / 6 + 2U * 10 * 64);
  EXPECT_EQ(count(IalsSolver::kExact, 100), 64U * 64 * 100 / 2 + 64U * 64 * 64 / 6 + 2U * 100 * 64);
  EXPECT_EQ(count(IalsSolver::kConjugateGradient, 100), 64U * 64 + 9U * 100 * 64 + 5U * 3 * 64);
  EXPECT_EQ(count(IalsSolver::kConjugateGradient, 300), 64U * 64 + 12U * 300 * 64 + 5U * 3 * 64);
  EXPECT_EQ(count(IalsSolver::kBlock, 10),
            64U * 64 + 10U * 64 + 4U * (10U * 10 * 16 / 2 + 10U * 10 * 10 / 6 + 3U * 10 * 16));
  EXPECT_EQ(count(IalsSolver::kBlock, 100),
            64U * 64 + 100U * 64 + 4U * (16U * 16 * 100 / 2 + 16U * 16 * 16 / 6 + 4U * 100 * 16));
  const Csr pairs = csr_from_triplets(threads(1), 1, 2, std::vector<std::uint32_t>{0},
                                      std::vector<std::uint32_t>{0}, {});
  const Csr by_item = csr_transpose(threads(1), pairs);
  const double rows = 2.0 * static_cast<double>(count(IalsSolver::kExact, 1));
  EXPECT_EQ(detail::epoch_operations(options, IalsSolver::kExact, pairs, by_item),
            rows + 3 * 1.5 * 64 * 64 + 2 * 5.0 * 64 * 64 * 64);
}

TEST(IalsSolverFile, KeepsTheSolverAndItsOptions) {
  const tenure::test::TempDir dir;
  IalsOptions options = options_for(IalsSolver::kConjugateGradient, 6);
  options.cg_steps = 5;
  options.block_size = 9;
  const auto model = train_ials(threads(1), synthetic_matrix(50, 40, 6), options);
  {
    ContainerWriter writer(threads(1), dir / "model.h5", "model", 1);
    model->save(writer, "model/");
    writer.commit();
  }
  const ContainerReader reader(threads(1), dir / "model.h5", "model", 1);
  EXPECT_EQ(reader.string_attribute("model/solver_used"), "cg");
  const auto loaded = IalsModel::load(threads(1), reader, "model/");
  EXPECT_EQ(loaded->solver_used(), "cg");
  EXPECT_EQ(loaded->options().solver, IalsSolver::kConjugateGradient);
  EXPECT_EQ(loaded->options().cg_steps, 5U);
  EXPECT_EQ(loaded->options().block_size, 9U);
  EXPECT_THROW(
      IalsModel(threads(1), options, Matrix<float>(1, 6), Matrix<float>(1, 6), IalsSolver::kAuto),
      ArgumentError);
}

TEST(IalsSolverFile, IsRefusedWhereTheSolverIsMissingOrNone) {
  const tenure::test::TempDir dir;
  const auto load = [&](const std::string& solver) {
    const std::string path = dir / "model.h5";
    {
      ContainerWriter writer(threads(1), path, "model", 1);
      OptionValues values(model_kind("ials").options);
      values.set("factors", 2);
      values.save(writer, "model/");
      if (!solver.empty()) writer.attribute("model/solver_used", std::string_view(solver));
      const std::vector<float> factors(6, 0.5F);
      writer.write_matrix<float>("model/user_factors", factors, 3, 2);
      writer.write_matrix<float>("model/item_factors", factors, 3, 2);
      writer.commit();
    }
    return IalsModel::load(threads(1), ContainerReader(threads(1), path, "model", 1), "model/");
  };
  EXPECT_EQ(load("block")->solver_used(), "block");
  EXPECT_THROW(load(""), DataError);
  EXPECT_THROW(load("auto"), DataError);
  EXPECT_THROW(load("guess"), DataError);
}

}  // namespace
}  // namespace tenure::recommender
