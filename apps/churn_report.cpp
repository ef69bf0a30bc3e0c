#include "churn_report.hpp"

#include "text_table.hpp"

#include <tenure/core/time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

namespace tenure::apps {

namespace {

using customers::ChurnEvaluation;
using customers::ChurnForecast;
using customers::Measured;

constexpr std::size_t kReasons = 3;
constexpr std::size_t kFactorsShown = 10;
constexpr std::array<double, 4> kLevels = {0.8, 0.6, 0.4, 0.2};

std::string day_text(std::int32_t day) { return format_date(day * kSecondsPerDay); }

std::string measured_text(const Measured& m, int digits) {
  return fmt::format("{:.{}f} {}", m.value, digits, format_interval({m.low, m.high}, digits));
}

std::string measured_text(const std::optional<Measured>& m, int digits) {
  return m ? measured_text(*m, digits) : "-";
}

Json measured_json(const Measured& m) {
  return {{"value", m.value}, {"interval", {m.low, m.high}}};
}

Json measured_json(const std::optional<Measured>& m) {
  return m ? measured_json(*m) : Json(nullptr);
}

Json days_json(const std::vector<std::int32_t>& days) {
  Json json = Json::array();
  for (const std::int32_t day : days) json.push_back(day_text(day));
  return json;
}

std::string groups_text(const ChurnForecast& forecast) {
  TextTable table({"tenth", "customers", "predicted", "observed", "lift", "captured"});
  std::size_t number = 0;
  for (const auto& group : forecast.assessment.groups) {
    table.add({fmt::format("{}", ++number), with_commas(group.customers),
               fmt::format("{:.3f}", group.predicted), measured_text(group.observed, 3),
               measured_text(group.lift, 2), fmt::format("{:.1f} %", 100.0 * group.captured)});
  }
  return heading(fmt::format("Tenths by the risk of {}: predicted and observed share who left",
                             forecast.name)) +
         table.str();
}

Json assessment_json(const ChurnForecast& forecast) {
  const auto& a = forecast.assessment;
  Json json;
  json["name"] = forecast.name;
  json["baseline"] = forecast.baseline;
  json["auc"] = measured_json(a.auc);
  json["log_loss"] = measured_json(a.log_loss);
  json["brier"] = measured_json(a.brier);
  json["accuracy"] = measured_json(a.accuracy);
  json["calibration_slope"] = measured_json(a.calibration_slope);
  json["calibration_intercept"] = measured_json(a.calibration_intercept);
  json["groups"] = Json::array();
  for (const auto& group : a.groups) {
    json["groups"].push_back({{"customers", group.customers},
                              {"predicted", group.predicted},
                              {"observed", measured_json(group.observed)},
                              {"lift", measured_json(group.lift)},
                              {"captured", group.captured}});
  }
  return json;
}

Json model_json(const customers::ChurnModel& model) {
  Json json;
  json["model"] = std::string(to_string(model.kind));
  json["factors"] = model.factors.size();
  json["trained_on"] = days_json(model.trained_on);
  json["calibrated_on"] = days_json(model.calibrated_on);
  json[model.kind == customers::ChurnModelKind::kLogistic ? "l2" : "trees"] = model.regularization;
  json["calibration"] = {{"slope", model.calibration_slope},
                         {"intercept", model.calibration_intercept}};
  json["held_out_log_loss"] = model.held_out_log_loss;
  return json;
}

/// Mean magnitude of each factor's contribution, factors by it.
std::vector<std::pair<std::size_t, double>> weights_of(const ChurnScores& scores) {
  const std::size_t columns = scores.model.factors.size();
  std::vector<std::pair<std::size_t, double>> weights;
  for (const std::size_t id : scores.model.factors) weights.emplace_back(id, 0.0);
  for (std::size_t i = 0; i < scores.prediction.contributions.size(); ++i) {
    weights[i % columns].second +=
        std::abs(scores.prediction.contributions[i]) / static_cast<double>(scores.factors.rows());
  }
  std::stable_sort(weights.begin(), weights.end(),
                   [](const auto& l, const auto& r) { return l.second > r.second; });
  return weights;
}

/// Customers at or above each level, a customer in its highest.
std::vector<std::uint64_t> by_level(const ChurnScores& scores) {
  std::vector<std::uint64_t> counts(kLevels.size() + 1, 0);
  for (const double p : scores.prediction.probability) {
    const auto level =
        std::find_if(kLevels.begin(), kLevels.end(), [p](double least) { return p >= least; });
    ++counts[static_cast<std::size_t>(level - kLevels.begin())];
  }
  return counts;
}

double mean_risk(const ChurnScores& scores) {
  const auto& p = scores.prediction.probability;
  return std::accumulate(p.begin(), p.end(), 0.0) / static_cast<double>(p.size());
}

std::string csv_quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

}  // namespace

std::string churn_text(const ChurnEvaluation& evaluation) {
  std::string text = heading(fmt::format(
      "Test on the customers of {}: {} of {} ordered nothing until {} ({:.1f} %)",
      day_text(evaluation.as_of), with_commas(evaluation.left), with_commas(evaluation.customers),
      day_text(evaluation.window_end),
      100.0 * static_cast<double>(evaluation.left) / static_cast<double>(evaluation.customers)));
  TextTable table(
      {"forecast", "AUC", "log loss", "Brier", "accuracy", "calibration slope", "intercept"});
  for (const ChurnForecast& forecast : evaluation.forecasts) {
    const auto& a = forecast.assessment;
    table.add({forecast.name, measured_text(a.auc, 3), measured_text(a.log_loss, 3),
               measured_text(a.brier, 4), measured_text(a.accuracy, 3),
               measured_text(a.calibration_slope, 2), measured_text(a.calibration_intercept, 2)});
  }
  text += table.str();
  text += fmt::format(
      "  95 % intervals over bootstrap samples of the customers; the same word for everybody has\n"
      "  accuracy {:.3f}\n",
      evaluation.forecasts.front().assessment.base_accuracy);
  TextTable pairs({"model - other", "AUC", "log loss", "Brier"});
  for (const auto& pair : evaluation.comparisons) {
    pairs.add({pair.model + " - " + pair.baseline, measured_text(pair.difference.auc, 3),
               measured_text(pair.difference.log_loss, 3),
               measured_text(pair.difference.brier, 4)});
  }
  text += heading("Paired differences (better: AUC above 0, losses below 0)") + pairs.str();
  for (const ChurnForecast& forecast : evaluation.forecasts) {
    if (!forecast.baseline) text += groups_text(forecast);
  }
  for (const std::string& sentence : evaluation.left_out) text += "  left out: " + sentence + "\n";
  return text;
}

Json churn_json(const ChurnEvaluation& evaluation) {
  Json json;
  json["as_of"] = day_text(evaluation.as_of);
  json["window_end"] = day_text(evaluation.window_end);
  json["trained_on"] = days_json(evaluation.trained_on);
  json["customers"] = evaluation.customers;
  json["left"] = evaluation.left;
  json["base_rate"] = evaluation.forecasts.front().assessment.base_rate;
  json["base_accuracy"] = evaluation.forecasts.front().assessment.base_accuracy;
  json["forecasts"] = Json::array();
  for (const ChurnForecast& f : evaluation.forecasts)
    json["forecasts"].push_back(assessment_json(f));
  json["comparisons"] = Json::array();
  for (const auto& pair : evaluation.comparisons) {
    json["comparisons"].push_back({{"model", pair.model},
                                   {"baseline", pair.baseline},
                                   {"auc", measured_json(pair.difference.auc)},
                                   {"log_loss", measured_json(pair.difference.log_loss)},
                                   {"brier", measured_json(pair.difference.brier)}});
  }
  json["models"] = Json::array();
  for (const auto& model : evaluation.models) json["models"].push_back(model_json(model));
  json["left_out"] = evaluation.left_out;
  return json;
}

std::string reason_text(const customers::ChurnReason& reason) {
  const auto& info = customers::churn_factor_list()[reason.factor];
  return fmt::format("{} {} (typical {}): {} the risk", info.label, format_number(reason.value, 3),
                     format_number(reason.typical, 3),
                     reason.contribution >= 0 ? "raises" : "lowers");
}

std::string churn_csv(const ChurnScores& scores, const EventTable& events) {
  const auto& p = scores.prediction.probability;
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t l, std::size_t r) { return p[l] > p[r]; });
  std::string text = "customer,probability";
  for (std::size_t k = 1; k <= kReasons; ++k) text += fmt::format(",reason_{}", k);
  text += "\n";
  for (const std::size_t row : order) {
    const std::string_view id = events.customers[scores.factors.customer[row]];
    const bool plain = id.find_first_of(",\"\n\r") == std::string_view::npos;
    text += (plain ? std::string(id) : csv_quoted(id)) + fmt::format(",{:.6f}", p[row]);
    const auto reasons =
        churn_reasons(scores.model, scores.factors, scores.prediction, row, kReasons);
    for (std::size_t k = 0; k < kReasons; ++k) {
      text += "," + (k < reasons.size() ? csv_quoted(reason_text(reasons[k])) : std::string());
    }
    text += "\n";
  }
  return text;
}

