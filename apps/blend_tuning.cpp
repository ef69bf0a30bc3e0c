#include "blend_tuning.hpp"

#include "text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tenure::apps {

using recommender::BlendTrial;
using recommender::BlendTuneResult;
using recommender::ModelComponent;
using recommender::OptionSpec;
using recommender::OptionValues;

namespace {

constexpr std::size_t kTrialsShown = 12;

/// Trials in the order of the table: the components alone, then the others, best first.
std::vector<const BlendTrial*> ranked(const BlendTuneResult& result, std::size_t components) {
  std::vector<const BlendTrial*> order;
  for (const BlendTrial& trial : result.trials) order.push_back(&trial);
  const auto rest = order.begin() + static_cast<std::ptrdiff_t>(components);
  std::stable_sort(rest, order.end(),
                   [](const BlendTrial* a, const BlendTrial* b) { return a->score > b->score; });
  return order;
}

}  // namespace

std::string option_lines(const OptionValues& values) {
  std::string text;
  for (const OptionSpec& spec : values.specs()) {
    text += spec.type == OptionSpec::Type::kChoice
                ? fmt::format("{} = \"{}\"\n", spec.name, values.word(spec.name))
                : fmt::format("{} = {}\n", spec.name, values.real(spec.name));
  }
  return text;
}

std::string blend_config(const ModelPlan& plan, const BlendTuneResult& result,
                         const std::string& comment) {
  std::string text = fmt::format("# {}\nmodel = \"{}\"\n", comment, plan.kind->name);
  for (std::size_t m = 0; m < plan.components.size(); ++m) {
    if (result.best[m] == 0.0) continue;
    text += fmt::format("\n[[component]]\nmodel = \"{}\"\nweight = {}\n",
                        plan.components[m].kind->name, result.best[m]);
    text += option_lines(plan.components[m].values);
  }
  return text;
}

std::string blend_trials(const ModelPlan& plan, const BlendTuneResult& result,
                         const std::string& metric) {
  std::vector<std::string> header = {"weights of", metric};
  for (const ModelComponent& component : plan.components) {
    header.emplace_back(component.kind->name);
  }
  TextTable table(header);
  const std::size_t alone = plan.components.size();
  const auto order = ranked(result, alone);
  const std::size_t shown = std::min(order.size(), alone + kTrialsShown);
  for (std::size_t i = 0; i < shown; ++i) {
    std::vector<std::string> row = {i < alone ? "one alone" : "a blend",
                                    fmt::format("{:.5f}", order[i]->score)};
    for (const double weight : order[i]->weights) row.push_back(fmt::format("{}", weight));
    table.add(row);
  }
  std::string text = table.str();
  if (order.size() > shown) {
    text += fmt::format("  ... and {} more (--json has all)\n", order.size() - shown);
  }
  return text;
}

Json blend_json(const ModelPlan& plan, const BlendTuneResult& result, const std::string& metric) {
  Json json;
  json["model"] = std::string(plan.kind->name);
  json["metric"] = metric;
  json["components"] = Json::array();
  for (const ModelComponent& component : plan.components) {
    json["components"].push_back(std::string(component.kind->name));
  }
  json["best"] = {{"weights", result.best}, {"score", result.best_score}};
  json["trials"] = Json::array();
  for (const BlendTrial& trial : result.trials) {
    json["trials"].push_back({{"weights", trial.weights}, {"score", trial.score}});
  }
  return json;
}

}  // namespace tenure::apps
