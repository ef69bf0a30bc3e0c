// The commands that the pages show: all of them known to the program, those of the tutorial run.
#include "program.hpp"
#include "reference.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

/// A fenced block of a page.
struct Block {
  std::string language;
  std::vector<std::string> lines;
};

std::vector<Block> blocks_of(const std::string& text) {
  std::vector<Block> blocks;
  bool inside = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) blocks.push_back({line.substr(3), {}});
    } else if (inside) {
      blocks.back().lines.push_back(line);
    }
  }
  return blocks;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// Runs of the program that a page shows, in blocks of shell and between backticks.
std::vector<std::vector<std::string>> runs_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const Block& block : blocks_of(text)) {
    std::string whole;
    for (std::string line : block.lines) {
      line = line.substr(0, line.find(" #"));
      const bool goes_on = line.ends_with("\\");
      whole += goes_on ? line.substr(0, line.size() - 1) + " " : line;
      if (goes_on) continue;
      lines.push_back(whole);
      whole.clear();
    }
  }
  for (const std::string& code : code_in(text)) {
    if (code.find('\n') == std::string::npos) lines.push_back(code);
  }
  std::vector<std::vector<std::string>> runs;
  for (const std::string& line : lines) {
    std::vector<std::string> words = words_of(line);
    if (words.size() < 2 || (words[0] != "tenure" && !words[0].ends_with("/tenure"))) continue;
    runs.emplace_back(words.begin() + 1, words.end());
  }
  return runs;
}

std::vector<std::filesystem::path> pages() {
  const std::filesystem::path root(TENURE_SOURCE_DIR);
  std::vector<std::filesystem::path> paths = {root / "README.md", root / "CONTRIBUTING.md"};
  for (const char* folder : {"docs", "docs/reference", "datasets/cards"}) {
    for (const auto& entry : std::filesystem::directory_iterator(root / folder)) {
      if (entry.path().extension() == ".md") paths.push_back(entry.path());
    }
  }
  return paths;
}

TEST(Pages, ShowCommandsAndOptionsThatThereAre) {
  std::map<std::string, std::set<std::string>> of_section;
  for (const ReferenceRow& row : read_reference("COMMANDS.md")) {
    if (row.kind == "option") of_section[row.section].insert(row.names.begin(), row.names.end());
  }
  std::size_t seen = 0;
  for (const auto& path : pages()) {
    for (const auto& words : runs_of(read_text(path.string()))) {
      const std::string& command = words.front();
      if (command.starts_with("-") || command == "COMMAND") continue;
      const auto own = of_section.find("tenure " + command);
      if (own == of_section.end()) {
        ADD_FAILURE() << path << " shows tenure " << command << ", which there is not";
        continue;
      }
      for (std::string word : words) {
        word = word.substr(word.find_first_not_of('['));
        if (!word.starts_with("--") || word == "--help") continue;
        word = word.substr(0, word.find_first_of("=],;:|"));
        bool known = own->second.contains(word);
        for (const char* shared : {"Common options", "Model options", "Weights of events"}) {
          known = known || of_section.at(shared).contains(word);
        }
        EXPECT_TRUE(known) << path << " shows tenure " << command << " " << word;
        ++seen;
      }
    }
  }
  EXPECT_GT(seen, 100U);
}

/// The tutorial in a folder of its own.
class TutorialSlow : public testing::Test {
 protected:
  /// Runs a block in the folder of the tutorial, the program first on the PATH.
  std::string output_of(const Block& block) const {
    std::string script = "set -e\ncd '" + dir_.path().string() + "'\nPATH='" +
                         std::filesystem::path(TENURE_PROGRAM).parent_path().string() + "':$PATH\n";
    for (const std::string& line : block.lines) script += line + "\n";
    write_text(dir_ / "block.sh", script);
    const std::string command =
        "bash '" + std::string(dir_ / "block.sh") + "' > '" + std::string(dir_ / "out") + "' 2>&1";
    const int status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe)
    EXPECT_EQ(status, 0) << script << read_text(dir_ / "out");
    return read_text(dir_ / "out");
  }

  TempDir dir_;
};

TEST_F(TutorialSlow, EveryCommandRunsAndPrintsWhatThePageShows) {
  TENURE_REQUIRE_DATA(log, "online-retail-2/online_retail_II.csv");
  std::filesystem::create_symlink(std::filesystem::absolute(log),
                                  std::string(dir_ / "online_retail_II.csv"));
  std::string output;
  std::size_t commands = 0;
  for (const Block& block : blocks_of(read_page("TUTORIAL.md"))) {
    if (block.language == "sh") {
      output = output_of(block);
      ++commands;
    } else if (block.language == "text") {
      for (const std::string& line : block.lines) {
        EXPECT_NE(output.find(line), std::string::npos) << "not printed: " << line << "\n"
                                                        << output;
      }
    }
  }
  EXPECT_GE(commands, 10U);
}

}  // namespace
}  // namespace tenure::test
