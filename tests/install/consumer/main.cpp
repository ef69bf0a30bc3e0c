// Uses the installed libraries the way a service would: public headers only, every library linked.
#include <tenure/core/csr.hpp>
#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/random.hpp>
#include <tenure/core/time.hpp>
#include <tenure/core/version.hpp>

#include <array>
#include <cstdint>
#include <iostream>
#include <string_view>
#include <vector>

namespace {

int failures = 0;

void check(bool good, std::string_view what) {
  if (good) return;
  std::cerr << "failed: " << what << '\n';
  ++failures;
}

void use_core() {
  const std::array<std::uint32_t, 4> zeros =
      tenure::philox4x32_10(std::array<std::uint32_t, 4>{}, std::array<std::uint32_t, 2>{});
  check(zeros[0] == 0x6627e8d5U, "Philox gives its published vector");
  check(tenure::parse_time("2011-12-09 12:50") == 1323435000, "a date is read");

  tenure::Execution execution;
  execution.threads = 2;
  const std::vector<std::uint32_t> rows{1, 0, 1};
  const std::vector<std::uint32_t> columns{2, 0, 0};
  const tenure::Csr matrix = tenure::csr_from_triplets(execution, 2, 3, rows, columns, {});
  check(matrix.columns == std::vector<std::uint32_t>{0, 0, 2}, "a matrix is built");

  const double sum = tenure::parallel_reduce(
      execution, 10000, 100, 0.0,
      [](const tenure::Chunk& chunk) {
        double part = 0.0;
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
          tenure::RandomStream stream(
              1, {tenure::Purpose::kTest, 0, static_cast<std::uint32_t>(i), 0});
          part += tenure::draw_gamma(stream, 2.0);
        }
        return part;
      },
      [](double& into, double&& from) { into += from; });
  // Gamma(2, 1): mean 2, standard error of the mean sqrt(2 / 10000).
  check(sum / 10000.0 > 1.93 && sum / 10000.0 < 2.07, "a parallel sum of gamma draws");

  execution.threads = -1;
  try {
    tenure::parallel_for(execution, 1, 1, [](const tenure::Chunk&) {});
    check(false, "a negative number of threads is refused");
  } catch (const tenure::ArgumentError&) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  check(argc == 2 && tenure::version() == argv[1], "the version is that of the package");
  use_core();
  std::cout << "tenure " << tenure::version() << (failures == 0 ? ": ok\n" : ": FAILED\n");
  return failures == 0 ? 0 : 1;
}
