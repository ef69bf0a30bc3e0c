#include "pieces.hpp"
#include "sections.hpp"

#include <fmt/format.h>

#include <optional>

namespace tenure::report {

namespace {

/// What a metric's name says; the part before "@".
std::string meaning(const std::string& metric) {
  const std::string name = metric.substr(0, metric.find('@'));
  if (name == "recall") return "share of what was bought that the list held";
  if (name == "recall_min") return "the same, of what a list so long can hold";
  if (name == "ndcg") return "the same, earlier places counting more";
  if (name == "hit_rate") return "customers with at least one hit";
  if (name == "map") return "mean precision at the hits";
  if (name == "mrr") return "one over the place of the first hit";
  if (name == "precision") return "share of the list that was bought";
  if (name == "novelty") return "bits of surprise: how rarely others bought what is shown";
  if (name == "coverage") return "share of the catalogue that is shown to somebody";
  if (name == "gini") return "inequality of how often goods are shown";
  return "";
}

std::string length_of(const std::string& metric) {
  const std::size_t at = metric.find('@');
  return at == std::string::npos ? "" : metric.substr(at);
}

std::optional<simulator::Interval> interval_of(const recommender::ModelFile& file,
                                               std::size_t metric) {
  for (const auto& interval : file.metric_intervals) {
    if (interval.metric == metric) return simulator::Interval{interval.low, interval.high};
  }
  return std::nullopt;
}

Cell number(double value) { return {fmt::format("{:.4f}", value), value}; }

std::string spread(double value, const std::optional<simulator::Interval>& range) {
  if (!range) return number(value).text;
  return fmt::format("{:.4f} ({:.4f} to {:.4f})", value, range->low, range->high);
}

/// Of the longest list: who found something in it; else the first figure.
std::string finding(const recommender::ModelFile& file, const std::string& length) {
  const Format format("");
  for (std::size_t m = 0; m < file.metrics.size(); ++m) {
    const auto& [metric, value] = file.metrics[m];
    if (metric != "hit_rate" + length || length.empty()) continue;
    return fmt::format(
        "{} of customers bought at least one of the {} items that the model would have shown them.",
        format.with_range(value, interval_of(file, m), Unit::kPercent), length.substr(1));
  }
  const auto& [metric, value] = file.metrics.front();
  return fmt::format("{} is {}: {}.", metric, number(value).text, meaning(metric));
}

}  // namespace

Section model_section(const recommender::ModelFile& file, const std::string& name) {
  Section section{"recommender", "The recommender", "Model file: " + name, {}, {}, {}};
  section.sentences.push_back(fmt::format("The model ({}) knows {} and {}.", file.model->name(),
                                          counted(file.customers.size(), "customer", "customers"),
                                          counted(file.items.size(), "item", "items")));
  Figure figure{
      "metrics",
      "Held-out accuracy",
      "",
      "Measured when the model was trained, on purchases it had not seen; the number after @ is "
      "the length of the list. The table has every length and says what the metrics mean. Line: "
      "95\u00a0% interval of so many customers.",
      nullptr,
      {}};
  figure.table.header = {"Metric", "Value", "Low", "High", "Meaning"};
  Json rows = Json::array();
  const std::string longest = file.metrics.empty() ? "" : length_of(file.metrics.back().first);
  // Of one length of list, and what lies between 0 and 1; the table has all.
  const auto drawn = [&](const std::string& metric) {
    return length_of(metric) == longest && metric.rfind("novelty", 0) != 0;
  };
  for (std::size_t m = 0; m < file.metrics.size(); ++m) {
    const auto& [metric, value] = file.metrics[m];
    const auto range = interval_of(file, m);
    std::vector<Cell> row = {{metric}, number(value)};
    row.push_back(range ? number(range->low) : Cell{"\u2013"});
    row.push_back(range ? number(range->high) : Cell{"\u2013"});
    row.push_back({meaning(metric)});
    figure.table.rows.push_back(std::move(row));
    if (!drawn(metric)) continue;
    rows.push_back(whisker_row(metric, {value, range, std::nullopt}, number(value).text,
                               spread(value, range) + ": " + meaning(metric)));
  }
  if (file.metrics.empty()) {
    figure = not_shown(
        figure, "the model was trained without a held-out part (`tenure train --split` keeps one)");
  } else {
    figure.finding = finding(file, longest);
    figure.chart = {
        {"kind", "whisker"},  {"unit", "number"}, {"xTitle", "Value of the metric, 0 to 1"},
        {"yTitle", "Metric"}, {"fromZero", true}, {"rows", rows}};
  }
  section.figures.push_back(std::move(figure));
  return section;
}

}  // namespace tenure::report
