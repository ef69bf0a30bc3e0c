// One epoch of the inexact iALS solvers on Gowalla, two threads, beside the exact one of the same
// run.
#include "gowalla.hpp"

#include <tenure/recommender/ials.hpp>

#include <benchmark/benchmark.h>

#include <map>
#include <numeric>
#include <vector>

namespace tenure::bench {
namespace {

using recommender::IalsSolver;

/// Mean seconds of the epochs after the first, which meets cold memory, with default options: three
/// conjugate-gradient steps, blocks of 64.
double epoch_seconds(IalsSolver solver, std::int64_t d) {
  recommender::IalsOptions options;
  options.factors = static_cast<std::uint32_t>(d);
  options.epochs = 3;
  options.solver = solver;
  std::vector<double> epochs;
  const auto model = recommender::train_ials(
      two_threads(), *gowalla(), options,
      [&](const recommender::IalsEpoch& epoch) { epochs.push_back(epoch.seconds); });
  return std::accumulate(epochs.begin() + 1, epochs.end(), 0.0) /
         static_cast<double>(epochs.size() - 1);
}

double exact_seconds(std::int64_t d) {
  static std::map<std::int64_t, double> known;
  const auto found = known.find(d);
  return found != known.end()
             ? found->second
             : known.emplace(d, epoch_seconds(IalsSolver::kExact, d)).first->second;
}

void solver_epoch(benchmark::State& state, IalsSolver solver) {
  if (!gowalla()) return state.SkipWithError("no Gowalla (set TENURE_DATA_DIR)");
  const double exact = exact_seconds(state.range(0));
  double total = 0.0;
  for (auto _ : state) {
    const double seconds = epoch_seconds(solver, state.range(0));
    state.SetIterationTime(seconds);
    total += seconds;
  }
  state.counters["exact_ms"] = 1000.0 * exact;
  state.counters["of_exact"] = total / static_cast<double>(state.iterations()) / exact;
}

BENCHMARK_CAPTURE(solver_epoch, cg, IalsSolver::kConjugateGradient)
    ->Name("cg_epoch/tenure")
    ->Arg(64)
    ->Arg(128)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(solver_epoch, block, IalsSolver::kBlock)
    ->Name("block_epoch/tenure")
    ->Arg(64)
    ->Arg(128)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tenure::bench
