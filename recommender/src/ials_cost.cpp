#include "ials_cost.hpp"

#include "ials_solver.hpp"

#include <algorithm>

namespace tenure::recommender::detail {

namespace {

/// Product, half of it as it is symmetric, and Cholesky factor of the smaller form of one system.
std::uint64_t system_operations(std::uint64_t n, std::uint64_t d) {
  const std::uint64_t low = std::min(n, d);
  return low * low * std::max(n, d) / 2 + low * low * low / 6;
}

/// The scaled rows are gathered once where they fit, else for each of `passes`.
std::uint64_t gathers(std::uint64_t n, std::uint64_t passes) {
  return n <= kLongBlock ? 1 : passes;
}

std::uint64_t block_operations(std::uint64_t n, std::uint64_t d, std::uint64_t block_size) {
  std::uint64_t total = d * d + n * d;  // the rotated start, its residual
  for (std::uint64_t begin = 0; begin < d; begin += block_size) {
    const std::uint64_t width = std::min(block_size, d - begin);
    const bool is_short = n < width;
    // Gathered, the block's own part put back, combined; a long row's residual is taken anew.
    const std::uint64_t passes = is_short ? 3 : 3 + gathers(n, 2);
    total += system_operations(n, width) + passes * n * width;
  }
  return total;
}

double side_operations(const IalsOptions& options, IalsSolver solver, const CsrView& pairs) {
  const auto d = static_cast<double>(options.factors);
  // Half a product and a rotation of each fixed row; a d x d eigendecomposition.
  double total = 1.5 * d * d * static_cast<double>(pairs.n_columns) + 5.0 * d * d * d;
  for (std::size_t row = 0; row < pairs.rows(); ++row) {
    total += static_cast<double>(row_operations(options, solver, pairs.row_size(row)));
  }
  return total;
}

}  // namespace

std::uint64_t row_operations(const IalsOptions& options, IalsSolver solver, std::uint64_t n) {
  const std::uint64_t d = options.factors;
  switch (solver) {
    case IalsSolver::kConjugateGradient: {
      const std::uint64_t steps = options.cg_steps;
      // The rotated start; two products a step and for the first residual; the vectors.
      return d * d + (2 * (steps + 1) + gathers(n, steps + 1)) * n * d + 5 * steps * d;
    }
    case IalsSolver::kBlock:
      return block_operations(n, d, std::min<std::uint64_t>(options.block_size, d));
    case IalsSolver::kAuto:
    case IalsSolver::kExact:
      break;
  }
  return system_operations(n, d) + 2 * n * d;
}

double epoch_operations(const IalsOptions& options, IalsSolver solver, const CsrView& by_user,
                        const CsrView& by_item) {
  return side_operations(options, solver, by_user) + side_operations(options, solver, by_item);
}

IalsSolver chosen_solver(const IalsOptions& options, const CsrView& by_user,
                         const CsrView& by_item) {
  if (options.solver != IalsSolver::kAuto) return options.solver;
  const double exact = epoch_operations(options, IalsSolver::kExact, by_user, by_item);
  const double gradient =
      epoch_operations(options, IalsSolver::kConjugateGradient, by_user, by_item);
  return exact > kClearlyCheaper * gradient ? IalsSolver::kConjugateGradient : IalsSolver::kExact;
}

}  // namespace tenure::recommender::detail
