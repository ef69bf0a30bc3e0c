#pragma once

#include "command_options.hpp"
#include "run.hpp"

#include <tenure/core/events.hpp>
#include <tenure/recommender/list_rules.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tenure::apps {

/// Files of a shop's rules, as given on the command line; empty: no such rule.
struct RuleOptions {
  std::string allow;
  std::string deny;
  std::string boost;
  std::string stock;
  std::string categories;
  std::uint32_t cap = 0;
  double diversity = 0.0;
};

void add_rule_options(const CommandOptions& sub, RuleOptions& options);

/// The rules in a model's item codes, and what was made of the files.
class RuleFiles {
 public:
  /// @throws DataError for a file's fault (with its line), ArgumentError where an allow list has no
  /// item of the model or options do not go together.
  RuleFiles(const Execution& execution, const RuleOptions& options, const Dictionary& items);

  /// Views into this object.
  recommender::ListRules rules() const noexcept;
  /// {"allow":{"items":..,"unknown":..},...}, of the files given; null without one.
  const Json& json() const noexcept { return json_; }
  /// A line for each file with ids that the model does not know.
  const std::string& text() const noexcept { return text_; }

 private:
  std::vector<std::uint8_t> read_ids(const Execution& execution, const std::string& path,
                                     const char* what);
  void read_boosts(const Execution& execution, const std::string& path);
  void read_stock(const Execution& execution, const std::string& path);
  void read_categories(const Execution& execution, const std::string& path);
  void tell(const char* what, const std::string& path, std::uint64_t known, std::uint64_t unknown);

  const Dictionary& items_;
  DictionaryIndex index_;
  std::vector<std::uint8_t> allowed_;
  std::vector<std::uint8_t> denied_;
  std::vector<std::uint8_t> stock_;
  std::vector<float> boost_factor_;
  std::vector<float> boost_add_;
  std::vector<std::uint32_t> categories_;
  std::uint32_t cap_ = 0;
  double diversity_ = 0.0;
  Json json_;
  std::string text_;
};

}  // namespace tenure::apps
