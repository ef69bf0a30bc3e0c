#include "model_options.hpp"

#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/config.hpp>
#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tenure::apps {

using recommender::Evaluation;
using recommender::ModelComponent;
using recommender::ModelKind;
using recommender::OptionSpec;
using recommender::OptionValues;

namespace {

std::string flag_of(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return "--" + name;
}

std::string default_text(const OptionSpec& spec) {
  return spec.type == OptionSpec::Type::kChoice
             ? std::string(spec.choices.substr(0, spec.choices.find('|')))
             : fmt::format("{:g}", spec.fallback);
}

/// The kinds that have an option, with its meaning and default for each.
std::string help_of(std::string_view option) {
  std::string help;
  std::string_view last;
  for (const ModelKind& kind : recommender::model_kinds()) {
    for (const OptionSpec& spec : kind.options) {
      if (spec.name != option) continue;
      if (!help.empty()) help += "; ";
      help += fmt::format("{}: {}[{}]", kind.name,
                          spec.help == last ? std::string() : fmt::format("{} ", spec.help),
                          default_text(spec));
      last = spec.help;
    }
  }
  return help;
}

void set_text(OptionValues& values, const OptionSpec& spec, const std::string& text) {
  if (spec.type == OptionSpec::Type::kChoice) {
    values.set(spec.name, std::string_view(text));
    return;
  }
  const auto number = parse_number(text);
  if (!number) throw ArgumentError(fmt::format("{}: '{}' is no number", spec.name, text));
  values.set(spec.name, *number);
}

/// Takes the options given on the command line that the kind has.
void take_given(const std::map<std::string, std::string>& given, ModelPlan& plan) {
  for (const OptionSpec& spec : plan.kind->options) {
    const auto found = given.find(std::string(spec.name));
    if (found == given.end() || found->second.empty()) continue;
    try {
      set_text(plan.values, spec, found->second);
    } catch (const ArgumentError& error) {
      throw ArgumentError(flag_of(std::string(spec.name)) + ": " + error.what());
    }
  }
}

void take_config(const ConfigTable& table, OptionValues& values) {
  for (const OptionSpec& spec : values.specs()) {
    if (!table.has(spec.name)) continue;
    try {
      if (spec.type == OptionSpec::Type::kChoice) {
        values.set(spec.name, std::string_view(table.text(spec.name)));
      } else {
        values.set(spec.name, table.real(spec.name));
      }
    } catch (const ArgumentError& error) {
      table.fail(spec.name, error.what());
    }
  }
}

ModelPlan plan_of(const ModelKind& kind) { return {&kind, OptionValues(kind.options), {}}; }

const ModelKind& kind_of(const ConfigTable& table, const std::string& name) {
  try {
    return recommender::model_kind(name);
  } catch (const ArgumentError& error) {
    table.fail("model", error.what());
  }
}

/// The [[component]] tables: model, weight and the model's own options.
std::vector<ModelComponent> components_of(const ConfigTable& root) {
  std::vector<ModelComponent> components;
  for (const ConfigTable& table : root.tables("component")) {
    const ModelKind& kind = kind_of(table, table.text("model"));
    if (kind.needs_components) table.fail("model", "a component cannot be made of others itself");
    ModelComponent& component =
        components.emplace_back(ModelComponent{&kind, OptionValues(kind.options), 1.0});
    component.weight = table.real_or("weight", 1.0, kNotNegative);
    take_config(table, component.values);
  }
  return components;
}

}  // namespace

void add_model_options(const CommandOptions& sub, ModelOptions& options) {
  const std::string group = "Model options";
  std::vector<std::string> names;
  for (const ModelKind& kind : recommender::model_kinds()) names.emplace_back(kind.name);
  sub.add_option("--model", options.model, "Model to train")
      .one_of(names)
      .show_default()
      .group(group);
  for (const ModelKind& kind : recommender::model_kinds()) {
    for (const OptionSpec& spec : kind.options) {
      const std::string name(spec.name);
      if (!options.given.emplace(name, "").second) continue;
      sub.add_option(flag_of(name), options.given[name], help_of(name))
          .type_name("VALUE")
          .group(group);
    }
  }
  sub.add_option("--config", options.config,
                 "TOML file with the model and the options above by their names with underscores; "
                 "the command line wins")
      .type_name("FILE.toml")
      .group(group);
}

