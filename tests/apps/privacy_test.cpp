// Pseudonyms, export, erasure and shared counts from the command line.
#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr const char* kPseudonym =
    "29fd4c33788c45b5b9509019c05eeeaf";  // HMAC-SHA-256(kKey, "anna-7"), by openssl

/// Customers anna-0 to anna-39 in two regions, with every column; anna-7 alone has the item
/// "yacht".
class Privacy : public testing::Test {
 protected:
  static std::string line(int customer, const std::string& item, int i) {
    const int day = (customer * 7 + i * i * 3) % 300;
    return "anna-" + std::to_string(customer) + "," + item + ",2024-" + (day / 28 < 9 ? "0" : "") +
           std::to_string(day / 28 + 1) + "-" + (day % 28 < 9 ? "0" : "") +
           std::to_string(day % 28 + 1) + "," + std::to_string(1 + i % 3) + "," +
           std::to_string(customer % 5 + 1) + ".25,o" + std::to_string(customer * 10 + i) + "," +
           (customer % 2 == 0 ? "North" : "South") + "\n";
  }
  static std::string log_of(const std::function<bool(int)>& wanted) {
    std::string text = "customer,item,time,quantity,price,order,region\n";
    for (int i = 0; i < 6; ++i) {
      for (int customer = 0; customer < 40; ++customer) {
        if (!wanted(customer) || (customer % 4 == 0 && i > 2)) continue;
        text += line(customer, "i" + std::to_string((customer % 3) * 5 + (customer + i) % 7), i);
        if (customer == 7 && i == 2) text += line(customer, "yacht", i);
      }
    }
    return text;
  }
  static bool everybody(int) { return true; }

  static std::string day_of_2024(int day) {
    const int month = day / 28 + 1;
    const int of_month = day % 28 + 1;
    return "2024-" + std::string(month < 10 ? "0" : "") + std::to_string(month) + "-" +
           (of_month < 10 ? "0" : "") + std::to_string(of_month);
  }
  /// Orders that lifetime models can tell apart: of 120 customers a third leaves after the first, a
  /// third after a few, a third stays; some spend thirteen times as much as others.
  static std::string order_log(const std::function<bool(int)>& wanted) {
    std::string text = "customer,item,time,price\n";
    for (int customer = 0; customer < 120; ++customer) {
      if (!wanted(customer)) continue;
      const int gap = 5 + customer * 7 % 31;
      const int most = customer % 3 == 0 ? 1 : customer % 3 == 1 ? 2 + customer % 4 : 100;
      for (int i = 0; i < most && customer % 60 + i * gap < 330; ++i) {
        text += "anna-" + std::to_string(customer) + ",i," +
                day_of_2024(customer % 60 + i * gap + i * i % 3) + "," +
                std::to_string((1 + customer % 13) * (10 + i * 7 % 5)) + "\n";
      }
    }
    return text;
  }

  std::string file(const std::string& name, const std::string& text, mode_t mode = 0644) {
    write_text(dir_ / name, text);
    chmod((dir_ / name).c_str(), mode);
    return dir_ / name;
  }
  std::string import(const std::string& name, const std::string& text,
                     const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"import", file(name + ".csv", text), "-o",
                                          dir_ / (name + ".h5"), "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    run(arguments);
    return dir_ / (name + ".h5");
  }
  std::string train(const std::string& store, const std::string& name) {
    run({"train", store, "-o", dir_ / name, "--factors", "4", "--epochs", "4", "--quiet"});
    return dir_ / name;
  }
  Outcome run(const std::vector<std::string>& arguments) {
    Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome;
  }
  Json json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    const Outcome outcome = run(arguments);
    return outcome.exit_code == 0 ? Json::parse(outcome.out) : Json();
  }
  void expect_error(const std::vector<std::string>& arguments, int exit_code,
                    const std::string& part) {
    const auto before = names();
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
    EXPECT_THAT(outcome.err, testing::StartsWith("tenure: error: "));
    EXPECT_THAT(outcome.err, HasSubstr(part));
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(names(), before);
  }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      const std::string name = entry.path().filename().string();
      if (name != ".stdout" && name != ".stderr") found.insert(name);
    }
    return found;
  }
  std::string key() { return file("shop.key", std::string(kKey) + "\n", 0600); }
  std::string other_key() {
    std::string digits = kKey;
    std::swap(digits[1], digits[3]);
    return file("other.key", digits, 0600);
  }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(Privacy, PseudonymsAreTheDocumentedHashAndNoOutputHoldsAnOriginalId) {
  const std::string log = file("log.csv", log_of(everybody));
  const Outcome imported =
      run({"import", log, "-o", dir_ / "s.h5", "--pseudonymize", key(), "--json", "-"});
  EXPECT_THAT(imported.out, HasSubstr("\"pseudonym_key\""));
  EXPECT_THAT(imported.out, Not(HasSubstr("anna")));
  EXPECT_THAT(read_text(dir_ / "s.h5"), Not(HasSubstr("anna")));
  run({"customers", dir_ / "s.h5", "-o", dir_ / "c.csv", "--quiet"});
  EXPECT_THAT(read_text(dir_ / "c.csv"), HasSubstr(kPseudonym));
  EXPECT_THAT(read_text(dir_ / "c.csv"), Not(HasSubstr("anna")));
}

