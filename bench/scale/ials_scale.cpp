// How exact iALS grows with the log: bench_ials_scale PAIRS [FACTORS [EPOCHS]] trains on a
// synthetic log and prints one line: time of an epoch and peak memory, beside the bytes of data and
// factors.

#include "synthetic_log.hpp"

#include <tenure/core/csr.hpp>
#include <tenure/recommender/ials.hpp>

#include <sys/resource.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

namespace {

using namespace tenure;

constexpr std::uint32_t kItems = 50000;

std::uint64_t bytes_of(const Csr& matrix) {
  return matrix.columns.size() * 4 + matrix.values.size() * 4 + matrix.row_start.size() * 8;
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

int run(int argc, char** argv) {
  const std::uint64_t pairs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2000000;
  recommender::IalsOptions options;
  options.factors = argc > 2 ? static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10)) : 128;
  options.epochs = argc > 3 ? static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10)) : 2;
  const double before = peak_megabytes();
  const Csr matrix = bench::synthetic_log(pairs, kItems);
  std::vector<double> seconds;
  const auto model = recommender::train_ials(
      Execution(), matrix, options,
      [&](const recommender::IalsEpoch& epoch) { seconds.push_back(epoch.seconds); });
  const double data = static_cast<double>(bytes_of(matrix)) / 1048576.0;
  const double factors =
      static_cast<double>(model->n_users() + model->n_items()) * options.factors * 4.0 / 1048576.0;
  const double peak = peak_megabytes() - before;
  std::printf(
      "pairs %zu users %u items %u factors %u | epoch %.2f s, %.0f ns a pair | data %.0f MB, "
      "factors %.0f MB, peak %.0f MB = %.2f x both\n",
      matrix.columns.size(), model->n_users(), model->n_items(), options.factors, seconds.back(),
      seconds.back() * 1e9 / static_cast<double>(matrix.columns.size()), data, factors, peak,
      peak / (data + factors));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_ials_scale: %s\n", error.what());
    return 1;
  }
}
