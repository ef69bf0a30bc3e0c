// How a simulation grows with its customers: bench_simulator_scale CUSTOMERS [THREADS] runs five
// years with ten levers and prints one line: time of an event and peak memory.

#include "../simulator/five_year.hpp"

#include <tenure/simulator/engine.hpp>

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace {

using namespace tenure;

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

int run(int argc, char** argv) {
  const std::uint64_t customers = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000000;
  Execution execution;
  execution.threads = argc > 2 ? std::atoi(argv[2]) : 1;
  const simulator::Scenario scenario = bench::five_year_scenario(customers);
  const auto start = std::chrono::steady_clock::now();
  const simulator::Outcome outcome = simulator::simulate(execution, scenario);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const simulator::Totals& totals = outcome.at(1, 0, 0);
  const auto events = static_cast<double>(outcome.events);
  std::printf(
      "customers %llu at the start, %lld in all | events %.1f million, %.1f million/s, %.1f ns an "
      "event | peak %.0f MiB\n",
      static_cast<unsigned long long>(customers), static_cast<long long>(totals.customers),
      events / 1e6, events / seconds.count() / 1e6, seconds.count() * 1e9 / events,
      peak_megabytes());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_simulator_scale: %s\n", error.what());
    return 1;
  }
}