TEST_F(Privacy, StrictImportTellsTheLineButNotWho) {
  const std::string log =
      file("log.csv", "customer,item,time\nanna,i,2024-01-01\nanna,i,tomorrow\n");
  const Outcome outcome =
      program_.run({"import", log, "-o", dir_ / "s.h5", "--strict", "--pseudonymize", key()});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("log.csv:3: bad_date"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("anna")));
}

TEST_F(Privacy, NewKeyIsMadeOnceAndOnlyWithAGoodImport) {
  const std::string log = file("log.csv", log_of(everybody));
  const std::string path = dir_ / "new.key";
  const std::vector<std::string> import = {
      "import", log, "-o", dir_ / "a.h5", "--quiet", "--pseudonymize", path, "--new-key"};
  expect_error({"import", file("bad.csv", "a,b\n"), "-o", dir_ / "a.h5", "--pseudonymize", path,
                "--new-key"},
               3, "bad.csv");
  run(import);
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const std::string key_text = read_text(path);
  EXPECT_EQ(key_text.size(), 65U);
  expect_error(import, 3, "never overwritten");
  EXPECT_EQ(read_text(path), key_text);
  run({"import", log, "-o", dir_ / "b.h5", "--quiet", "--pseudonymize", path});
  EXPECT_EQ(read_text(dir_ / "a.h5"), read_text(dir_ / "b.h5"));
}

TEST_F(Privacy, BadKeysAreOneClearLine) {
  const std::string log = file("log.csv", log_of(everybody));
  const auto refused = [&](const std::string& path, const std::string& part) {
    expect_error({"import", log, "-o", dir_ / "s.h5", "--pseudonymize", path}, 3, part);
  };
  refused(dir_ / "none.key", "cannot be opened");
  refused(file("empty.key", "", 0600), "is empty");
  refused(file("short.key", "00ff", 0600), "at least 64");
  refused(file("text.key", std::string(70, 'x'), 0600), "other characters");
  refused(file("open.key", kKey, 0644), "everybody can read");
  expect_error({"import", log, "-o", dir_ / "s.h5", "--new-key"}, 2, "--pseudonymize KEYFILE");
}

TEST_F(Privacy, OriginalIdsFindTheirPseudonymsWithTheKey) {
  const std::string store = import("s", log_of(everybody), {"--pseudonymize", key()});
  const std::string model = train(store, "m.h5");
  const std::string orders = import("o", order_log(everybody), {"--pseudonymize", key()});
  const std::vector<std::vector<std::string>> commands = {
      {"recommend", model},
      {"similar", model},
      {"fit", orders},
      {"fit", orders, "--model", "gamma-gamma"}};
  for (const auto& command : commands) {
    const auto with = [&](const std::vector<std::string>& more) {
      std::vector<std::string> arguments = command;
      arguments.insert(arguments.end(), more.begin(), more.end());
      return arguments;
    };
    Json by_key = json(with({"--customer", "anna-7", "--key", key()}));
    Json by_pseudonym = json(with({"--customer", kPseudonym}));
    by_key.erase("fit_seconds");
    by_pseudonym.erase("fit_seconds");
    EXPECT_EQ(by_key, by_pseudonym) << command[0];
    EXPECT_THAT(by_key.dump(), HasSubstr(kPseudonym));
    expect_error(with({"--customer", "anna-7"}), 2, "the ids are pseudonyms here");
    expect_error(with({"--customer", "nobody", "--key", key()}), 2, "unknown customer 'nobody'");
    expect_error(with({"--customer", "anna-7", "--key", other_key()}), 3, "is not the key of");
  }
  expect_error({"recommend", model, "--all", "--key", key()}, 2, "--key goes with --customer");
}

TEST_F(Privacy, KeyIsOfNoUseWhereIdsAreOriginal) {
  const std::string model = train(import("s", log_of(everybody)), "m.h5");
  expect_error({"recommend", model, "--customer", "anna-7", "--key", key()}, 2, "leave out --key");
}

