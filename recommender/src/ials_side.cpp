#include "ials_side.hpp"

#include "ials_block.hpp"
#include "ials_cg.hpp"
#include "ials_cost.hpp"
#include "ials_solver.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kSolveChunks = 512;

/// Costs of the rows before each, in multiply-adds, with what memory and a row's own constant add.
std::vector<std::uint64_t> cumulative_costs(const CsrView& pairs, const IalsOptions& options,
                                            IalsSolver solver) {
  std::vector<std::uint64_t> cost(pairs.rows() + 1, 0);
  for (std::size_t row = 0; row < pairs.rows(); ++row) {
    const std::uint64_t n = pairs.row_size(row);
    cost[row + 1] = cost[row] + row_operations(options, solver, n) + 6 * n * options.factors + 512;
  }
  return cost;
}

/// Solves all rows, each by the solver of its worker; make() gives a new one.
template <class Solver, class Make>
void solve_rows(const Execution& execution, const CsrView& pairs, const IalsOptions& options,
                IalsSolver kind, const Solving& solving, const Matrix<float>& fixed,
                Matrix<float>& solved, const Make& make) {
  const std::size_t d = fixed.cols();
  const std::vector<std::uint64_t> cost = cumulative_costs(pairs, options, kind);
  std::vector<std::optional<Solver>> solvers(static_cast<std::size_t>(execution.concurrency()));
  parallel_for_bounds(execution, partition_by_cost(cost, kSolveChunks), [&](const Chunk& chunk) {
    std::optional<Solver>& solver = solvers[static_cast<std::size_t>(chunk.worker)];
    if (!solver) solver.emplace(make());
    for (std::size_t row = chunk.begin; row < chunk.end; ++row) {
      const auto columns = pairs.row_columns(row);
      const RowSource rows{fixed.data(), d, d, columns.data()};
      const double lambda = row_regularization(options, columns.size(), fixed.rows());
      if (!solver->solve(pairs.row_values(row), lambda, rows, solved.row(row))) {
        throw NumericalError("ials: epoch " + std::to_string(solving.epoch) + ", " + solving.side +
                             " " + std::to_string(row) +
                             ": no finite solution; raise the regularization");
      }
    }
  });
}

std::size_t longest_row(const CsrView& pairs) {
  std::size_t longest = 0;
  for (std::size_t row = 0; row < pairs.rows(); ++row) {
    longest = std::max<std::size_t>(longest, pairs.row_size(row));
  }
  return longest;
}

}  // namespace

void solve_side(const Execution& execution, const CsrView& pairs, const IalsOptions& options,
                IalsSolver solver, const Solving& solving, Matrix<float>& fixed,
                Matrix<float>& solved) {
  const GramBasis basis = gram_basis(execution, fixed.view(),
                                     "ials: epoch " + std::to_string(solving.epoch) +
                                         ", the factors before the " + solving.side + "s");
  rotate(execution, basis.rotation, fixed);
  if (solver != IalsSolver::kExact) rotate(execution, basis.rotation, solved);
  switch (solver) {
    case IalsSolver::kConjugateGradient:
      return solve_rows<GradientSolver>(
          execution, pairs, options, solver, solving, fixed, solved,
          [&] { return GradientSolver(basis, options.unobserved_weight, options.cg_steps); });
    case IalsSolver::kBlock:
      return solve_rows<BlockSolver>(execution, pairs, options, solver, solving, fixed, solved,
                                     [&, longest = longest_row(pairs)] {
                                       return BlockSolver(basis, options.unobserved_weight,
                                                          options.block_size, longest);
                                     });
    case IalsSolver::kAuto:
    case IalsSolver::kExact:
      return solve_rows<RowSolver>(execution, pairs, options, solver, solving, fixed, solved,
                                   [&] { return RowSolver(basis, options.unobserved_weight); });
  }
}

}  // namespace tenure::recommender::detail
