#include "fit_request.hpp"
#include "lifetime_fit.hpp"
#include "order_data.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

namespace tenure::apps {

namespace {

using customers::CalibrationSummary;
using customers::HoldoutReport;
using customers::ModelScore;

/// Scores of the models on the same customers as lines of a table and as JSON.
class Comparison {
 public:
  explicit Comparison(const OrderRest& rest) : rest_(rest) {}

  /// `summary` is empty for all customers of the data. @return {"best","models"}.
  Json add(const std::vector<ModelScore>& scores, const std::string& group,
           const CalibrationSummary* summary) {
    Json json;
    json["best"] = scores.front().model;
    json["models"] = Json::array();
    for (const ModelScore& score : scores) {
      if (score.fit) {
        json["models"].push_back(add_fit(score, group, summary));
        continue;
      }
      json["models"].push_back({{"model", score.model}, {"error", score.fault}});
      add_fault((group.empty() ? "" : group + ", ") + score.model, score.fault);
    }
    return json;
  }

  /// Customers of whom no model could be fitted.
  void add_fault(const std::string& group, const std::string& fault) {
    faults_ += fmt::format("  {}: {}\n", group, fault);
  }

  std::string text(bool groups) const {
    std::vector<std::string> header = {"model", "parameters",       "log-likelihood", "AIC",
                                       "BIC",   "holdout expected", "actual",         "mean error"};
    if (groups) header.insert(header.begin(), {"group", "customers"});
    TextTable table(header);
    for (const auto& row : rows_) table.add(row);
    return table.str() + faults_;
  }

 private:
  Json add_fit(const ModelScore& score, const std::string& group,
               const CalibrationSummary* summary) {
    Json json = fit_json(*score.fit);
    json["aic"] = score.aic;
    json["bic"] = score.bic;
    std::vector<std::string> row = {title_of(*score.fit), std::to_string(score.parameters),
                                    fmt::format("{:.2f}", score.fit->log_likelihood),
                                    fmt::format("{:.2f}", score.aic),
                                    fmt::format("{:.2f}", score.bic)};
    const std::optional<HoldoutReport> holdout = summary == nullptr
                                                     ? rest_.hold_against(*score.fit)
                                                     : rest_.hold_against(*score.fit, *summary);
    if (holdout) {
      json["holdout"] = {{"actual_orders", holdout->actual_orders},
                         {"expected_orders", holdout->expected_orders},
                         {"mean_absolute_error", holdout->mean_absolute_error}};
      row.insert(row.end(), {fmt::format("{:.1f}", holdout->expected_orders),
                             with_commas(holdout->actual_orders),
                             fmt::format("{:.4f}", holdout->mean_absolute_error)});
    } else {
      row.insert(row.end(), {"", "", ""});
    }
    if (!group.empty()) row.insert(row.begin(), {group, with_commas(score.fit->customers)});
    rows_.push_back(row);
    return json;
  }

  const OrderRest& rest_;
  std::vector<std::vector<std::string>> rows_;
  std::string faults_;
};

}  // namespace

void compare_order_models(const FitRequest& request, Run& run) {
  const OrderData data = read_order_data(request, run);
  const Stopwatch watch;
  const OrderRest rest(run.execution(), data);
  Comparison comparison(rest);
  const bool groups = !request.by.empty();
  const auto scores = customers::compare_lifetime_models(run.execution(), data.counts());
  Json json = comparison.add(scores, groups ? "all" : "", nullptr);
  if (groups) {
    json["groups"] = Json::array();
    for (const OrderGroup& group : order_groups(request, data)) {
      Json one = {{"group", group.name}};
      try {
        const auto of_group =
            customers::compare_lifetime_models(run.execution(), group.summary.counts);
        one.update(comparison.add(of_group, group.name, &group.summary));
      } catch (const NumericalError& error) {
        one["error"] = error.what();
        comparison.add_fault(group.name, error.what());
      }
      json["groups"].push_back(one);
    }
  }
  const double seconds = watch.seconds();
  json["fit_seconds"] = seconds;
  json["unit"] = request.unit;
  run.print(where_text("Order models", request, data) + fmt::format(" ({:.3f} s)\n", seconds) +
            comparison.text(groups));
  run.write_json(json);
}

}  // namespace tenure::apps