TEST_F(Privacy, FilesOfDifferentKeysDoNotJoin) {
  const std::string log = log_of(everybody);
  const std::string one = import("one", log, {"--pseudonymize", key()});
  const std::string same = import("same", log, {"--pseudonymize", key()});
  const std::string two = import("two", log, {"--pseudonymize", other_key()});
  const std::string plain = import("plain", log);
  const std::string model = train(one, "m.h5");
  run({"update", model, same, "-o", dir_ / "u.h5", "--quiet"});
  expect_error({"update", model, two, "-o", dir_ / "v.h5"}, 3, "pseudonyms of another key");
  expect_error({"update", model, plain, "-o", dir_ / "v.h5"}, 3, "original ids");
  run({"evaluate", one, "--test", same, "--model", "popularity", "--rebuy", "--quiet"});
  expect_error({"evaluate", one, "--test", two, "--model", "popularity"}, 3, "another key");
  expect_error({"evaluate", plain, "--test", one, "--model", "popularity"}, 3, "pseudonyms");
  expect_error({"evaluate", plain, "--test", one, "--fold-in", two, "--model", "popularity"}, 3,
               "another key");
  expect_error({"evaluate", model, "--test", plain}, 3, "original ids");
}

TEST_F(Privacy, ExportHoldsEveryEventAndEverythingTheModelHas) {
  const std::string store = import("s", log_of(everybody));
  const std::string model = train(store, "m.h5");
  run({"export", store, model, "--customer", "anna-7", "-o", dir_ / "7.json", "--quiet"});
  const Json all = Json::parse(read_text(dir_ / "7.json"));
  ASSERT_EQ(all["files"].size(), 2U);
  const Json& events = all["files"][0]["events"];
  ASSERT_EQ(events.size(), 7U);
  EXPECT_EQ(events[3], Json::parse(R"({"time": "2024-03-06T00:00:00Z", "kind": "purchase",
      "item": "yacht", "quantity": 3.0, "unit_price": 3.25, "order": "o72", "region": "South"})"));
  const Json& of_model = all["files"][1];
  EXPECT_EQ(of_model["model"], "ials");
  EXPECT_EQ(of_model["learnt"]["model/user_factors"].size(), 4U);
  EXPECT_EQ(of_model["groups"]["newcomers/"], "South");
  std::set<std::string> bought;
  for (const Json& event : events) bought.insert(event["item"]);
  std::set<std::string> known;
  for (const Json& pair : of_model["interactions"]) known.insert(pair["item"]);
  EXPECT_EQ(known, bought);
  // The same document on standard output.
  EXPECT_EQ(Json::parse(run({"export", store, model, "--customer", "anna-7"}).out), all);
}

TEST_F(Privacy, ExportTakesOriginalIdsWithTheKeyAndRefusesWhomNobodyKnows) {
  const std::string store = import("s", log_of(everybody), {"--pseudonymize", key()});
  const Json found =
      Json::parse(run({"export", store, "--customer", "anna-7", "--key", key()}).out);
  EXPECT_EQ(found["files"][0]["customer"], kPseudonym);
  EXPECT_EQ(found["files"][0]["pseudonym"], true);
  EXPECT_EQ(found["files"][0]["events"].size(), 7U);
  expect_error({"export", store, "--customer", "nobody"}, 2, "unknown customer 'nobody'");
  expect_error({"export", dir_ / "none.h5", "--customer", "x"}, 3, "none.h5");
}

TEST_F(Privacy, ErasedStoreIsByteForByteTheOneOfTheLogWithoutTheCustomer) {
  const std::string store = import("s", log_of(everybody));
  const std::string without = import("w", log_of([](int customer) { return customer != 7; }));
  run({"erase", store, "--customer", "anna-7", "--drop-items", "-o", dir_ / "e.h5", "--quiet"});
  EXPECT_EQ(read_text(dir_ / "e.h5"), read_text(without));
  const Json kept = json({"erase", store, "--customer", "anna-7", "-o", dir_ / "k.h5"});
  EXPECT_EQ(kept["files"][0]["events"], 7);
  EXPECT_EQ(kept["files"][0]["items"], 0);  // the yacht stays in the catalogue
  EXPECT_EQ(json({"describe", dir_ / "k.h5"})["items"], json({"describe", store})["items"]);
}

