// Every key of every TOML file the program reads, held against the readers themselves: they note
// what they ask for, of which type, with which default and range.
#include "reference.hpp"
#include "scenario/scenario_parts.hpp"
#include "settings_files.hpp"
#include "world/world_file.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

std::string dataset(const std::string& name) {
  return std::string(TENURE_SOURCE_DIR) + "/datasets/" + name;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " or ") + word;
  return text;
}

/// The keys that a reader asks for over several files, and the rows of a page about them.
class Settings {
 public:
  void read(const ConfigFile& file, const std::function<void(const ConfigFile&)>& reader) {
    reader(file);
    for (const ConfigKey& key : file.known_keys()) {
      ConfigKey& merged = keys_[key.path];
      merged.path = key.path;
      merged.types.insert(key.types.begin(), key.types.end());
      merged.initials.insert(key.initials.begin(), key.initials.end());
      merged.ranges.insert(key.ranges.begin(), key.ranges.end());
    }
  }

  void agree_with(const std::string& page, const std::string& section) const {
    expect_every_table_is_read();
    Agreement agreement('.');
    std::map<std::string, ReferenceRow> rows;
    for (const ReferenceRow& row : read_reference(page)) {
      if (row.kind != "key" || row.section != section) continue;
      for (const std::string& name : row.names) {
        const std::string path = row.prefix.empty() ? name : row.prefix + "." + name;
        agreement.documented(path);
        EXPECT_TRUE(rows.emplace(path, row).second) << page << " has " << path << " twice";
      }
    }
    for (const auto& [path, key] : keys_) {
      if (is_table(key) || key.types.empty()) continue;
      agreement.found(path, "| `" + path + "` | " + joined(key.types) + " | | " +
                                joined(key.ranges) + " | `" + joined(key.initials) + "` | |");
      const auto row = rows.find(agreement.document_of(path));
      if (row != rows.end()) expect_alike(page, key, row->second);
    }
    const std::string differences = agreement.differences(page);
    EXPECT_TRUE(differences.empty()) << differences;
  }

 private:
  static bool is_table(const ConfigKey& key) {
    return key.types.contains("table") || key.types.contains("array of tables");
  }

  /// A table that none of the files has would hide the keys in it.
  void expect_every_table_is_read() const {
    for (const auto& [path, key] : keys_) {
      if (!is_table(key)) continue;
      const auto next = keys_.upper_bound(path + ".");
      EXPECT_TRUE(next != keys_.end() && next->first.starts_with(path + "."))
          << "no file of the test has the table " << path;
    }
  }

  /// Type, range and default as the reader has them; a default may stand elsewhere ("see ...").
  static void expect_alike(const std::string& page, const ConfigKey& key, const ReferenceRow& row) {
    EXPECT_EQ(plain(row.cells.at("type")), joined(key.types)) << page << ": " << key.path;
    if (!key.ranges.empty()) {
      EXPECT_EQ(plain(row.cells.at("range")), joined(key.ranges)) << page << ": " << key.path;
    }
    const std::string initial = plain(row.cells.at("default"));
    if (initial.starts_with("see ")) return;
    const std::string wanted = key.initials.empty() ? "none" : joined(key.initials);
    EXPECT_EQ(initial, wanted) << page << ": " << key.path;
  }

  std::map<std::string, ConfigKey> keys_;
};

/// What the scenarios of datasets/ leave out.
constexpr const char* kScenario = R"(
gross_margin = 0.4
horizon_days = 365
start = "2025-01-01"
[population]
customers = 100
unit = "week"
[population.uncertainty]
orders_log_covariance = [[0.01, 0, 0, 0], [0, 0.01, 0, 0], [0, 0, 0.01, 0], [0, 0, 0, 0.01]]
spend_log_covariance = [[0.01, 0, 0], [0, 0.01, 0], [0, 0, 0.01]]
[[population.region]]
name = "all"
r = 0.4
alpha = 13
a = 0.3
b = 0.8
p = 6
q = 4
gamma = 30
[index]
retention = { weight = 1 }
lifetime_value = { weight = 1 }
return = { weight = 1 }
reach = { weight = 1 }
feedback = { weight = 1 }
channel_synergy = { weight = 1 }
cost_of_churn = { weight = 1 }
compliance = { weight = 1 }
[[lever]]
name = "LEVER"
trigger = { kind = "order", every_order = true }
effect = { half_life_days = 30, experiment = { target = "rate", effect = 0.1, standard_error = 0.01, control = 1 } }
cost = { contact = 0.01 }
[[lever]]
name = "nudge"
trigger = { days_idle = 30, repeat_days = 30, max_times = 2 }
effect = { rate = 1.1, half_life_days = 30 }
[[strategy]]
name = "phases"
levers = ["LEVER"]
[[strategy.phase]]
budget = 10
shares = { LEVER = 0.5 }
[[strategy]]
name = "one pot"
levers = ["LEVER"]
budget = 10
)";

TEST(SettingsReference, HasEveryKeyOfAScenarioAsTheReaderHasItAndNoOther) {
  Settings settings;
  const auto reader = [](const ConfigFile& file) { simulator::scenario_from(file); };
  settings.read(ConfigFile::parse(kScenario, "scenario"), reader);
  for (const char* name : {"default", "store", "all-levers", "cross-border-5y"}) {
    settings.read(ConfigFile::read(dataset("scenarios/" + std::string(name) + ".toml")), reader);
  }
  settings.agree_with("SCENARIO.md", "Scenario files");
}

TEST(SettingsReference, HasEveryKeyOfAWorld) {
  Settings settings;
  settings.read(ConfigFile::read(dataset("worlds/default.toml")),
                [](const ConfigFile& file) { simulator::world_from(file); });
  settings.agree_with("SCENARIO.md", "World files");
}

TEST(SettingsReference, HasEveryKeyOfTheSegments) {
  Settings settings;
  settings.read(ConfigFile::read(dataset("segments/default.toml")),
                [](const ConfigFile& file) { customers::segment_options_from(file); });
  settings.agree_with("SETTINGS.md", "Segments and health");
}

TEST(SettingsReference, HasEveryKeyOfTheWarningRules) {
  Settings settings;
  settings.read(ConfigFile::read(dataset("rules/early-warning.toml")),
                [](const ConfigFile& file) { customers::warning_rules_from(file); });
  settings.agree_with("SETTINGS.md", "Early warnings");
}

TEST(SettingsReference, HasEveryKeyOfAMarketSurvey) {
  Settings settings;
  settings.read(ConfigFile::read(dataset("markets/cross-border.toml")),
                [](const ConfigFile& file) { customers::market_survey_from(file); });
  settings.agree_with("SETTINGS.md", "Market surveys");
}

}  // namespace
}  // namespace tenure::test
