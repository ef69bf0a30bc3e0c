#include <tenure/core/config.hpp>
#include <tenure/core/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <test_data.hpp>

#include <fstream>
#include <functional>
#include <limits>

namespace tenure {
namespace {

using ::testing::HasSubstr;

/// Runs body and returns the DataError it must throw.
DataError fault_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const DataError& error) {
    return error;
  }
  ADD_FAILURE() << "no DataError";
  return {"", ""};
}

TEST(ConfigFile, ReadsEveryType) {
  const ConfigFile file = ConfigFile::parse(R"(
whole = 3
real = 0.5
yes = true
name = "grün"
names = ["a", "b"]
numbers = [1, 2.5]
matrix = [[1, 2], [3, 4]]
inline = { x = 1 }
forever = inf
[table]
x = 2
[[list]]
x = 3
[[list]]
x = 4
)",
                                            "t.toml");
  const ConfigTable root = file.root();
  EXPECT_EQ(root.integer("whole", 0, 10), 3);
  EXPECT_EQ(root.real("whole"), 3.0);
  EXPECT_EQ(root.real("real", kProbability), 0.5);
  EXPECT_TRUE(root.boolean_or("yes", false));
  EXPECT_EQ(root.text("name"), "grün");
  EXPECT_THAT(root.texts_or_empty("names"), ::testing::ElementsAre("a", "b"));
  EXPECT_THAT(root.reals("numbers", 2), ::testing::ElementsAre(1.0, 2.5));
  EXPECT_THAT(root.square_matrix("matrix", 2), ::testing::ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(root.table("inline").integer("x", 0, 9), 1);
  EXPECT_EQ(root.real("forever", {0.0, 10.0, true, true}), std::numeric_limits<double>::infinity());
  EXPECT_EQ(root.table_if("table")->integer("x", 0, 9), 2);
  ASSERT_EQ(root.tables("list").size(), 2U);
  EXPECT_EQ(root.tables("list")[1].integer("x", 0, 9), 4);
  EXPECT_EQ(root.tables("list")[0].integer("x", 0, 9), 3);
  EXPECT_FALSE(root.table_if("absent"));
  EXPECT_EQ(root.real_or("also_absent", 7.0), 7.0);
  EXPECT_NO_THROW(file.finish());
}

TEST(ConfigFile, NamesTheUnknownKeyItsLineAndTheNearestKnownKey) {
  const ConfigFile file = ConfigFile::parse("alpha = 1\n\n[inner]\nhorizn = 2\n", "t.toml");
  const ConfigTable root = file.root();
  root.real("alpha");
  root.table("inner").real_or("horizon", 1.0);
  root.table("inner").real_or("discount", 1.0);
  const DataError error = fault_of([&] { file.finish(); });
  EXPECT_EQ(error.line(), 4U);
  EXPECT_EQ(error.path(), "t.toml");
  EXPECT_THAT(error.what(), HasSubstr("unknown key 'horizn', did you mean 'horizon'?"));
}

TEST(ConfigFile, SuggestsNothingForAKeyUnlikeAllOthers) {
  const ConfigFile file = ConfigFile::parse("colour = 1\n", "t.toml");
  file.root().real_or("horizon", 1.0);
  const DataError error = fault_of([&] { file.finish(); });
  EXPECT_STREQ(error.what(), "t.toml:1: unknown key 'colour'");
}

TEST(ConfigFile, AMisspeltRequiredKeyIsNamedWhereItStands) {
  const ConfigFile file = ConfigFile::parse("a = 1\ngross_margn = 2\n", "t.toml");
  const DataError error = fault_of([&] { file.root().real("gross_margin"); });
  EXPECT_EQ(error.line(), 2U);
  EXPECT_THAT(error.what(), HasSubstr("did you mean 'gross_margin'?"));
}