std::string scores_text(const ChurnScores& scores) {
  const auto counts = by_level(scores);
  TextTable levels({"probability", "customers"});
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double low = i < kLevels.size() ? kLevels[i] : 0.0;
    const double high = i == 0 ? 1.0 : kLevels[i - 1];
    levels.add({fmt::format("{:.1f} to {:.1f}", low, high), with_commas(counts[i])});
  }
  TextTable factors({"factor", "mean weight, log odds"});
  const auto weights = weights_of(scores);
  for (std::size_t i = 0; i < std::min(weights.size(), kFactorsShown); ++i) {
    factors.add({std::string(customers::churn_factor_list()[weights[i].first].label),
                 fmt::format("{:.3f}", weights[i].second)});
  }
  return heading(fmt::format("Customers of {} by the {} model: {}, mean risk {:.3f}",
                             day_text(scores.factors.as_of), to_string(scores.model.kind),
                             with_commas(scores.factors.rows()), mean_risk(scores))) +
         levels.str() + heading("What weighs most") + factors.str();
}

Json scores_json(const ChurnScores& scores) {
  Json json = model_json(scores.model);
  json["as_of"] = day_text(scores.factors.as_of);
  json["customers"] = scores.factors.rows();
  json["mean_probability"] = mean_risk(scores);
  json["weights"] = Json::object();
  for (const auto& [id, weight] : weights_of(scores)) {
    json["weights"][std::string(customers::churn_factor_list()[id].name)] = weight;
  }
  return json;
}

}  // namespace tenure::apps
