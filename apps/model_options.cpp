#include "model_options.hpp"

#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/config.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

namespace tenure::apps {

using recommender::Evaluation;
using recommender::IalsOptions;

const std::vector<std::string>& model_names() {
  static const std::vector<std::string> kNames = {"popularity", "recent-popularity", "ials"};
  return kNames;
}

namespace {

const std::vector<std::string>& solver_names() {
  static const std::vector<std::string> kNames = {"auto", "exact", "cg", "block"};
  return kNames;
}

}  // namespace

void add_model_options(CLI::App& sub, ModelOptions& options) {
  const std::string group = "Model options";
  IalsOptions& ials = options.ials;
  sub.add_option("--model", options.model, "Model to train")
      ->check(CLI::IsMember(model_names()))
      ->capture_default_str()
      ->group(group);
  sub.add_option("--factors", ials.factors, "ials: dimension of the factors")
      ->capture_default_str()
      ->group(group);
  sub.add_option("--regularization", ials.regularization, "ials: L2 penalty")
      ->capture_default_str()
      ->group(group);
  sub.add_option("--unobserved-weight", ials.unobserved_weight,
                 "ials: weight of every pair, seen or not")
      ->capture_default_str()
      ->group(group);
  sub.add_option("--regularization-exponent", ials.regularization_exponent,
                 "ials: how the penalty grows with a row's pairs (0: not at all, 1: in proportion)")
      ->capture_default_str()
      ->group(group);
  sub.add_option("--epochs", ials.epochs, "ials: passes over items and users")
      ->capture_default_str()
      ->group(group);
  sub.add_option("--solver", options.solver, "ials: auto or exact")
      ->check(CLI::IsMember(solver_names()))
      ->capture_default_str()
      ->group(group);
  sub.add_option("--half-life-days", options.half_life_days,
                 "recent-popularity: age at which an event counts half")
      ->capture_default_str()
      ->group(group);
  sub.add_option("--config", options.config,
                 "TOML file with the options above by their names with underscores; the command "
                 "line wins")
      ->type_name("FILE.toml")
      ->group(group);
}

namespace {

/// Takes keys of the file for the options that the command line left alone.
class ConfigTaker {
 public:
  ConfigTaker(const CLI::App& sub, const ConfigTable& table) : sub_(sub), table_(table) {}

  void real(const char* key, const char* option, double& value) const {
    const double found = table_.real_or(key, value);
    if (left_alone(option)) value = found;
  }
  void whole(const char* key, const char* option, std::uint32_t& value) const {
    const auto found = table_.integer_or(key, value, 0, std::numeric_limits<std::uint32_t>::max());
    if (left_alone(option)) value = static_cast<std::uint32_t>(found);
  }
  void text(const char* key, const char* option, std::string& value,
            const std::vector<std::string>& allowed) const {
    const std::string found = table_.text_or(key, value);
    if (std::find(allowed.begin(), allowed.end(), found) == allowed.end()) {
      table_.fail(key, fmt::format("'{}' is none of {}", found, fmt::join(allowed, ", ")));
    }
    if (left_alone(option)) value = found;
  }

 private:
  bool left_alone(const char* option) const { return sub_.get_option(option)->count() == 0; }

  const CLI::App& sub_;
  const ConfigTable& table_;
};

void read_config(const CLI::App& sub, ModelOptions& options) {
  const ConfigFile file = ConfigFile::read(options.config);
  const ConfigTable root = file.root();
  const ConfigTaker take(sub, root);
  IalsOptions& ials = options.ials;
  take.text("model", "--model", options.model, model_names());
  take.whole("factors", "--factors", ials.factors);
  take.real("regularization", "--regularization", ials.regularization);
  take.real("unobserved_weight", "--unobserved-weight", ials.unobserved_weight);
  take.real("regularization_exponent", "--regularization-exponent", ials.regularization_exponent);
  take.whole("epochs", "--epochs", ials.epochs);
  take.text("solver", "--solver", options.solver, solver_names());
  take.real("half_life_days", "--half-life-days", options.half_life_days);
  file.finish();
}

}  // namespace

void complete_model_options(const CLI::App& sub, ModelOptions& options) {
  if (!options.config.empty()) read_config(sub, options);
  options.ials.solver = recommender::ials_solver_from_string(options.solver).value();
  recommender::validate(options.ials);
}

TrainedModel train_model(const Run& run, const std::string& name, const ModelOptions& options,
                         const TrainingData& data) {
  TrainedModel trained;
  const Stopwatch watch;
  if (name == "popularity") {
    trained.model = recommender::train_popularity(data.interactions.user_items);
  } else if (name == "recent-popularity") {
    recommender::RecentPopularityOptions recent;
    recent.half_life_days = options.half_life_days;
    trained.model = recommender::train_recent_popularity(data.events, {}, recent, data.rows);
  } else {
    trained.model = recommender::train_ials(run.execution(), data.interactions.user_items,
                                            options.ials, [&](const recommender::IalsEpoch& epoch) {
                                              trained.epoch_seconds.push_back(epoch.seconds);
                                            });
  }
  trained.train_seconds = watch.seconds();
  return trained;
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
