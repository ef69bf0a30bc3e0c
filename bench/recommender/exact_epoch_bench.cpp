// One exact iALS epoch on Gowalla: this library against the textbook, two threads each, with the
// floating-point operations of the route that is really taken, as a share of what sgemm reaches.
#include "gowalla.hpp"
#include "textbook_als.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/recommender/ials.hpp>

#include <benchmark/benchmark.h>
#include <cblas.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>
#include <vector>

extern "C" void openblas_set_num_threads(int);

namespace tenure::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

recommender::IalsOptions options_of(std::int64_t d) {
  recommender::IalsOptions options;
  options.factors = static_cast<std::uint32_t>(d);
  options.epochs = 3;
  options.solver = recommender::IalsSolver::kExact;
  return options;
}

/// The items train_ials() starts from.
std::vector<float> first_items(const Csr& by_item, const recommender::IalsOptions& options) {
  const std::size_t d = options.factors;
  std::vector<float> items(by_item.rows() * d);
  const double scale = options.init_scale / std::sqrt(static_cast<double>(d));
  for (std::size_t item = 0; item < by_item.rows(); ++item) {
    if (by_item.view().row_size(item) == 0) continue;
    RandomStream stream(0, {Purpose::kModelInit, 0, static_cast<std::uint32_t>(item), 0});
    for (std::size_t j = 0; j < d; ++j) {
      items[item * d + j] = static_cast<float>(scale * draw_normal(stream));
    }
  }
  return items;
}

/// Operations of one epoch by the eigenbasis route: Gram, rotation, and per row the smaller
/// product, its Cholesky factor and the vectors; multiply and add count as two.
double operations_of(const Csr& matrix, double d) {
  const double per_row = 2.0 * d * d + d * d;  // rotation, half of the Gram matrix
  double total = 0.0;
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    const auto n = static_cast<double>(matrix.view().row_size(row));
    const double low = std::min(n, d);
    total += low * low * std::max(n, d) + low * low * low / 3.0 + 5.0 * n * d;
  }
  return total + per_row * static_cast<double>(matrix.n_columns);
}

/// GFLOP/s of sgemm on two threads, n x n.
double sgemm_peak() {
  static const double kPeak = [] {
    openblas_set_num_threads(1);
    constexpr int kSize = 1024;
    constexpr int kRepeats = 12;
    const auto work = [] {
      const std::vector<float> a(kSize * kSize, 0.5F);
      const std::vector<float> b(kSize * kSize, 0.25F);
      std::vector<float> c(kSize * kSize);
      for (int i = 0; i < kRepeats; ++i) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kSize, kSize, kSize, 1.0F, a.data(),
                    kSize, b.data(), kSize, 0.0F, c.data(), kSize);
      }
    };
    work();
    const auto start = Clock::now();
    std::thread second(work);
    work();
    second.join();
    return 2.0 * kRepeats * 2.0 * std::pow(kSize, 3) / seconds_since(start) / 1e9;
  }();
  return kPeak;
}

void exact_epoch_textbook(benchmark::State& state) {
  if (!gowalla()) return state.SkipWithError("no Gowalla (set TENURE_DATA_DIR)");
  const Csr by_item = csr_transpose(two_threads(), *gowalla());
  const auto options = options_of(state.range(0));
  std::vector<float> items = first_items(by_item, options);
  std::vector<float> users(gowalla()->rows() * options.factors);
  textbook_epoch(*gowalla(), by_item, options, users, items);
  for (auto _ : state) textbook_epoch(*gowalla(), by_item, options, users, items);
}

void exact_epoch_tenure(benchmark::State& state) {
  if (!gowalla()) return state.SkipWithError("no Gowalla (set TENURE_DATA_DIR)");
  const auto options = options_of(state.range(0));
  double seconds = 0.0;
  for (auto _ : state) {
    std::vector<double> epochs;
    const auto model = recommender::train_ials(
        two_threads(), *gowalla(), options,
        [&](const recommender::IalsEpoch& epoch) { epochs.push_back(epoch.seconds); });
    seconds = std::accumulate(epochs.begin() + 1, epochs.end(), 0.0) /
              static_cast<double>(epochs.size() - 1);  // the first meets cold memory
    state.SetIterationTime(seconds);
  }
  const auto d = static_cast<double>(state.range(0));
  const double operations =
      operations_of(*gowalla(), d) + operations_of(csr_transpose(two_threads(), *gowalla()), d);
  const double rate = operations / seconds / 1e9;
  state.counters["GFLOP/s"] = rate;
  state.counters["of_sgemm"] = rate / sgemm_peak();
}

/// Largest difference of scores between both after the same epochs from the same start, relative
/// to the root mean square of the scores.
void exact_epoch_difference(benchmark::State& state) {
  if (!gowalla()) return state.SkipWithError("no Gowalla (set TENURE_DATA_DIR)");
  const Csr by_item = csr_transpose(two_threads(), *gowalla());
  const auto options = options_of(state.range(0));
  double worst = 0.0;
  for (auto _ : state) {
    std::vector<float> items = first_items(by_item, options);
    std::vector<float> users(gowalla()->rows() * options.factors);
    for (std::uint32_t e = 0; e < options.epochs; ++e) {
      textbook_epoch(*gowalla(), by_item, options, users, items);
    }
    const auto model = recommender::train_ials(two_threads(), *gowalla(), options);
    const auto factors = *model->factors();
    const std::size_t d = options.factors;
    double squares = 0.0;
    constexpr std::size_t kSide = 500;
    for (std::size_t user = 0; user < kSide; ++user) {
      for (std::size_t item = 0; item < kSide; ++item) {
        const double ours = std::inner_product(factors.users.row(user), factors.users.row(user) + d,
                                               factors.items.row(item), 0.0);
        const double theirs =
            std::inner_product(&users[user * d], &users[user * d] + d, &items[item * d], 0.0);
        worst = std::max(worst, std::fabs(ours - theirs));
        squares += theirs * theirs;
      }
    }
    worst /= std::sqrt(squares / (kSide * kSide));
  }
  state.counters["difference"] = worst;
}

BENCHMARK(exact_epoch_textbook)
    ->Name("exact_epoch/textbook")
    ->Arg(64)
    ->Arg(128)
    ->Arg(256)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(exact_epoch_tenure)
    ->Name("exact_epoch/tenure")
    ->Arg(64)
    ->Arg(128)
    ->Arg(256)
    ->Arg(512)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(exact_epoch_difference)
    ->Name("exact_epoch/difference")
    ->Arg(128)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tenure::bench
