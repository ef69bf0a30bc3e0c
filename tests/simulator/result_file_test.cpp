#include "scenarios.hpp"

#include <tenure/core/error.hpp>
#include <tenure/simulator/result_file.hpp>

#include <gtest/gtest.h>
#include <test_data.hpp>

#include <fstream>
#include <sstream>
#include <string>

namespace tenure::simulator::test {
namespace {

using ::tenure::test::TempDir;

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

Scenario small_scenario() {
  Scenario scenario = new_customers(cdnow_model(), 3000, 2, 200.0);
  scenario.currency = "EUR";
  scenario.parameter_draws = 3;
  scenario.levers[0].trigger.days_idle = 20.0;
  scenario.levers[0].cost = {10.0, 1.0, 0.1, 0.0};
  scenario.levers[0].effect.rate = 1.5;
  scenario.levers[0].effect.rate_log_se = 0.1;
  return scenario;
}

TEST(ResultFile, GivesBackTheOutcome) {
  const TempDir dir;
  Outcome outcome = simulate({}, small_scenario());
  write_result({}, outcome, dir / "r.h5");
  EXPECT_EQ(read_result({}, dir / "r.h5").caveat, "");
  outcome.caveat = "a weak prior takes part";
  write_result({}, outcome, dir / "r.h5");
  const Outcome read = read_result({}, dir / "r.h5");
  EXPECT_EQ(read.caveat, outcome.caveat);
  EXPECT_EQ(read.strategy_names, outcome.strategy_names);
  EXPECT_EQ(read.lever_names, outcome.lever_names);
  EXPECT_EQ(read.currency, "EUR");
  EXPECT_EQ(read.gross_margin, outcome.gross_margin);
  EXPECT_EQ(read.horizon_days, outcome.horizon_days);
  EXPECT_EQ(read.customers, outcome.customers);
  EXPECT_EQ(read.parameter_draws, outcome.parameter_draws);
  EXPECT_EQ(read.replications, outcome.replications);
  EXPECT_EQ(read.uncertain, outcome.uncertain);
  EXPECT_EQ(read.new_customers, outcome.new_customers);
  EXPECT_EQ(read.events, outcome.events);
  EXPECT_EQ(read.totals, outcome.totals);
  EXPECT_EQ(read.lever_totals, outcome.lever_totals);
  EXPECT_EQ(read.month_totals, outcome.month_totals);
  EXPECT_EQ(read.day_totals, outcome.day_totals);
  EXPECT_EQ(read.region_names, outcome.region_names);
  EXPECT_EQ(read.cube, outcome.cube);
  EXPECT_EQ(read.lever_months, outcome.lever_months);
  EXPECT_EQ(read.retention, outcome.retention);
  EXPECT_EQ(read.draw_flows, outcome.draw_flows);
  EXPECT_EQ(read.batch_flows, outcome.batch_flows);
}

TEST(ResultFile, HasTheSameBytesAtAnyNumberOfThreads) {
  const TempDir dir;
  Execution execution;
  execution.threads = 1;
  write_result(execution, simulate(execution, small_scenario()), dir / "1.h5");
  for (const int threads : {2, 3, 8}) {
    execution.threads = threads;
    const std::string path = dir / (std::to_string(threads) + ".h5");
    write_result(execution, simulate(execution, small_scenario()), path);
    EXPECT_TRUE(bytes_of(dir / "1.h5") == bytes_of(path)) << threads;
  }
}

TEST(ResultFile, RefusesWhatIsNoResult) {
  const TempDir dir;
  EXPECT_THROW(read_result({}, dir / "absent.h5"), DataError);
  std::ofstream(dir / "text.h5") << "not HDF5";
  EXPECT_THROW(read_result({}, dir / "text.h5"), DataError);
  write_result({}, simulate({}, small_scenario()), dir / "r.h5");
  const std::string whole = bytes_of(dir / "r.h5");
  for (int part = 0; part < 10; ++part) {
    const std::string path = dir / "cut.h5";
    std::ofstream(path, std::ios::binary)
        << whole.substr(0, whole.size() * static_cast<std::size_t>(part) / 10);
    EXPECT_THROW(read_result({}, path), DataError) << part;
  }
}

}  // namespace
}  // namespace tenure::simulator::test
