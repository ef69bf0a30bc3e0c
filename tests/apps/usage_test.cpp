// What the command line says of itself, and when it is misread.
#include "program.hpp"

#include <tenure/core/version.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Usage : public testing::Test {
 protected:
  void expect_hint(const std::vector<std::string>& arguments, const std::string& line) {
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.err, "tenure: error: " + line + "\n");
    EXPECT_EQ(outcome.out, "");
  }
  std::string text_of(const std::vector<std::string>& arguments) {
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome.out;
  }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(Usage, VersionTellsInstructionsAndThreads) {
  const std::string text = text_of({"--version"});
  EXPECT_THAT(text, StartsWith("tenure " + std::string(version()) + "\n"));
  EXPECT_THAT(text, testing::ContainsRegex("vector instructions: [A-Z]+[0-9A-Z_]*\n"));
  EXPECT_THAT(text, testing::ContainsRegex("threads: [1-9][0-9]*\n"));
}

TEST_F(Usage, MisspeltWordsAreNamedWithTheNearestThereIs) {
  expect_hint({"simulat", "s.toml"},
              "unknown command 'simulat', did you mean 'simulate'? (see tenure --help)");
  expect_hint({"import", "--strit", "x.csv"},
              "unknown option '--strit', did you mean '--strict'? (see tenure import --help)");
  expect_hint({"fit", "x.h5", "--modle=bg-nbd"},
              "unknown option '--modle', did you mean '--model'? (see tenure fit --help)");
  expect_hint({"--versoin"},
              "unknown option '--versoin', did you mean '--version'? (see tenure --help)");
  expect_hint({"frobnicate"}, "unknown command 'frobnicate' (see tenure --help)");
  expect_hint({"import"}, "INPUT is required (see tenure import --help)");
}

TEST_F(Usage, MisspeltValuesAreAnsweredWithTheNearestAndAllThereAre) {
  expect_hint({"fit", "x.h5", "--unit", "weak"},
              "--unit: 'weak' is none of day, week, year; did you mean 'week'? "
              "(see tenure fit --help)");
  expect_hint({"describe", "x.h5", "--progress=loud"},
              "--progress: 'loud' is none of auto, always, never (see tenure describe --help)");
  for (const char* command : {"train", "evaluate", "tune"}) {
    const Outcome outcome = program_.run({command, "x.h5", "--model", "iasl"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, StartsWith("tenure: error: --model: 'iasl' is none of popularity, "));
    EXPECT_THAT(outcome.err, HasSubstr("; did you mean 'ials'? (see tenure "));
  }
}

TEST_F(Usage, ValuesThatOnlyTheModelKnowsAreAnsweredLikewise) {
  write_text(dir_ / "log.csv", "customer,item,time\na,x,2024-01-01\nb,y,2024-01-02\n");
  text_of({"import", dir_ / "log.csv", "-o", dir_ / "s.h5", "--quiet"});
  const auto hint = [&](const std::string& option, const std::string& value) {
    return program_.run({"train", dir_ / "s.h5", "-o", dir_ / "m.h5", option, value}).err;
  };
  EXPECT_THAT(hint("--solver", "exct"),
              HasSubstr("'exct' is none of auto, exact, cg, block; did you mean 'exact'?"));
  EXPECT_THAT(hint("--value", "cuont"),
              HasSubstr("'cuont' is none of binary, count, quantity; did you mean 'count'?"));
  EXPECT_THAT(hint("--kinds", "purchas=2"), HasSubstr("did you mean 'purchase'?"));
}

TEST_F(Usage, AloneItShowsTheCommandsByWhatOneWantsToDo) {
  const Outcome alone = program_.run({});
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_EQ(alone.err, "");
  EXPECT_EQ(alone.out, text_of({"--help"}));
  for (const char* part :
       {"Read orders:\n  import ", "Know the customers:\n", "Choose what to show them:\n",
        "Decide what to do:\n", "To begin:\n  tenure import orders.csv -o shop.h5 ", "  help  "}) {
    EXPECT_THAT(alone.out, HasSubstr(part));
  }
}

TEST_F(Usage, HelpIsAskedForAsACommandToo) {
  EXPECT_EQ(text_of({"help"}), text_of({"--help"}));
  for (const char* command : {"import", "simulate", "manual", "help"}) {
    EXPECT_EQ(text_of({"help", command}), text_of({command, "--help"}));
  }
  const Outcome outcome = program_.run({"help", "simulat"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, StartsWith("tenure: error: COMMAND: 'simulat' is none of import, "));
  EXPECT_THAT(outcome.err, HasSubstr("did you mean 'simulate'?"));
}

TEST_F(Usage, CompletionHoldsEveryCommandItsOptionsAndTheirChoices) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string script = text_of({"completion", shell});
    for (const char* word :
         {"import", "simulate", "churn", "calibration-end", "mbg-cnbd", "help"}) {
      EXPECT_THAT(script, HasSubstr(word)) << shell;
    }
  }
  expect_hint({"completion", "tcsh"},
              "SHELL: 'tcsh' is none of bash, zsh, fish; did you mean 'bash'? "
              "(see tenure completion --help)");
}

