#include "io_helpers.hpp"
#include "test_data.hpp"

#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure {
namespace {

using test::on_threads;
using test::put_bytes;
using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

struct Row {
  std::uint64_t line;
  std::vector<std::string> fields;
  friend bool operator==(const Row&, const Row&) = default;
};

std::vector<Row> rows_of(const std::string& path, const CsvOptions& options, int threads = 2) {
  const CsvReader reader(on_threads(threads), path, options);
  std::vector<std::vector<Row>> chunks(reader.chunk_bounds().size() - 1);
  parallel_for(on_threads(threads), chunks.size(), 1, [&](const Chunk& chunk) {
    reader.visit(chunk.index, [&](const CsvRecord& record) {
      chunks[chunk.index].push_back({record.line, {record.fields.begin(), record.fields.end()}});
    });
  });
  std::vector<Row> rows;
  for (auto& chunk : chunks) rows.insert(rows.end(), chunk.begin(), chunk.end());
  return rows;
}

std::vector<Row> parse(std::string_view text, const CsvOptions& options = {',', false}) {
  const TempDir dir;
  put_bytes(dir / "a.csv", text);
  return rows_of(dir / "a.csv", options);
}

std::string error_of(std::string_view text, const CsvOptions& options = {}) {
  const TempDir dir;
  put_bytes(dir / "a.csv", text);
  try {
    rows_of(dir / "a.csv", options);
    return "no error";
  } catch (const DataError& error) {
    return std::string(error.what()).substr(dir.path().string().size() + 1);
  }
}

TEST(Csv, SplitsFieldsAndCountsLines) {
  EXPECT_THAT(parse("a,b\n\nc,,\n,"),
              ElementsAre(Row{1, {"a", "b"}}, Row{3, {"c", "", ""}}, Row{4, {"", ""}}));
  EXPECT_THAT(parse("a;b\r\n\r\nc;d\r\n", {';', false}),
              ElementsAre(Row{1, {"a", "b"}}, Row{3, {"c", "d"}}));
}

TEST(Csv, UndoesQuotes) {
  EXPECT_THAT(parse("\"a,b\",\"say \"\"hi\"\"\"\r\n\"two\r\nlines\",x\n\"\",y\n\"\"\"\",z\n"),
              ElementsAre(Row{1, {"a,b", "say \"hi\""}}, Row{2, {"two\r\nlines", "x"}},
                          Row{4, {"", "y"}}, Row{5, {"\"", "z"}}));
  EXPECT_THAT(parse("\"last\""), ElementsAre(Row{1, {"last"}}));
  EXPECT_THAT(parse("\"a\",\n"), ElementsAre(Row{1, {"a", ""}}));
}

TEST(Csv, AQuoteOpensOnlyAtTheStartOfAField) {
  EXPECT_THAT(parse("5\" disc,a\nb \"c\nd,\"e\"\n"),
              ElementsAre(Row{1, {"5\" disc", "a"}}, Row{2, {"b \"c"}}, Row{3, {"d", "e"}}));
  EXPECT_THAT(parse("\"a\"b,\"c\"\"d\"e\n"), ElementsAre(Row{1, {"ab", "c\"de"}}));
}

// The quote of the first line pairs with one that has text behind it, two lines below.
TEST(Csv, AStrayQuoteIsACharacterAndSwallowsNoLine) {
  EXPECT_THAT(
      parse("a,\"b,1\nc,d,2\n\"e\",\"f, g\",3\n"),
      ElementsAre(Row{1, {"a", "\"b", "1"}}, Row{2, {"c", "d", "2"}}, Row{3, {"e", "f, g", "3"}}));
  EXPECT_THAT(parse("\"say \"\"hi\"\"\nx,y\nz,\"end\"\n"),
              ElementsAre(Row{1, {"\"say \"\"hi\"\""}}, Row{2, {"x", "y"}}, Row{3, {"z", "end"}}));
  EXPECT_THAT(parse("a,\"b\r\nc\";d,\"e\"\r\n"),
              ElementsAre(Row{1, {"a", "\"b"}}, Row{2, {"c\";d", "e"}}));
}

TEST(Csv, ClosingQuotesMayHaveSpacesBehindThem) {
  EXPECT_THAT(parse("\"two\nlines\" ,x\n\"two\nmore\"  \ny\n"),
              ElementsAre(Row{1, {"two\nlines ", "x"}}, Row{3, {"two\nmore  "}}, Row{5, {"y"}}));
}

TEST(Csv, RecordsTellTheirLinesAndStrayQuotes) {
  const TempDir dir;
  put_bytes(dir / "a.csv", "n,t\n1,\"a\nb\nc\"\n2,\"d\n3,\"e\"\n4,\"f\ng\"");
  const CsvReader reader({}, dir / "a.csv");
  std::vector<std::uint64_t> lines;
  std::vector<bool> stray;
  reader.visit(0, [&](const CsvRecord& record) {
    lines.push_back(record.lines);
    stray.push_back(record.stray_quote);
  });
  EXPECT_THAT(lines, ElementsAre(3, 1, 1, 2));
  EXPECT_THAT(stray, ElementsAre(false, true, false, false));
}

// The partner of a stray quote may lie in another chunk: both must be told alike.
TEST(Csv, StrayQuotesBeforeACutOfChunksSwallowNothing) {
  const TempDir dir;
  std::string text = "n,text\n";
  std::vector<Row> expected;
  for (std::uint64_t i = 0; text.size() < (std::size_t{5} << 20); ++i) {
    const std::string n = std::to_string(i);
    const bool stray = i % 1000 == 0;
    text += n + (stray ? ",\"inch\n" : ",plain text\n");
    expected.push_back({i + 2, {n, stray ? "\"inch" : "plain text"}});
  }
  put_bytes(dir / "a.csv", text + "end,\"x\"\n");
  expected.push_back({expected.back().line + 1, {"end", "x"}});
  ASSERT_GT(CsvReader({}, dir / "a.csv").chunk_bounds().size(), 3U);
  EXPECT_EQ(rows_of(dir / "a.csv", {}, 3), expected);
}

TEST(Csv, SpacesRunTogether) {
  EXPECT_THAT(parse(" 1  2\t3 \n \n\"4 5\n", {' ', false}),
              ElementsAre(Row{1, {"1", "2", "3"}}, Row{3, {"\"4", "5"}}));
}

TEST(Csv, SkipsTheByteOrderMark) {
  const TempDir dir;
  put_bytes(dir / "a.csv", "\xEF\xBB\xBF\"id\",x\n1,2\n");
  const CsvReader reader({}, dir / "a.csv");
  EXPECT_THAT(reader.header(), ElementsAre("id", "x"));
  EXPECT_EQ(reader.column("x"), 1U);
  EXPECT_EQ(reader.find_column("X"), std::nullopt);
  EXPECT_THAT(rows_of(dir / "a.csv", {}), ElementsAre(Row{2, {"1", "2"}}));
}

// Chunks are cut every 2 MiB: this text has quoted line ends and lone quotes around every cut.
TEST(Csv, ChunksOfAQuotedFileAreCutAtRecords) {
  const TempDir dir;
  std::string text = "n,text,more\n";
  std::vector<Row> expected;
  std::uint64_t line = 2;
  for (int i = 0; text.size() < (std::size_t{7} << 20); ++i) {
    const std::string n = std::to_string(i);
    text += n + ",\"x\ny,\"\"" + n + "\"\"\n\",5\"\n";
    expected.push_back({line, {n, "x\ny,\"" + n + "\"\n", "5\""}});
    line += 3;
  }
  put_bytes(dir / "a.csv", text);
  const CsvReader reader({}, dir / "a.csv");
  ASSERT_GT(reader.chunk_bounds().size(), 3U);
  for (const int threads : {1, 3}) EXPECT_EQ(rows_of(dir / "a.csv", {}, threads), expected);
}

TEST(Csv, ChunksOfAPlainFileAreCutAtLines) {
  const TempDir dir;
  std::string text = "n\n";
  std::vector<Row> expected;
  for (std::uint64_t i = 0; text.size() < (std::size_t{5} << 20); ++i) {
    text += std::to_string(i) + ",abcdef\n";
    expected.push_back({i + 2, {std::to_string(i), "abcdef"}});
  }
  put_bytes(dir / "a.csv", text);
  EXPECT_EQ(rows_of(dir / "a.csv", {}, 3), expected);
}

TEST(Csv, NamesFileAndLineOfAFault) {
  const std::string long_line((std::size_t{1} << 20) + 1, 'x');
  EXPECT_EQ(error_of("a\n1\n" + long_line + "\n2\n"), "a.csv:3: a line of more than 1 MiB");
  EXPECT_EQ(error_of("a\n1\n" + std::string(std::size_t{3} << 20, 'x') + "\n2\n"),
            "a.csv:3: a line of more than 1 MiB");
  EXPECT_EQ(error_of("a\n1\n" + long_line.substr(1) + "\n2\n"), "no error");
  EXPECT_EQ(error_of("a\n1\n\"" + long_line + "\"\n2\n"),
            "a.csv:3: a quoted field of more than 1 MiB");
  EXPECT_EQ(error_of("a\n1\n\"" + long_line.substr(100) + "\"," + std::string(200, 'y') + "\n"),
            "a.csv:3: a line of more than 1 MiB");
  EXPECT_EQ(error_of(std::string_view("a\n1\n2\0\n", 7)),
            "a.csv:3: a zero byte: this is no text file");
  EXPECT_EQ(error_of("a\n1\n2,\"open\n"), "a.csv:3: a quoted field is never closed");
  EXPECT_EQ(
      error_of("a\n1\n2,\"open\n3\n"),
      "a.csv:3: a quoted field is never closed: the quote takes in the line behind it, to the "
      "end of the file");
  EXPECT_EQ(
      error_of("a,b\n1,\"open\n2,3\n4,5\n6,7"),
      "a.csv:2: a quoted field is never closed: the quote takes in the 3 lines behind it, to the "
      "end of the file");
  EXPECT_EQ(error_of("a\n\"x\n" + long_line + "\ny\n"),
            "a.csv:2: a quoted field of more than 1 MiB: the quote takes in the line behind it");
  EXPECT_EQ(
      error_of("\"a\n1\n"),
      "a.csv:1: a quoted field is never closed: the quote takes in the line behind it, to the "
      "end of the file");
  EXPECT_EQ(error_of(""), "a.csv: is empty");
  EXPECT_EQ(error_of("\n\r\n"), "a.csv: is empty");
}

TEST(Csv, RefusesWhatIsNoFile) {
  const TempDir dir;
  EXPECT_THROW(CsvReader({}, dir.path().string()), DataError);
  EXPECT_THROW(CsvReader({}, dir / "missing"), DataError);
  EXPECT_THROW(CsvReader({}, "/dev/zero"), DataError);
}

TEST(CsvTable, ReadsNumbersAndNamesFaults) {
  const TempDir dir;
  put_bytes(dir / "a.csv", "x,y\n1,-2.5e3\n\n+4,nan\n");
  const CsvTable table = read_csv_table({}, dir / "a.csv");
  EXPECT_THAT(table.lines, ElementsAre(2, 4));
  EXPECT_EQ(table.number(0, table.column("y")), -2500.0);
  EXPECT_EQ(table.number(1, 0), 4.0);
  const auto message = [](auto&& call) -> std::string {
    try {
      call();
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message([&] { static_cast<void>(table.number(1, 1)); }),
            (dir / "a.csv") + ":4: column 'y': \"nan\" is no number");
  EXPECT_EQ(message([&] { static_cast<void>(table.column("z")); }),
            (dir / "a.csv") + ":1: no column 'z'; the header has: x, y");
  put_bytes(dir / "b.csv", "x,y\n1,2\n1\n");
  EXPECT_EQ(message([&] { read_csv_table({}, dir / "b.csv"); }),
            (dir / "b.csv") + ":3: 1 fields, the header has 2");
  put_bytes(dir / "c.csv", "x,y\n");
  EXPECT_THAT(message([&] { read_csv_table({}, dir / "c.csv"); }), HasSubstr("no rows"));
}

TEST(ParseNumber, TakesWholeFiniteNumbersOnly) {
  EXPECT_EQ(parse_number("12.5"), 12.5);
  EXPECT_EQ(parse_number("-1e-3"), -0.001);
  EXPECT_EQ(parse_number("+7"), 7.0);
  for (const char* text :
       {"", " 1", "1 ", "1,5", "inf", "nan", "1e999", "+-1", "0x10", "-", "abc"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tenure
