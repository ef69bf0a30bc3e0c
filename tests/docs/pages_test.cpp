// Pages that the program writes itself.
#include "program.hpp"
#include "reference.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tenure::test {
namespace {

class WrittenPages : public testing::Test {
 protected:
  /// The page is what the program prints: one line that differs is told.
  void expect_written_by(const std::string& page, const std::string& name) {
    const Outcome outcome = program_.run({"manual", name});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const std::string there = read_page("reference/" + page);
    if (there == outcome.out) return;
    const auto at =
        std::mismatch(there.begin(), there.end(), outcome.out.begin(), outcome.out.end());
    const auto line = [](const std::string& text, std::ptrdiff_t from) {
      const std::size_t place = static_cast<std::size_t>(from);
      const std::size_t begin = place == 0 ? 0 : text.rfind('\n', place - 1) + 1;
      return text.substr(begin, text.find('\n', place) - begin);
    };
    FAIL() << "docs/reference/" << page
           << " is not what the program says:\n  page:    " << line(there, at.first - there.begin())
           << "\n  program: " << line(outcome.out, at.second - outcome.out.begin())
           << "\ntenure manual " << name << " > docs/reference/" << page << " puts it right";
  }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(WrittenPages, CommandsAreThoseOfTheProgram) { expect_written_by("COMMANDS.md", "commands"); }

TEST_F(WrittenPages, ModelsAreThoseOfTheProgram) { expect_written_by("MODELS.md", "models"); }

}  // namespace
}  // namespace tenure::test
