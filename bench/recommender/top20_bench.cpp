// Top-20 lists on Gowalla against what the hardware allows: for all users the bare matrix product,
// for one user a pass over the item factors.
#include "gowalla.hpp"

#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/recommend.hpp>
#include <tenure/recommender/retriever.hpp>

#include <benchmark/benchmark.h>
#include <cblas.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

extern "C" void openblas_set_num_threads(int);

namespace tenure::bench {
namespace {

constexpr std::uint32_t kListLength = 20;

/// A model of two epochs: factors as trained ones are, made once.
const recommender::Model* trained(std::uint32_t d) {
  if (!gowalla()) return nullptr;
  static const auto kModel = [d] {
    recommender::IalsOptions options;
    options.factors = d;
    options.epochs = 2;
    return recommender::train_ials(two_threads(), *gowalla(), options);
  }();
  return kModel.get();
}

void bulk_top20_sgemm(benchmark::State& state) {
  const auto d = static_cast<std::uint32_t>(state.range(0));
  const recommender::Model* model = trained(d);
  if (model == nullptr) return state.SkipWithError("no Gowalla (set TENURE_DATA_DIR)");
  openblas_set_num_threads(1);
  const auto factors = *model->factors();
  constexpr std::size_t kBlock = 256;
  const std::size_t users = factors.users.rows;
  const auto items = static_cast<int>(factors.items.rows);
  for (auto _ : state) {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      std::vector<float> scores(kBlock * factors.items.rows);
      for (std::size_t at = next.fetch_add(kBlock); at < users; at = next.fetch_add(kBlock)) {
        const auto rows = static_cast<int>(std::min(kBlock, users - at));
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, items, static_cast<int>(d), 1.0F,
                    factors.users.row(at), static_cast<int>(factors.users.stride),
                    factors.items.data, static_cast<int>(factors.items.stride), 0.0F, scores.data(),
                    items);
        benchmark::DoNotOptimize(scores.data());
      }
    };
    std::thread second(work);
    work();
    second.join();
  }
  const double operations = 2.0 * static_cast<double>(users) * items * d;
  state.counters["GFLOP/s"] =
      benchmark::Counter(operations / 1e9, benchmark::Counter::kIsIterationInvariantRate);
}

void bulk_top20_tenure(benchmark::State& state) {
  const recommender::Model* model = trained(static_cast<std::uint32_t>(state.range(0)));
  if (model == nullptr) return state.SkipWithError("no Gowalla (set TENURE_DATA_DIR)");
  std::vector<std::uint32_t> users(model->n_users());
  std::iota(users.begin(), users.end(), 0U);
  recommender::RecommendOptions options;
  options.k = kListLength;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        recommender::recommend(two_threads(), *model, {users, users, *gowalla()}, options));
  }
}

/// Adds up all 64-bit words: one pass over memory, with the widest loads the machine has.
__attribute__((target_clones("avx512f", "avx2", "default"))) std::uint64_t sum_words(
    const std::uint64_t* words, std::size_t count) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += words[i];
  return sum;
}

/// Reads the item factors once with one thread: what a single exact query cannot avoid.
void single_top20_read(benchmark::State& state) {
  const recommender::Model* model = trained(static_cast<std::uint32_t>(state.range(0)));
  if (model == nullptr) return state.SkipWithError("no Gowalla (set TENURE_DATA_DIR)");
  const auto items = model->factors()->items;
  std::vector<std::uint64_t> words(items.rows * items.stride / 2);
  std::memcpy(words.data(), items.data, words.size() * sizeof(std::uint64_t));
  for (auto _ : state) benchmark::DoNotOptimize(sum_words(words.data(), words.size()));
  state.counters["GB/s"] =
      benchmark::Counter(static_cast<double>(words.size()) * sizeof(std::uint64_t) / 1e9,
                         benchmark::Counter::kIsIterationInvariantRate);
}

void single_top20_tenure(benchmark::State& state) {
  const recommender::Model* model = trained(static_cast<std::uint32_t>(state.range(0)));
  if (model == nullptr) return state.SkipWithError("no Gowalla (set TENURE_DATA_DIR)");
  const auto factors = *model->factors();
  const auto retriever = recommender::make_retriever(two_threads(), factors.items);
  recommender::TopLists list(1, kListLength);
  std::uint32_t user = 0;
  for (auto _ : state) {
    recommender::SearchFilter filter;
    filter.seen_rows = {&user, 1};
    filter.seen = *gowalla();
    const MatrixView<const float> query{factors.users.row(user), 1, factors.users.cols,
                                        factors.users.stride};
    retriever->search_block(query, filter, list, 0);
    benchmark::DoNotOptimize(list.ids.data());
    user = (user + 1) % model->n_users();
  }
}

BENCHMARK(bulk_top20_sgemm)
    ->Name("bulk_top20/sgemm")
    ->Arg(128)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(bulk_top20_tenure)
    ->Name("bulk_top20/tenure")
    ->Arg(128)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(single_top20_read)->Name("single_top20/read")->Arg(128)->Unit(benchmark::kMicrosecond);
BENCHMARK(single_top20_tenure)
    ->Name("single_top20/tenure")
    ->Arg(128)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tenure::bench
