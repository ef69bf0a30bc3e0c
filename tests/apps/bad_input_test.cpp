#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using testing::HasSubstr;

constexpr int kUsage = 2;
constexpr int kData = 3;
constexpr int kInterrupted = 130;

/// Every command sees the same folder; what a failing command leaves there is compared.
class BadInput : public testing::Test {
 protected:
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      const std::string name = entry.path().filename().string();
      if (name != ".stdout" && name != ".stderr") names.insert(name);
    }
    return names;
  }

  /// One line on stderr, the exit code, nothing on stdout, no file more or less than before.
  void expect_error(const std::vector<std::string>& arguments, int exit_code,
                    const std::string& part) {
    const auto before = files();
    const Outcome outcome = program_.run(arguments);
    check_error(outcome, exit_code, part);
    EXPECT_EQ(files(), before);
  }

  static void check_error(const Outcome& outcome, int exit_code, const std::string& part) {
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, testing::StartsWith("tenure: error: "));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_EQ(outcome.err.empty() ? '\0' : outcome.err.back(), '\n');
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }

  void expect_import_error(const std::string& text, int exit_code, const std::string& part,
                           std::vector<std::string> more = {}) {
    const std::string input = dir_ / "input.csv";
    write_text(input, text);
    std::vector<std::string> arguments = {"import", input, "-o", dir_ / "store.h5"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    expect_error(arguments, exit_code, part);
  }

  std::string make_store() {
    const std::string input = dir_ / "good.csv";
    std::string text = "customer,item,time,price\n";
    for (int i = 0; i < 4000; ++i) {
      text += "c" + std::to_string(i % 97) + ",i" + std::to_string(i * 7 % 53) + ",2024-" +
              (i % 12 < 9 ? "0" : "") + std::to_string(i % 12 + 1) + "-15,9.99\n";
    }
    write_text(input, text);
    const std::string store = dir_ / "good.h5";
    const Outcome made = program_.run({"import", input, "-o", store, "--quiet"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    return store;
  }

  /// A scenario that runs, with one line replaced.
  std::string scenario_with(const std::string& from, const std::string& to) {
    std::string text = read_text(source_file("datasets/scenarios/default.toml"));
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << "the default scenario no longer holds: " << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    const std::string path = dir_ / "scenario.toml";
    write_text(path, text);
    return path;
  }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(BadInput, MissingFile) {
  expect_error({"import", dir_ / "absent.csv", "-o", dir_ / "s.h5"}, kData, "absent.csv");
  expect_error({"describe", dir_ / "absent.h5"}, kData, "absent.h5");
  expect_error({"train", dir_ / "absent.h5", "-o", dir_ / "m.h5"}, kData, "absent.h5");
  expect_error({"recommend", dir_ / "absent.h5", "--all"}, kData, "absent.h5");
  expect_error({"simulate", dir_ / "absent.toml", "-o", dir_ / "r.h5"}, kData, "absent.toml");
}

TEST_F(BadInput, DirectoryInPlaceOfAFile) {
  const std::string folder = dir_.path().string();
  expect_error({"import", folder, "-o", dir_ / "s.h5"}, kData, "directory");
  expect_error({"describe", folder}, kData, "directory");
  expect_error({"simulate", folder, "-o", dir_ / "r.h5"}, kData, "directory");
  make_store();
  expect_error({"import", dir_ / "good.csv", "-o", folder}, kData, "directory");
}

TEST_F(BadInput, EmptyFile) { expect_import_error("", kData, "empty"); }

TEST_F(BadInput, HeaderOnly) { expect_import_error("customer,item,time\n", kData, "input.csv"); }

TEST_F(BadInput, MissingColumn) {
  expect_import_error("customer,item,price\nc,i,1\n", kData, "time", {"--format", "csv"});
  expect_import_error("customer,item,time\nc,i,2024-01-01\n", kData, "nosuch",
                      {"--columns", "price=nosuch"});
  expect_import_error("customer,item,time\nc,i,2024-01-01\n", kUsage, "--columns",
                      {"--columns", "price"});
}

TEST_F(BadInput, BadDateIsCountedAndStrictNamesItsLine) {
  const std::string text = "customer,item,time\nc,i,2024-01-01\nc,i,2024-02-30\nd,i,2024-03-01\n";
  expect_import_error(text, kData, "input.csv:3:", {"--strict"});
  const Outcome lenient =
      program_.run({"import", dir_ / "input.csv", "-o", dir_ / "s.h5", "--json", "-"});
  EXPECT_EQ(lenient.exit_code, 0) << lenient.err;
  EXPECT_THAT(lenient.out, HasSubstr("\"kept\": 2"));
  EXPECT_THAT(lenient.out, HasSubstr("\"bad_date\": 1"));
}

TEST_F(BadInput, NegativePriceIsCountedAndStrictNamesItsLine) {
  const std::string text = "customer,item,time,price\nc,i,2024-01-01,3\nc,i,2024-01-02,-3\n";
  expect_import_error(text, kData, "input.csv:3:", {"--strict"});
  const Outcome lenient =
      program_.run({"import", dir_ / "input.csv", "-o", dir_ / "s.h5", "--json", "-"});
  EXPECT_EQ(lenient.exit_code, 0) << lenient.err;
  EXPECT_THAT(lenient.out, HasSubstr("\"negative_price\": 1"));
}

TEST_F(BadInput, NoRowKept) {
  expect_import_error("customer,item,time\n,i,2024-01-01\n", kData, "input.csv");
}

TEST_F(BadInput, LineOfTenMegabytes) {
  expect_import_error("customer,item,time\nc,i,2024-01-01\n" + std::string(10'000'000, 'x') + "\n",
                      kData, "input.csv:3:");
}

TEST_F(BadInput, BinaryFileAsCsv) {
  std::string binary(
      "\x7f"
      "ELF",
      4);
  for (int i = 0; i < 5000; ++i) binary.push_back(static_cast<char>(i * 37 % 256));
  expect_import_error(binary, kData, "input.csv");
}

TEST_F(BadInput, TextFileAsHdf5) {
  const std::string text = dir_ / "text.h5";
  write_text(text, "customer,item\n1,2\n");
  expect_error({"describe", text}, kData, "text.h5");
  expect_error({"recommend", text, "--all"}, kData, "text.h5");
  expect_error({"train", text, "-o", dir_ / "m.h5"}, kData, "text.h5");
}

TEST_F(BadInput, AForeignFileIsNamedWithTheCommandThatHelps) {
  const std::string log = dir_ / "orders.csv";
  write_text(log, "customer,item,time\nc,i,2024-01-01\n");
  const std::string importing = "; tenure import " + log + " -o shop.h5 makes a store of a log";
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"describe", log},
           {"train", log, "-o", dir_ / "m.h5"},
           {"fit", log},
           {"customers", log, "-o", dir_ / "c.csv"},
           {"churn", log},
           {"backtest", log, "--calibration-end", "2024-01-01"}}) {
    expect_error(command, kData, "orders.csv: is text, not a store" + importing);
  }
  expect_error({"recommend", log, "--all"}, kData,
               "orders.csv: is text, not a model" + importing +
                   " of orders, and tenure train shop.h5 -o model.h5 makes a model");
  expect_error({"report", log, "-o", dir_ / "r.html"}, kData, "is text, no file of tenure's");
  const auto described = [&](const std::string& name, const std::string& bytes,
                             const std::string& part) {
    write_text(dir_ / name, bytes);
    expect_error({"describe", dir_ / name}, kData, part);
  };
  described("two words.csv", "a,b\n", "tenure import '" + (dir_ / "two words.csv") + "' -o");
  described("book.xlsx", "PK\x03\x04 and so on", "is a zip file or a workbook");
  described("log.csv.gz", "\x1f\x8b\x08 and so on", "unpack it");
  described("other.h5", "\x89HDF\r\n\x1a\n and so on", "is HDF5 of another program");
  described("plan.toml", "horizon_days = 3\n", "is a TOML file, not a store; tenure simulate ");
  described("log.json", "[{\"customer\": 1}]\n", "is JSON, not a store");
}

