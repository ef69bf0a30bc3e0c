#include "comparison.hpp"

#include "text_table.hpp"

#include <fmt/format.h>

namespace tenure::apps {

void Comparison::add(const Execution& execution, const std::string& name,
                     const recommender::Evaluation& evaluation, Json& json) {
  if (baseline_name_.empty()) {
    baseline_name_ = name;
    baseline_ = evaluation;
    return;
  }
  names_.push_back(name);
  differences_.push_back(recommender::compare(execution, evaluation, baseline_));
  Json difference;
  difference["baseline"] = baseline_name_;
  for (const auto& metric : differences_.back()) {
    difference["metrics"][metric.name] = metric.value;
    difference["intervals"][metric.name] = {metric.interval->low, metric.interval->high};
  }
  json["difference"] = std::move(difference);
}

std::string Comparison::text() const {
  if (names_.empty()) return {};
  std::vector<std::string> header = {"difference to " + baseline_name_};
  for (const std::string& name : names_) {
    header.push_back(name);
    header.emplace_back("95 % interval");
  }
  TextTable table(header);
  for (std::size_t m = 0; m < differences_.front().size(); ++m) {
    std::vector<std::string> row = {differences_.front()[m].name};
    for (const auto& of_model : differences_) {
      row.push_back(fmt::format("{:+.4f}", of_model[m].value));
      row.push_back(format_interval({of_model[m].interval->low, of_model[m].interval->high}, 4));
    }
    table.add(row);
  }
  return heading("Paired differences on the same customers") + table.str();
}

}  // namespace tenure::apps
