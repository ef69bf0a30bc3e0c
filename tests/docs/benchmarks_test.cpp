// docs/BENCHMARKS.md lists what there is in bench/, and nothing else.
#include "reference.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace tenure::test {
namespace {

std::set<std::string> programs_of_the_build() {
  const std::filesystem::path folder = std::filesystem::path(TENURE_SOURCE_DIR) / "bench";
  const std::ifstream file(folder / "CMakeLists.txt");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string build = text.str();
  std::set<std::string> programs;
  const std::regex made("\n(tenure_benchmark\\(|add_executable\\(bench_)([a-z_]+)");
  for (std::sregex_iterator at(build.begin(), build.end(), made), end; at != end; ++at) {
    programs.insert("bench_" + (*at)[2].str());
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".py") programs.insert(entry.path().filename().string());
  }
  return programs;
}

TEST(Benchmarks, AreAllInThePageAndTheOthersAreNot) {
  std::set<std::string> listed;
  for (const ReferenceRow& row : read_tables("BENCHMARKS.md")) {
    if (row.kind == "program") listed.insert(row.names.begin(), row.names.end());
  }
  EXPECT_GE(listed.size(), 6U);
  EXPECT_EQ(listed, programs_of_the_build());
}

}  // namespace
}  // namespace tenure::test