TEST_F(Usage, BashCompletesCommandsOptionsAndChoices) {
  write_text(dir_ / "c.bash", text_of({"completion", "bash"}));
  const auto completed = [&](const std::string& words, int at) {
    const std::string script = "source '" + std::string(dir_ / "c.bash") + "'; COMP_WORDS=(" +
                               words + "); COMP_CWORD=" + std::to_string(at) +
                               "; _tenure; printf '%s\\n' \"${COMPREPLY[@]}\"";
    write_text(dir_ / "run.bash", script);
    const std::string command =
        "bash '" + std::string(dir_ / "run.bash") + "' > '" + std::string(dir_ / "said") + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe)
    return read_text(dir_ / "said");
  };
  EXPECT_EQ(completed("tenure simu", 1), "simulate\n");
  EXPECT_EQ(completed("tenure fit --calib", 2), "--calibration-end\n");
  EXPECT_EQ(completed("tenure fit --model pareto", 3), "pareto-nbd\n");
  EXPECT_EQ(completed("tenure help simu", 2), "simulate\n");
  EXPECT_EQ(completed("tenure completion z", 2), "zsh\n");
}

TEST_F(Usage, ManualHasEveryOptionOfEveryCommand) {
  const std::string page = text_of({"manual"});
  EXPECT_THAT(page, StartsWith(".TH TENURE 1"));
  for (const char* part : {"tenure import", "\\-\\-pseudonymize", "tenure simulate", "\\-\\-report",
                           "tenure help", ".SH EXIT STATUS"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

class Tables : public Usage {
 protected:
  Tables() {
    std::string log = "customer,item,time,price\n";
    for (int c = 0; c < 40; ++c) {
      for (int i = 0; i <= c % 4; ++i) {
        log += "c" + std::to_string(c) + ",\"item, " + std::to_string((c + i) % 6) + "\",2024-0" +
               std::to_string(1 + i) + "-0" + std::to_string(1 + c % 9) + ",5\n";
      }
    }
    write_text(dir_ / "log.csv", log);
    text_of({"import", dir_ / "log.csv", "-o", dir_ / "s.h5", "--quiet"});
    text_of({"train", dir_ / "s.h5", "-o", dir_ / "m.h5", "--model", "popularity", "--quiet"});
  }
};

TEST_F(Tables, CsvHasARowForEachListAndQuotesWhatNeedsIt) {
  const std::string csv = text_of({"recommend", dir_ / "m.h5", "--customer", "c1", "--customer",
                                   "c2", "-n", "2", "--csv", "-"});
  EXPECT_THAT(csv, StartsWith("customer,items.1,items.2,scores.1,scores.2\r\nc1,\"item, "));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3);
  EXPECT_THAT(csv, HasSubstr("\r\nc2,"));
}

TEST_F(Tables, CsvOfOneResultIsOneRowWithItsIntervals) {
  text_of({"evaluate", dir_ / "s.h5", "--model", "popularity", "--split", "random:0.5", "--at", "2",
           "--csv", dir_ / "e.csv", "--json", dir_ / "e.json", "--quiet"});
  const std::string csv = read_text(dir_ / "e.csv");
  EXPECT_THAT(csv, HasSubstr("metrics.recall@2"));
  EXPECT_THAT(csv, HasSubstr("intervals.recall@2.low,intervals.recall@2.high"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 2);
  const auto json = nlohmann::json::parse(read_text(dir_ / "e.json"));
  EXPECT_THAT(csv, HasSubstr(json["metrics"]["recall@2"].dump()));
}

TEST_F(Tables, JsonAndCsvCannotBothHaveStandardOutput) {
  const Outcome outcome = program_.run({"describe", dir_ / "s.h5", "--json", "-", "--csv", "-"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("cannot both have standard output"));
}

TEST_F(Tables, AreStyledOnATerminalAlone) {
  const std::string show = std::string(TENURE_PROGRAM) + " describe " + std::string(dir_ / "s.h5");
  const auto on_terminal = [&](const std::string& setting) {
    const std::string command = "TERM=xterm " + setting + " script -qec '" + show + "' '" +
                                std::string(dir_ / "seen") + "' > /dev/null 2>&1 < /dev/null";
    if (std::system(command.c_str()) != 0) return std::string();  // NOLINT(concurrency-mt-unsafe)
    return read_text(dir_ / "seen");
  };
  const std::string seen = on_terminal("NO_COLOR=");
  if (seen.empty()) GTEST_SKIP() << "script (bsdutils) is not here";
  EXPECT_THAT(seen, HasSubstr("\x1b[1m"));
  EXPECT_THAT(on_terminal("NO_COLOR=1"), Not(HasSubstr("\x1b[1m")));
  EXPECT_THAT(text_of({"describe", dir_ / "s.h5"}), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace tenure::test
