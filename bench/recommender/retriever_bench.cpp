// Approximate search on 200,000 items of 128 factors around common centres: one query at a time on
// one thread against the exact scan, and the build against FAISS with its stock distances.
#include <tenure/core/distributions.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/core/random.hpp>
#include <tenure/recommender/retriever.hpp>

#include <benchmark/benchmark.h>
#include <faiss/IndexHNSW.h>
#include <omp.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace {

using namespace tenure;
using namespace tenure::recommender;

constexpr std::size_t kItems = 200000;
constexpr std::size_t kQueries = 500;
constexpr std::size_t kDimension = 128;
constexpr std::uint32_t kCentres = 1000;
constexpr std::uint32_t kTop = 20;
constexpr double kRecall = 0.98;

Execution one_thread() {
  Execution execution;
  execution.threads = 1;
  execution.seed = 1;
  return execution;
}

/// Rows around shared centres: a centre and half as much noise.
Matrix<float> clustered(std::size_t rows, std::uint32_t stream) {
  Matrix<float> result(rows, kDimension);
  for (std::size_t i = 0; i < rows; ++i) {
    RandomStream own(11, {Purpose::kSynthetic, stream, static_cast<std::uint32_t>(i), 0});
    RandomStream centre(11, {Purpose::kSynthetic, 100, draw_index(own, kCentres), 0});
    for (std::size_t j = 0; j < kDimension; ++j) {
      result(i, j) = static_cast<float>(draw_normal(centre) + 0.5 * draw_normal(own));
    }
  }
  return result;
}

const Matrix<float>& items() {
  static const Matrix<float> made = clustered(kItems, 1);
  return made;
}
const Matrix<float>& queries() {
  static const Matrix<float> made = clustered(kQueries, 2);
  return made;
}

std::unique_ptr<Retriever> build(const RetrieverOptions& options) {
  return make_retriever(one_thread(), items().view(), options);
}

const Retriever& exact() {
  static const auto made = build({.kind = RetrieverKind::kExact});
  return *made;
}

/// Chosen for the recall, which is measured on every query here and on some in the choice.
const Retriever& approximate() {
  static const auto made = [] {
    RetrieverOptions options;
    options.recall_target = kRecall;
    options.sample_queries = queries().view();
    return build(options);
  }();
  return *made;
}

double recall(const Retriever& retriever) {
  const TopLists truth = exact().search(one_thread(), queries().view(), kTop);
  const TopLists found = retriever.search(one_thread(), queries().view(), kTop);
  std::ptrdiff_t hits = 0;
  for (std::size_t q = 0; q < kQueries; ++q) {
    const auto right = truth.list_ids(q);
    for (const std::uint32_t id : found.list_ids(q)) {
      hits += std::count(right.begin(), right.end(), id);
    }
  }
  return static_cast<double>(hits) / (kTop * static_cast<double>(kQueries));
}

void search_single(benchmark::State& state, const Retriever& retriever) {
  TopLists lists(1, kTop);
  std::size_t next = 0;
  for (auto _ : state) {
    const MatrixView<const float> query{queries().row(next++ % kQueries), 1, kDimension,
                                        kDimension};
    retriever.search_block(query, {}, lists, 0);
    benchmark::DoNotOptimize(lists.ids.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void ann_exact(benchmark::State& state) { search_single(state, exact()); }

void ann_hnsw(benchmark::State& state) {
  const Retriever& retriever = approximate();
  search_single(state, retriever);
  state.counters["recall@20"] = recall(retriever);
  state.SetLabel(retriever.choice());
}

/// The same graph by both: links and candidates of the default options.
void ann_build_hnsw(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(build({.kind = RetrieverKind::kHnsw}));
}

void ann_build_stock(benchmark::State& state) {
  const RetrieverOptions options;
  omp_set_num_threads(1);
  for (auto _ : state) {
    faiss::IndexHNSWFlat index(static_cast<int>(kDimension), options.hnsw_links,
                               faiss::METRIC_INNER_PRODUCT);
    index.hnsw.efConstruction = options.hnsw_ef_construction;
    index.add(static_cast<faiss::Index::idx_t>(kItems), items().data());
    benchmark::DoNotOptimize(index.ntotal);
  }
}

BENCHMARK(ann_exact)->Name("ann/exact")->Unit(benchmark::kMicrosecond);
BENCHMARK(ann_hnsw)->Name("ann/hnsw")->Unit(benchmark::kMicrosecond);
BENCHMARK(ann_build_hnsw)->Name("ann/build_hnsw")->Unit(benchmark::kSecond)->Iterations(1);
BENCHMARK(ann_build_stock)->Name("ann/build_stock")->Unit(benchmark::kSecond)->Iterations(1);

}  // namespace