TEST(ConfigFile, EveryFaultOfAValueHasTheLine) {
  const ConfigFile file = ConfigFile::parse(
      "p = 1.5\nn = -1\nt = 3\nw = 2.5\nx = nan\nl = [1, \"a\"]\ne = \"\"\nd = 2024-01-01\n", "t");
  const ConfigTable root = file.root();
  struct Case {
    std::uint64_t line;
    std::function<void()> read;
    const char* says;
  };
  const std::vector<Case> cases = {
      {1, [&] { root.real("p", kProbability); }, "'p' must be between 0 and 1, not 1.5"},
      {2, [&] { root.real("n", kNotNegative); }, "'n' must be at least 0, not -1"},
      {2, [&] { root.real("n", kPositive); }, "'n' must be over 0, not -1"},
      {2, [&] { root.integer("n", 0, 5); }, "'n' must be between 0 and 5, not -1"},
      {3, [&] { root.text("t"); }, "'t' must be text, not a whole number"},
      {3, [&] { root.table("t"); }, "'t' must be a table, not a whole number"},
      {3, [&] { root.tables("t"); }, "[[t]]"},
      {3, [&] { root.boolean_or("t", true); }, "'t' must be true or false"},
      {4, [&] { root.integer("w", 0, 5); }, "'w' must be a whole number, not a number"},
      {5, [&] { root.real("x"); }, "'x' must be a finite number, not nan"},
      {6, [&] { root.reals("l", 2); }, "'l' must be a number, not text"},
      {6, [&] { root.reals("l", 3); }, "an array of 3 numbers, it has 2"},
      {6, [&] { root.square_matrix("l", 2); }, "2 rows of 2 numbers"},
      {6, [&] { root.texts_or_empty("l"); }, "'l' must be text"},
      {7, [&] { root.text("e"); }, "'e' must be 1 to 200 bytes"},
      {8, [&] { root.real("d"); }, "not a date or time"},
      {1, [&] { root.real("missing"); }, "missing key 'missing'"},
  };
  for (const Case& c : cases) {
    const DataError error = fault_of(c.read);
    EXPECT_EQ(error.line(), c.line) << c.says;
    EXPECT_THAT(error.what(), HasSubstr(c.says));
  }
}

TEST(ConfigFile, RejectsTextThatIsNotToml) {
  EXPECT_EQ(fault_of([] { ConfigFile::parse("a = 1\nb = \n", "t"); }).line(), 2U);
  EXPECT_EQ(fault_of([] { ConfigFile::parse("a = 1\na = 2\n", "t"); }).line(), 2U);
  EXPECT_GE(fault_of([] { ConfigFile::parse(std::string("\x00\xff\xfe", 3), "t"); }).line(), 1U);
  const std::string deep(100'000, '[');
  EXPECT_GE(fault_of([&] { ConfigFile::parse("a = " + deep, "t"); }).line(), 1U);
}

TEST(ConfigFile, RejectsFilesThatCannotBeRead) {
  const test::TempDir dir;
  EXPECT_THAT(fault_of([&] { ConfigFile::read(dir / "absent.toml"); }).what(),
              HasSubstr("no such file"));
  EXPECT_THAT(fault_of([&] { ConfigFile::read(dir.path().string()); }).what(),
              HasSubstr("is a directory"));
  std::ofstream(dir / "large.toml") << std::string((4U << 20U) + 1, '#');
  EXPECT_THAT(fault_of([&] { ConfigFile::read(dir / "large.toml"); }).what(),
              HasSubstr("over 4 MiB"));
  std::ofstream(dir / "good.toml") << "a = 1\n";
  EXPECT_EQ(ConfigFile::read(dir / "good.toml").root().integer("a", 0, 2), 1);
}

TEST(ConfigFile, TellsTheKeysItWasAskedForWithTypeDefaultAndRange) {
  const ConfigFile file = ConfigFile::parse("[[a]]\nb = 1\n[[a]]\nc = 2\n", "t");
  for (const ConfigTable& table : file.root().tables("a")) {
    table.real_or("b", 0.5, kProbability);
    if (table.has("c")) table.integer("c", 0, 1'000'000'000);
    table.text_or("d", "x");
  }
  file.root().real_or("far", 1e9, {1e-4, 1e9, true, true});
  const std::vector<ConfigKey> keys = file.known_keys();
  ASSERT_EQ(keys.size(), 5U);
  EXPECT_EQ(keys[0].path, "a");
  EXPECT_THAT(keys[0].types, testing::ElementsAre("array of tables"));
  EXPECT_EQ(keys[1].path, "a.b");
  EXPECT_THAT(keys[1].types, testing::ElementsAre("number"));
  EXPECT_THAT(keys[1].initials, testing::ElementsAre("0.5"));
  EXPECT_THAT(keys[1].ranges, testing::ElementsAre("0 to 1"));
  EXPECT_EQ(keys[2].path, "a.c");
  EXPECT_THAT(keys[2].initials, testing::IsEmpty()) << "looked for first: it need not be there";
  EXPECT_THAT(keys[2].ranges, testing::ElementsAre("0 to 1000000000"));
  EXPECT_THAT(keys[3].initials, testing::ElementsAre("\"x\""));
  EXPECT_THAT(keys[4].initials, testing::ElementsAre("1e9"));
  EXPECT_THAT(keys[4].ranges, testing::ElementsAre("over 1e-4, at most 1e9; inf"));
}

TEST(ConfigTable, OutlivesTheFileItCameFrom) {
  const ConfigTable table = ConfigFile::parse("[a]\nb = 5\n", "t").root().table("a");
  EXPECT_EQ(table.integer("b", 0, 9), 5);
  EXPECT_EQ(table.line(), 1U);
  EXPECT_EQ(table.line_of("b"), 2U);
}

}  // namespace
}  // namespace tenure
