// Approximate search on 200,000 items of 128 factors, around common centres or trained: one query
// at a time on one thread against the exact scan, and the build against FAISS with its stock
// distances.
#include "synthetic_log.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/core/random.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/retriever.hpp>

#include <benchmark/benchmark.h>
#include <faiss/IndexHNSW.h>
#include <omp.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace tenure;
using namespace tenure::recommender;

constexpr std::size_t kItems = 200000;
constexpr std::size_t kQueries = 500;
constexpr std::size_t kDimension = 128;
constexpr std::uint32_t kCentres = 1000;
constexpr std::uint32_t kTop = 20;
constexpr double kRecall = 0.98;
constexpr std::uint64_t kPairs = 4000000;

Execution one_thread() {
  Execution execution;
  execution.threads = 1;
  execution.seed = 1;
  return execution;
}

/// Rows around shared centres: a centre and half as much noise.
Matrix<float> around_centres(std::size_t rows, std::uint32_t stream) {
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

/// What is searched, and what for.
struct Data {
  Matrix<float> items;
  Matrix<float> queries;
};

const Data& clustered() {
  static const Data made{around_centres(kItems, 1), around_centres(kQueries, 2)};
  return made;
}

/// Factors of iALS trained on a synthetic log, asked for by its customers.
const Data& trained() {
  static const Data made = [] {
    IalsOptions options;
    options.factors = kDimension;
    options.epochs = 4;
    const auto model = train_ials(Execution(), bench::synthetic_log(kPairs, kItems), options);
    const FactorView factors = *model->factors();
    Data data{Matrix<float>(kItems, kDimension), Matrix<float>(kQueries, kDimension)};
    for (std::size_t i = 0; i < kItems; ++i) {
      std::copy_n(factors.items.row(i), kDimension, data.items.row(i));
    }
    for (std::size_t q = 0; q < kQueries; ++q) {
      const std::size_t user = q * factors.users.rows / kQueries;
      std::copy_n(factors.users.row(user), kDimension, data.queries.row(q));
    }
    return data;
  }();
  return made;
}

std::unique_ptr<Retriever> build(const Data& data, const RetrieverOptions& options) {
  return make_retriever(one_thread(), data.items.view(), options);
}

/// Chosen for the recall, which is measured on every query here and on some in the choice.
std::unique_ptr<Retriever> approximate(const Data& data) {
  RetrieverOptions options;
  options.recall_target = kRecall;
  options.sample_queries = data.queries.view();
  return build(data, options);
}

double recall(const Data& data, const Retriever& retriever) {
  const auto exact = build(data, {.kind = RetrieverKind::kExact});
  const TopLists truth = exact->search(one_thread(), data.queries.view(), kTop);
  const TopLists found = retriever.search(one_thread(), data.queries.view(), kTop);
  std::ptrdiff_t hits = 0;
  for (std::size_t q = 0; q < kQueries; ++q) {
    const auto right = truth.list_ids(q);
    for (const std::uint32_t id : found.list_ids(q)) {
      hits += std::count(right.begin(), right.end(), id);
    }
  }
  return static_cast<double>(hits) / (kTop * static_cast<double>(kQueries));
}

void search_single(benchmark::State& state, const Data& data, const Retriever& retriever) {
  TopLists lists(1, kTop);
  std::size_t next = 0;
  for (auto _ : state) {
    const MatrixView<const float> query{data.queries.row(next++ % kQueries), 1, kDimension,
                                        kDimension};
    retriever.search_block(query, {}, lists, 0);
    benchmark::DoNotOptimize(lists.ids.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

using Source = const Data& (*)();

void ann_exact(benchmark::State& state, Source source) {
  const auto retriever = build(source(), {.kind = RetrieverKind::kExact});
  search_single(state, source(), *retriever);
}

void ann_hnsw(benchmark::State& state, Source source) {
  // Google Benchmark calls this several times; the graph takes minutes.
  static std::map<Source, std::unique_ptr<Retriever>> kept;
  std::unique_ptr<Retriever>& retriever = kept[source];
  if (!retriever) retriever = approximate(source());
  search_single(state, source(), *retriever);
  state.counters["recall@20"] = recall(source(), *retriever);
  state.SetLabel(retriever->choice());
}

/// The same graph by both: links and candidates of the default options.
void ann_build_hnsw(benchmark::State& state, Source source) {
  source();
  for (auto _ : state) {
    benchmark::DoNotOptimize(build(source(), {.kind = RetrieverKind::kHnsw}));
  }
}

void ann_build_stock(benchmark::State& state, Source source) {
  const RetrieverOptions options;
  const Data& data = source();
  omp_set_num_threads(1);
  for (auto _ : state) {
    faiss::IndexHNSWFlat index(static_cast<int>(kDimension), options.hnsw_links,
                               faiss::METRIC_INNER_PRODUCT);
    index.hnsw.efConstruction = options.hnsw_ef_construction;
    index.add(static_cast<faiss::Index::idx_t>(kItems), data.items.data());
    benchmark::DoNotOptimize(index.ntotal);
  }
}

int add_all() {
  const std::pair<const char*, Source> sources[] = {{"clustered", &clustered},
                                                    {"trained", &trained}};
  for (const auto& [name, source] : sources) {
    const auto named = [&](const char* work) { return std::string("ann/") + work + "/" + name; };
    benchmark::RegisterBenchmark(named("exact").c_str(), ann_exact, source)
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark(named("hnsw").c_str(), ann_hnsw, source)
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark(named("build_hnsw").c_str(), ann_build_hnsw, source)
        ->Unit(benchmark::kSecond)
        ->Iterations(1);
    benchmark::RegisterBenchmark(named("build_stock").c_str(), ann_build_stock, source)
        ->Unit(benchmark::kSecond)
        ->Iterations(1);
  }
  return 0;
}

const int kAdded = add_all();

}  // namespace
