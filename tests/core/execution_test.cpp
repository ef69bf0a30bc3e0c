#include <tenure/core/error.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>
#include <tenure/core/version.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tenure {
namespace {

using testing::HasSubstr;

TEST(Execution, UsesTheThreadsItIsGiven) {
  Execution execution;
  EXPECT_GE(execution.concurrency(), 1);
  for (const int threads : {1, 3, 1024}) {
    execution.threads = threads;
    EXPECT_EQ(execution.concurrency(), threads);
  }
}

TEST(Execution, RefusesNumbersOfThreadsOutOfRange) {
  for (const int threads : {-1, 1025}) {
    Execution execution;
    execution.threads = threads;
    try {
      static_cast<void>(execution.concurrency());
      ADD_FAILURE() << "accepted " << threads;
    } catch (const ArgumentError& error) {
      EXPECT_THAT(error.what(), HasSubstr("not " + std::to_string(threads)));
    }
  }
}

TEST(Execution, IsCancelledFromTheRequestOn) {
  EXPECT_NO_THROW(Execution{}.check_cancelled());
  std::stop_source source;
  Execution execution;
  execution.stop = source.get_token();
  EXPECT_NO_THROW(execution.check_cancelled());
  source.request_stop();
  EXPECT_THROW(execution.check_cancelled(), Cancelled);
}

TEST(Execution, HandsProgressToItsSink) {
  EXPECT_NO_THROW(Execution{}.report("nobody listens", 1, 2));
  std::vector<std::string> seen;
  Execution execution;
  execution.progress = [&](const ProgressUpdate& update) {
    seen.push_back(std::string(update.stage) + " " + std::to_string(update.done) + "/" +
                   std::to_string(update.total));
  };
  execution.report("train", 3, 10);
  execution.report("read", 5, 0);
  EXPECT_EQ(seen, (std::vector<std::string>{"train 3/10", "read 5/0"}));
}

TEST(DataError, SaysWhere) {
  const DataError whole("a.csv", "is empty");
  EXPECT_STREQ(whole.what(), "a.csv: is empty");
  EXPECT_EQ(whole.path(), "a.csv");
  EXPECT_EQ(whole.line(), 0U);
  EXPECT_EQ(whole.object(), "");
  const DataError line("a.csv", std::uint64_t{17}, "bad date");
  EXPECT_STREQ(line.what(), "a.csv:17: bad date");
  EXPECT_EQ(line.line(), 17U);
  const DataError object("s.h5", std::string("events/time"), "is cut");
  EXPECT_STREQ(object.what(), "s.h5: events/time: is cut");
  EXPECT_EQ(object.object(), "events/time");
}

TEST(Errors, AreAllErrors) {
  EXPECT_THROW(throw ArgumentError("x"), Error);
  EXPECT_THROW(throw DataError("p", "x"), Error);
  EXPECT_THROW(throw NumericalError("x"), Error);
  EXPECT_THROW(throw Cancelled(), Error);
  EXPECT_STREQ(Cancelled().what(), "interrupted");
}

TEST(FunctionRef, CallsWhatItRefersTo) {
  int total = 0;
  auto add = [&](int x) {
    total += x;
    return total;
  };
  const FunctionRef<int(int)> returns = add;
  const FunctionRef<void(int)> ignores = add;
  const FunctionRef<int(int)> copy = returns;
  EXPECT_EQ(returns(2), 2);
  ignores(3);
  EXPECT_EQ(copy(4), 9);
  const auto twice = [](const std::string& text) { return text + text; };
  EXPECT_EQ(FunctionRef<std::string(const std::string&)>(twice)("ab"), "abab");
}

TEST(Version, IsThatOfTheBuild) {
  std::ifstream file(std::string(TENURE_SOURCE_DIR) + "/CMakeLists.txt");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("project(tenure VERSION " + std::string(version()) + " "));
}

}  // namespace
}  // namespace tenure
