// What `tenure import` says of a log that is not all as it should be.
#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace tenure::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class Import : public testing::Test {
 protected:
  std::string screen(const std::string& log, std::vector<std::string> more = {}) {
    write_text(dir_ / "orders.csv", log);
    std::vector<std::string> arguments = {"import", dir_ / "orders.csv", "-o", dir_ / "s.h5",
                                          "--json", dir_ / "said.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  }
  Json json() const { return Json::parse(read_text(dir_ / "said.json")); }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(Import, ShowsTheFirstRowOfEachReasonAndTheFormsOfDates) {
  const std::string text = screen(
      "customer,item,time,price\n"
      "anna,ball,2024-01-01,2\n"
      "anna,ball,13/02/2024,2\n"
      "bert,ball,14/02/2024,2\n"
      "bert,doll,2024-01-03,\"2,50\"\n"
      ",doll,2024-01-03,2\n");
  EXPECT_THAT(text, HasSubstr("  first bad_date: line 3 of orders.csv, \"13/02/2024\"\n"
                              "    dates are YYYY-MM-DD or YYYY/MM/DD, "));
  EXPECT_THAT(text, HasSubstr("  first bad_number: line 5 of orders.csv, \"2,50\"\n"
                              "    numbers have a decimal point"));
  EXPECT_THAT(text, HasSubstr("  first no_customer: line 6 of orders.csv\n"));
  const Json examples = json().at("examples");
  EXPECT_EQ(examples.size(), 3U);
  EXPECT_EQ(examples.at("bad_date").at("line"), 3);
  EXPECT_EQ(examples.at("bad_date").at("value"), "13/02/2024");
  EXPECT_EQ(examples.at("bad_date").at("file"), dir_ / "orders.csv");
}

TEST_F(Import, ShowsNoValueOfALogThatItPseudonymises) {
  const std::string text = screen("customer,item,time\nanna,ball,2024-01-01\nanna,ball,secret\n",
                                  {"--pseudonymize", dir_ / "key", "--new-key"});
  EXPECT_THAT(text, HasSubstr("  first bad_date: line 3 of orders.csv\n"));
  EXPECT_THAT(text, Not(HasSubstr("secret")));
  EXPECT_THAT(read_text(dir_ / "said.json"), Not(HasSubstr("secret")));
}

TEST_F(Import, ACleanLogHasNoExamples) {
  EXPECT_THAT(screen("customer,item,time\nanna,\"ball, red\",2024-01-01\n"),
              Not(HasSubstr("first ")));
  EXPECT_TRUE(json().at("examples").empty());
  EXPECT_EQ(json().at("several_lines").at("rows"), 0);
  EXPECT_TRUE(json().at("several_lines").at("line").is_null());
}

TEST_F(Import, AStrayQuoteIsToldWithItsLineAndSwallowsNothing) {
  const std::string text = screen(
      "customer,item,time\n"
      "anna,\"5 disc,2024-01-01\n"
      "bert,ball,2024-01-02\n"
      "carl,\"doll, big\",2024-01-03\n");
  EXPECT_THAT(text, HasSubstr("3 rows, 3 kept"));
  EXPECT_THAT(text, HasSubstr("  first stray_quote: line 2 of orders.csv\n"));
  EXPECT_EQ(json().at("flags").at("stray_quote"), 1);
}

TEST_F(Import, RowsOfSeveralLinesAreToldAndLongOnesDoubted) {
  std::string log = "customer,item,time\nanna,\"ball\nof wood\",2024-01-01\n";
  EXPECT_THAT(screen(log),
              HasSubstr("in quotes: 1, the longest 2 lines from line 2 of orders.csv\n"));
  log += "bert,\"swallows";
  for (int i = 0; i < 30; ++i) log += ",2024-01-02\ncarl,doll";
  log += "\",2024-01-03\n";
  const std::string text = screen(log);
  EXPECT_THAT(text, HasSubstr("in quotes: 2, the longest 31 lines from line 4 of orders.csv\n"
                              "    so long a field may be a quotation mark too many"));
  EXPECT_EQ(json().at("several_lines").at("longest"), 31);
  EXPECT_EQ(json().at("several_lines").at("line"), 4);
}

}  // namespace
}  // namespace tenure::test