TEST_F(Privacy, ErasingInPlaceReplacesEveryFileAndKeepsPermissions) {
  const std::string store = import("s", log_of(everybody));
  const std::string model = train(store, "m.h5");
  chmod(store.c_str(), 0640);
  const Json before = json({"recommend", model, "--all"});
  const Json report =
      json({"erase", store, model, "--customer", "anna-7", "--customer", "anna-8", "--in-place"});
  EXPECT_EQ(report["files"][0]["customers"], 2);
  EXPECT_EQ(report["files"][1]["customers"], 2);
  struct stat status {};
  ASSERT_EQ(stat(store.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
  for (const char* id : {"anna-7", "anna-8"}) {
    expect_error({"export", store, model, "--customer", id}, 2, "unknown customer");
    EXPECT_THAT(read_text(store), Not(HasSubstr(id)));
    EXPECT_THAT(read_text(model), Not(HasSubstr(id)));
  }
  std::map<std::string, Json> expected;
  for (const Json& list : before["lists"]) expected[list["customer"]] = list["items"];
  expected.erase("anna-7");
  expected.erase("anna-8");
  std::map<std::string, Json> found;
  const Json after = json({"recommend", model, "--all"});
  for (const Json& list : after["lists"]) {
    found[list["customer"]] = list["items"];
  }
  EXPECT_EQ(found, expected);
}

TEST_F(Privacy, EraseLeavesEveryFileAsItWasWhereOneOfThemIsBad) {
  const std::string store = import("s", log_of(everybody));
  const std::string alone = import("alone", log_of([](int customer) { return customer == 7; }));
  const std::string before = read_text(store);
  expect_error({"erase", store, alone, "--customer", "anna-7", "--in-place"}, 3,
               "holds nobody else; delete the file");
  expect_error({"erase", store, dir_ / "none.h5", "--customer", "anna-7", "--in-place"}, 3,
               "none.h5");
  expect_error({"erase", store, "--customer", "anna-7", "--customer", "nobody", "--in-place"}, 2,
               "unknown customer 'nobody'");
  expect_error({"erase", store, "--customer", "anna-7"}, 2, "--in-place");
  expect_error({"erase", store, "--customer", "anna-7", "--in-place", "-o", dir_ / "o.h5"}, 2,
               "--in-place");
  expect_error({"erase", store, alone, "--customer", "anna-7", "-o", dir_ / "o.h5"}, 2, "one file");
  expect_error({"erase", store, store, "--customer", "anna-7", "--in-place"}, 2, "given twice");
  EXPECT_EQ(read_text(store), before);
  // A file that does not know the customer is left as it is; the other one is rewritten.
  const std::string north = import("n", log_of([](int customer) { return customer % 2 == 0; }));
  const std::string north_before = read_text(north);
  const Json report = json({"erase", store, north, "--customer", "anna-7", "--in-place"});
  EXPECT_EQ(report["files"][1]["customers"], 0);
  EXPECT_EQ(read_text(north), north_before);
  EXPECT_NE(read_text(store), before);
}

TEST_F(Privacy, CountsOfRegionsGiveTheEstimatesOfThePooledLog) {
  const std::string end = "2024-09-30";
  const std::string all = import("all", order_log(everybody));
  std::vector<std::string> files;
  for (const int region : {0, 1}) {
    const std::string name = region == 0 ? "north" : "south";
    const std::string store =
        import(name, order_log([&](int customer) { return customer % 2 == region; }));
    const Json written = json({"counts", store, "-o", dir_ / (name + "-counts.csv"),
                               "--calibration-end", end, "--log-gaps"});
    EXPECT_EQ(written["customers"], 60);
    EXPECT_EQ(written["calibration_end"], end);
    files.push_back(dir_ / (name + "-counts.csv"));
    EXPECT_THAT(read_text(files.back()), Not(HasSubstr("anna")));
    EXPECT_THAT(read_text(files.back()),
                testing::StartsWith("frequency,recency,T,weights,log_gaps\n"));
  }
  for (const char* model : {"bg-nbd", "pareto-nbd", "mbg-cnbd"}) {
    const Json pooled = json({"fit", all, "--model", model, "--calibration-end", end});
    const Json shared = json({"fit", "--counts", files[0], "--counts", files[1], "--model", model});
    EXPECT_EQ(shared["customers"], pooled["customers"]);
    EXPECT_NEAR(shared["log_likelihood"], pooled["log_likelihood"], 1e-9);
    for (const auto& [name, value] : pooled["parameters"].items()) {
      // The rows are the same numbers; only sums of log gaps may round differently.
      EXPECT_NEAR(shared["parameters"][name].get<double>() / value.get<double>(), 1.0, 1e-9)
          << model << " " << name;
    }
  }
}

}  // namespace
}  // namespace tenure::test