TEST_F(BadInput, AStoreAModelAndAResultAreToldApart) {
  const std::string store = make_store();
  const std::string model = dir_ / "m.h5";
  const Outcome trained = program_.run({"train", store, "-o", model, "--model", "popularity"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  expect_error({"describe", model}, kData, "m.h5: is a model, not a store");
  expect_error({"recommend", store, "--all"}, kData,
               "good.h5: is a store, not a model; tenure train " + store + " -o model.h5 makes");
  expect_error({"import", store, "-o", dir_ / "s.h5"}, kData, "good.h5: is a store already");
  expect_error({"import", model, "-o", dir_ / "s.h5"}, kData, "m.h5: is a model, not a log");
}

TEST_F(BadInput, WhatIsNoLogIsNamedAtTheImport) {
  const auto refuse = [&](const std::string& name, const std::string& text,
                          const std::string& part) {
    write_text(dir_ / name, text);
    expect_error({"import", dir_ / name, "-o", dir_ / "s.h5"}, kData, name + ": " + part);
  };
  refuse("log.json", "[\n  {\"customer\": 1}\n]\n", "is JSON, not a log");
  refuse("plan.toml", "horizon_days = 3\n", "is a TOML file, not a log; tenure simulate ");
  refuse("book.xlsx", std::string("PK\x03\x04\0\0", 6), "is a zip file or a workbook; save");
  refuse("log.csv.gz", std::string("\x1f\x8b\x08\0", 4), "is packed");
}

TEST_F(BadInput, UnknownHeadersAreAnsweredWithTheOptionThatNamesThem) {
  expect_import_error("kunde,artikel,datum\n1,a,2024-01-01\n", kData,
                      "no column for customer and time in the header, which has: kunde, artikel, "
                      "datum; name the columns, e.g. --columns "
                      "customer=kunde,item=artikel,time=datum");
  const Outcome mapped = program_.run({"import", dir_ / "input.csv", "-o", dir_ / "s.h5",
                                       "--columns", "customer=kunde,item=artikel,time=datum"});
  EXPECT_EQ(mapped.exit_code, 0) << mapped.err;
  expect_import_error("kunde,artikel,datum\n1,a,2024-01-01\n", kUsage,
                      "--columns custmer=kunde: the role 'custmer' is none of customer, item, ",
                      {"--columns", "custmer=kunde"});
}

TEST_F(BadInput, AQuoteThatIsNeverClosedNamesItsLineAndWhatItSwallows) {
  expect_import_error(
      "customer,item,time\nc,i,2024-01-01\nc,\"i,2024-01-02\nc,j,2024-01-03\nc,k,2024-01-04\n",
      kData,
      "input.csv:3: a quoted field is never closed: the quote takes in the 2 lines behind it");
}

TEST_F(BadInput, WeightsThatAreNone) {
  const std::string store = make_store();
  const std::vector<std::vector<std::string>> bad = {
      {"--kinds", "purchase=0"},    {"--kinds", "purchase=nan"},        {"--kinds", "purchase=-1"},
      {"--kinds", "purchase=inf"},  {"--kinds", "purchase=1e-60"},      {"--kinds", "buy=1"},
      {"--kinds", "purchase,"},     {"--kinds", "purchase,purchase=2"}, {"--decay-half-life", "0"},
      {"--decay-half-life", "nan"}, {"--decay-half-life", "a week"},    {"--value", "counts"}};
  for (const auto& option : bad) {
    expect_error({"evaluate", store, option[0], option[1]}, kUsage, option[0]);
    expect_error({"train", store, "-o", dir_ / "m.h5", option[0], option[1]}, kUsage, option[0]);
  }
  expect_error({"evaluate", store, "--kinds", "view"}, kData, "no event");
  const std::string model = dir_ / "weighted.h5";
  const Outcome trained = program_.run(
      {"train", store, "-o", model, "--model", "popularity", "--decay-half-life", "30", "--quiet"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  expect_error({"evaluate", model, "--test", store, "--kinds", "view"}, kUsage, "model file");
}

TEST_F(BadInput, StoreTruncatedAtTenPlaces) {
  const std::string whole = read_text(make_store());
  for (std::size_t tenth = 0; tenth < 10; ++tenth) {
    const std::string cut = dir_ / "cut.h5";
    write_text(cut, whole.substr(0, whole.size() * (2 * tenth + 1) / 20));
    expect_error({"describe", cut}, kData, "cut.h5");
  }
}

TEST_F(BadInput, StoreGivenWhereAModelIsAsked) {
  const std::string store = make_store();
  expect_error({"recommend", store, "--all"}, kData, "good.h5");
}

TEST_F(BadInput, UnknownOptionOrCommand) {
  expect_error({"describe", "x.h5", "--nosuch"}, kUsage, "--nosuch");
  expect_error({"nosuch"}, kUsage, "nosuch");
  expect_error({"train", "--factors"}, kUsage, "--factors");
  expect_error({"describe", "x.h5", "--threads", "many"}, kUsage, "--threads");
  expect_error({"describe", "x.h5", "--threads", "-2"}, kUsage, "threads");
  expect_error({"describe", "x.h5", "--progress", "loud"}, kUsage, "--progress");
}

TEST_F(BadInput, OptionsOutOfRange) {
  const std::string store = make_store();
  const std::string model = dir_ / "m.h5";
  const std::vector<std::vector<std::string>> cases = {
      {"--factors", "0"},          {"--factors", "-5"},
      {"--regularization", "-1"},  {"--unobserved-weight", "-1"},
      {"--regularization", "nan"}, {"--epochs", "0"},
      {"--model", "nosuch"},       {"--split", "sideways:2"},
      {"--split", "temporal:1.5"}};
  for (const auto& extra : cases) {
    std::vector<std::string> arguments = {"train", store, "-o", model};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    expect_error(arguments, kUsage, "");
  }
}

TEST_F(BadInput, BlendFilesAreCheckedWithFileAndLine) {
  const std::string store = make_store();
  const std::string config = dir_ / "blend.toml";
  const auto refuse = [&](const std::string& text, int exit_code, const std::string& part) {
    write_text(config, text);
    expect_error({"train", store, "-o", dir_ / "m.h5", "--config", config}, exit_code, part);
  };
  const std::string head = "model = \"blend\"\n[[component]]\n";
  refuse("model = \"blend\"\n", kUsage, "[[component]]");
  refuse(head + "model = \"nosuch\"\n", kData, "blend.toml:3: ");
  refuse(head + "model = \"blend\"\n", kData, "blend.toml:3: ");
  refuse(head + "model = \"ials\"\nweight = -1\n", kData, "blend.toml:4: ");
  refuse(head + "model = \"ials\"\nfactors = 0\n", kData, "blend.toml:4: ");
  refuse(head + "model = \"ials\"\nneighbours = 5\n", kData, "blend.toml:4: ");
  refuse(head + "model = \"popularity\"\nweight = 0\n", kUsage, "weight above 0");
  refuse("model = \"ials\"\n[[component]]\nmodel = \"ials\"\n", kData, "component");
}

TEST_F(BadInput, UnknownCustomer) {
  const std::string store = make_store();
  const std::string model = dir_ / "m.h5";
  const Outcome trained =
      program_.run({"train", store, "-o", model, "--factors", "4", "--epochs", "2", "--quiet"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  expect_error({"recommend", model, "--customer", "nobody"}, kUsage, "nobody");
  expect_error({"similar", model, "--item", "nothing"}, kUsage, "nothing");
}

TEST_F(BadInput, UnknownTomlKeyNamesFileAndLine) {
  const std::string path = dir_ / "scenario.toml";
  write_text(path, "surprise = 1\n" + read_text(source_file("datasets/scenarios/default.toml")));
  expect_error({"simulate", path, "-o", dir_ / "r.h5"}, kData, "scenario.toml:1:");
}

TEST_F(BadInput, TomlSyntaxErrorNamesFileAndLine) {
  const std::string path = dir_ / "scenario.toml";
  write_text(path, "currency = \"USD\"\nhorizon_days = = 3\n");
  expect_error({"simulate", path, "-o", dir_ / "r.h5"}, kData, "scenario.toml:2:");
}

TEST_F(BadInput, ScenarioValuesAreCheckedWithFileAndLine) {
  const auto refuse = [&](const std::string& from, const std::string& to, const std::string& part) {
    const std::string path = scenario_with(from, to);
    const std::string text = read_text(path);
    const auto line =
        1 +
        std::count(text.begin(), text.begin() + std::ssize(text.substr(0, text.find(to))), '\n');
    expect_error({"simulate", path, "-o", dir_ / "r.h5"}, kData,
                 "scenario.toml:" + std::to_string(line) + ": ");
    expect_error({"simulate", path, "-o", dir_ / "r.h5"}, kData, part);
  };
  refuse("uptake = 0.05", "uptake = -0.05", "uptake");
  refuse("gross_margin = 0.40", "gross_margin = 1.40", "gross_margin");
  refuse("horizon_days = 730", "horizon_days = \"long\"", "horizon_days");
  refuse("replications = 2", "replications = 2.5", "replications");
  refuse("contact = 0.002", "contact = -1", "contact");
}

TEST_F(BadInput, InterruptDuringTrainingLeavesNoModel) {
  const std::string store = make_store();
  const auto before = files();
  const std::string model = dir_ / "m.h5";
  // Enough epochs to be under way for minutes; the bar shows once a second has passed.
  const Outcome outcome = program_.interrupt_when(
      {"train", store, "-o", model, "--factors", "32", "--epochs", "1000000", "--progress",
       "always"},
      [](const Program& program) { return program.error_so_far().find('%') != std::string::npos; });
  EXPECT_EQ(outcome.exit_code, kInterrupted);
  EXPECT_THAT(outcome.err, HasSubstr("tenure: error: interrupted\n"));
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(files(), before);
}

}  // namespace
}  // namespace tenure::test
