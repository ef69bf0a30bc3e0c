// The keys of --json, held against docs/reference/JSON.md by what real runs write.
#include "reference.hpp"
#include "small_shop.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using Json = nlohmann::json;

std::string example(const std::string& name) {
  return std::string(TENURE_SOURCE_DIR) + "/examples/" + name;
}

std::string type_of(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "true or false";
  return value.is_number() ? "number" : "text";
}

/// Every value that is neither an object nor an array, by path: "strategies[].cost".
void collect(const Json& value, const std::string& path, std::map<std::string, std::string>& out) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      // A name of the user's may hold a dot, which is no step here.
      std::string step = key.empty() ? "unnamed" : key;
      std::replace(step.begin(), step.end(), '.', '_');
      collect(member, path.empty() ? step : path + "." + step, out);
    }
  } else if (value.is_array()) {
    if (value.empty()) out[path + "[]"];
    for (const Json& item : value) collect(item, path + "[]", out);
  } else {
    std::string& types = out[path];
    if (types.find(type_of(value)) == std::string::npos) types += type_of(value) + " ";
  }
}

class JsonReference : public SmallShop {
 protected:
  void take(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", dir_ / "out.json"});
    run(arguments);
    collect(Json::parse(read_text(dir_ / "out.json")), "", found_);
  }

  void agree_with(const std::string& section) const {
    Agreement agreement('.');
    std::map<std::string, std::string> types;
    for (const ReferenceRow& row : read_reference("JSON.md")) {
      if (row.kind != "key" || row.section != section) continue;
      for (const std::string& name : row.names) {
        agreement.documented(name);
        EXPECT_TRUE(types.emplace(name, row.cells.at("type")).second) << name << " stands twice";
      }
    }
    for (const auto& [path, given] : found_) {
      agreement.found(path, given);
      const auto type = types.find(agreement.document_of(path));
      if (type == types.end()) continue;
      for (const char* word : {"number", "text", "true or false", "null"}) {
        const bool is = given.find(word) != std::string::npos;
        EXPECT_TRUE(!is || type->second.find(word) != std::string::npos)
            << section << ": " << path << " is " << given << ", not " << type->second;
      }
    }
    const std::string differences = agreement.differences("JSON.md");
    EXPECT_TRUE(differences.empty()) << differences;
  }

 private:
  std::map<std::string, std::string> found_;
};

TEST_F(JsonReference, HasTheKeysOfImport) {
  take({"import", dir_ / "log.csv", "-o", dir_ / "again.h5"});
  take({"import", dir_ / "log.csv", "-o", dir_ / "hidden.h5", "--pseudonymize", dir_ / "key",
        "--new-key"});
  agree_with("tenure import");
}

TEST_F(JsonReference, HasTheKeysOfEvaluate) {
  take({"evaluate", dir_ / "shop.h5", "--model", "ials", "--factors", "8", "--baseline",
        "popularity", "--at", "3", "--split", "random:0.3"});
  agree_with("tenure evaluate");
}

TEST_F(JsonReference, HasTheKeysOfFit) {
  const std::string world = example("shop.toml");
  const std::string shop = dir_ / "world.h5";
  run({"generate", world, "-o", shop});
  take({"fit", shop, "--model", "bg-nbd", "--calibration-end", "2024-07-31"});
  take({"fit", shop, "--customer", "C0593", "--margin", "0.4", "--bootstrap", "20"});
  take({"fit", shop, "--model", "gamma-gamma"});
  write_text(dir_ / "contracts.csv", "period,survival\n0,1\n1,0.8\n2,0.7\n3,0.65\n");
  take({"fit", "--survival", dir_ / "contracts.csv", "--model", "sbg"});
  agree_with("tenure fit");
}

TEST_F(JsonReference, HasTheKeysOfSimulate) {
  write_text(dir_ / "scenario.toml", small_scenario());
  take({"simulate", dir_ / "scenario.toml", "--decompose", "--precision", "5", "--max-replications",
        "4"});
  run({"generate", example("shop.toml"), "-o", dir_ / "world.h5"});
  write_text(dir_ / "store.toml", store_scenario());
  take({"simulate", dir_ / "store.toml", "--store", dir_ / "world.h5"});
  take({"simulate", dir_ / "store.toml"});
  agree_with("tenure simulate");
}

}  // namespace
}  // namespace tenure::test