ModelPlan plan_model(const CommandOptions& sub, const ModelOptions& options) {
  std::string name = options.model;
  ModelPlan plan = plan_of(recommender::model_kind(name));
  if (!options.config.empty()) {
    const ConfigFile file = ConfigFile::read(options.config);
    const ConfigTable root = file.root();
    const std::string written = root.text_or("model", name);
    if (!sub.given("--model")) {
      plan = plan_of(kind_of(root, written));
    }
    take_config(root, plan.values);
    if (plan.kind->needs_components) plan.components = components_of(root);
    file.finish();
  }
  for (const auto& [option, text] : options.given) {
    if (!text.empty() && !plan.values.has(option)) {
      throw ArgumentError(
          fmt::format("{} does not apply to model {}", flag_of(option), plan.kind->name));
    }
  }
  take_given(options.given, plan);
  if (plan.kind->needs_components && plan.components.empty()) {
    throw ArgumentError(fmt::format(
        "model {} needs a --config with [[component]] tables: model, weight and its options",
        plan.kind->name));
  }
  return plan;
}

ModelPlan plan_baseline(const std::string& name) { return plan_of(recommender::model_kind(name)); }

std::vector<ModelPlan> plan_all_models(const ModelOptions& options) {
  if (!options.config.empty()) throw ArgumentError("--all and --config exclude each other");
  std::vector<ModelPlan> plans;
  for (const ModelKind& kind : recommender::model_kinds()) {
    if (kind.needs_components) continue;
    plans.push_back(plan_of(kind));
    take_given(options.given, plans.back());
  }
  return plans;
}

TrainedModel train_model(const Run& run, const ModelPlan& plan, const TrainingData& data) {
  TrainedModel trained;
  recommender::TrainingInput input;
  input.events = &data.events;
  input.rows = data.rows;
  input.interactions = &data.interactions;
  input.components = plan.components;
  input.weights = data.weights;
  input.on_epoch = [&](std::uint32_t, double seconds) { trained.epoch_seconds.push_back(seconds); };
  const Stopwatch watch;
  trained.model = plan.kind->train(run.execution(), input, plan.values);
  trained.train_seconds = watch.seconds();
  return trained;
}

std::string solver_text(const recommender::Model& model) {
  const std::string solver = model.solver_used();
  return solver.empty() ? solver : fmt::format(" (solver {})", solver);
}

void put_solver(Json& json, const char* key, const recommender::Model& model) {
  if (const std::string solver = model.solver_used(); !solver.empty()) json[key] = solver;
}

Json evaluation_json(const std::string& model, const Evaluation& evaluation,
                     const TrainedModel* trained) {
  Json json;
  json["model"] = model;
  json["metrics"] = Json::object();
  json["intervals"] = Json::object();
  for (const auto& metric : evaluation.metrics) {
    json["metrics"][metric.name] = metric.value;
    if (metric.interval) {
      json["intervals"][metric.name] = {metric.interval->low, metric.interval->high};
    }
  }
  json["users"] = evaluation.users;
  json["users_without_history"] = evaluation.users_fallback;
  if (trained != nullptr) {
    put_solver(json, "solver", *trained->model);
    json["train_seconds"] = trained->train_seconds;
    json["epoch_seconds"] = trained->epoch_seconds;
  }
  json["recommend_seconds"] = evaluation.recommend_seconds;
  return json;
}

std::string evaluation_text(const std::vector<std::string>& models,
                            const std::vector<Evaluation>& evaluations) {
  std::vector<std::string> header = {"metric"};
  for (const std::string& model : models) {
    header.push_back(model);
    header.push_back("95 % interval");
  }
  TextTable table(header);
  for (std::size_t m = 0; m < evaluations.front().metrics.size(); ++m) {
    std::vector<std::string> row = {evaluations.front().metrics[m].name};
    for (const Evaluation& evaluation : evaluations) {
      const auto& metric = evaluation.metrics[m];
      row.push_back(fmt::format("{:.4f}", metric.value));
      row.push_back(
          metric.interval ? format_interval({metric.interval->low, metric.interval->high}, 4) : "");
    }
    table.add(row);
  }
  const Evaluation& first = evaluations.front();
  return table.str() + fmt::format("  {} customers with test items", with_commas(first.users)) +
         (first.users_fallback > 0
              ? fmt::format(", {} of them without history (served by popularity)\n",
                            with_commas(first.users_fallback))
              : "\n");
}

}  // namespace tenure::apps
