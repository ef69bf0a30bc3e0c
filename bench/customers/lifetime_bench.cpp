#include "nelder_mead_fit.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/import.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace {

using namespace tenure;
using customers::RecencyFrequency;

Execution one_thread() {
  Execution execution;
  execution.threads = 1;
  return execution;
}

std::optional<RecencyFrequency> read_cdnow() {
  const char* folder = std::getenv("TENURE_DATA_DIR");  // NOLINT(concurrency-mt-unsafe)
  const auto path = std::filesystem::path(folder == nullptr ? "../shared/data" : folder) / "cdnow" /
                    "CDNOW_master.txt";
  if (!std::filesystem::is_regular_file(path)) return std::nullopt;
  ImportOptions options;
  options.format = LogFormat::kCdnow;
  const EventTable events = read_events(one_thread(), {path.string()}, options);
  customers::CalibrationOptions calibration;
  calibration.end_day = day_of(parse_time("1997-09-30").value());
  const auto history = customers::make_order_history(one_thread(), events);
  return summarize(one_thread(), history, calibration).counts;
}

/// The 23,570 customers of CDNOW, one row each; nothing where the file is absent.
const RecencyFrequency* cdnow(benchmark::State& state) {
  static const std::optional<RecencyFrequency> kCounts = read_cdnow();
  if (kCounts) return &*kCounts;
  state.SkipWithError("no cdnow/CDNOW_master.txt: set TENURE_DATA_DIR");
  return nullptr;
}

void fit_bg_nbd_baseline(benchmark::State& state) {
  const RecencyFrequency* data = cdnow(state);
  if (data == nullptr) return;
  bench::SimplexFit fit;
  for (auto _ : state) fit = bench::fit_by_simplex(*data, 1e-8);
  state.counters["log_likelihood"] = fit.log_likelihood;
  state.counters["evaluations"] = fit.evaluations;
}

void fit_bg_nbd_tenure(benchmark::State& state) {
  const RecencyFrequency* data = cdnow(state);
  if (data == nullptr) return;
  customers::BgNbdFit fit;
  for (auto _ : state) fit = customers::fit_bg_nbd(one_thread(), *data);
  state.counters["log_likelihood"] = fit.log_likelihood;
  state.counters["iterations"] = fit.iterations;
}

void fit_by_name(benchmark::State& state, const char* model) {
  const RecencyFrequency* data = cdnow(state);
  if (data == nullptr) return;
  double value = 0.0;
  for (auto _ : state) {
    value = customers::fit_lifetime(one_thread(), model, *data).log_likelihood;
  }
  state.counters["log_likelihood"] = value;
}

/// Customers with continuous times: hardly two rows are equal.
RecencyFrequency synthetic(std::uint32_t n) {
  const customers::BgNbdParameters p{0.25, 4.5, 0.8, 2.4};
  RecencyFrequency data;
  for (std::uint32_t c = 0; c < n; ++c) {
    RandomStream stream(1, {Purpose::kSynthetic, 0, c, 0});
    const auto latent = customers::draw_bg_nbd_prior(stream, p);
    const double age = draw_uniform(stream, 20.0, 40.0);
    double x = 0.0;
    double t_x = 0.0;
    for (;;) {
      const double t = t_x + draw_exponential(stream) / latent.rate;
      if (t > age) break;
      t_x = t;
      ++x;
      if (draw_bernoulli(stream, latent.dropout)) break;
    }
    data.frequency.push_back(x);
    data.recency.push_back(t_x);
    data.age.push_back(age);
  }
  return data;
}

void fit_bg_nbd_million(benchmark::State& state) {
  static const RecencyFrequency kData = synthetic(1'000'000);
  Execution execution;
  execution.threads = 2;
  customers::BgNbdFit fit;
  for (auto _ : state) fit = customers::fit_bg_nbd(execution, kData);
  state.counters["iterations"] = fit.iterations;
}

BENCHMARK(fit_bg_nbd_baseline)->Name("fit_bg_nbd/baseline")->Unit(benchmark::kMillisecond);
BENCHMARK(fit_bg_nbd_tenure)->Name("fit_bg_nbd/tenure")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_by_name, mbg_nbd, "mbg-nbd")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_by_name, pareto_nbd, "pareto-nbd")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_by_name, mbg_cnbd, "mbg-cnbd")->Unit(benchmark::kMillisecond);
BENCHMARK(fit_bg_nbd_million)->Name("fit_bg_nbd/million")->Unit(benchmark::kMillisecond);

}  // namespace
