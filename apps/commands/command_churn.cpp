#include "calendar.hpp"
#include "churn_report.hpp"
#include "command.hpp"
#include "output_file.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>
#include <tenure/core/time.hpp>

#include <fmt/format.h>

namespace tenure::apps {

namespace {

using customers::ChurnModelKind;
using customers::ChurnStudy;

struct Options {
  std::string store;
  std::string as_of;
  std::string model = "both";
  std::string output;
  int replicates = 1000;
  customers::ChurnStudyOptions study;
};

std::int32_t day_of_today(const Options& options, const ChurnStudy& study) {
  const std::int64_t day = parse_day("--as-of", options.as_of).value_or(study.last_day());
  if (day > study.last_day() || day < study.first_day()) {
    throw ArgumentError(fmt::format("--as-of: the log has events from {} to {} only",
                                    format_date(study.first_day() * kSecondsPerDay),
                                    format_date(study.last_day() * kSecondsPerDay)));
  }
  return static_cast<std::int32_t>(day);
}

/// Trains again with all that is known, and takes the model that did best on its held-out days.
ChurnScores score_today(const Run& run, ChurnStudy& study, std::int32_t today,
                        const std::vector<ChurnModelKind>& kinds) {
  ChurnScores scores;
  scores.model = train_best_churn_model(run.execution(), study, today, kinds);
  scores.factors = study.customers(run.execution(), today);
  scores.prediction = predict_churn(run.execution(), scores.model, scores.factors);
  return scores;
}

void run_churn(const Options& options, Run& run) {
  if (!options.output.empty()) check_text_target(options.output);
  const std::vector<ChurnModelKind> kinds = customers::churn_model_kinds(options.model);
  const EventTable events = read_store(run.execution(), options.store);
  if (!events.has_time()) {
    throw DataError(options.store, "has no times, which the risk of churn needs");
  }
  if (events.rows() == 0) throw DataError(options.store, "has no events");
  ChurnStudy study(events, options.study);
  const std::int32_t today = day_of_today(options, study);
  customers::AssessmentOptions assessment;
  assessment.replicates = options.replicates;
  const auto evaluation =
      evaluate_churn(run.execution(), study, today - options.study.window_days, kinds, assessment);
  run.print(
      fmt::format("Risk of churn on {}: no order in the next {} days, customers with an order "
                  "in the last {}\n",
                  options.store, options.study.window_days, options.study.active_days) +
      churn_text(evaluation));
  const ChurnScores scores = score_today(run, study, today, kinds);
  if (!options.output.empty()) write_text_file(options.output, churn_csv(scores, events));
  run.print(scores_text(scores));
  Json json;
  json["window_days"] = options.study.window_days;
  json["active_days"] = options.study.active_days;
  json["evaluation"] = churn_json(evaluation);
  json["scores"] = scores_json(scores);
  run.write_json(json);
}

}  // namespace

Command add_churn(CLI::App& app) {
  Command command = make_command(
      app, "churn", "Who is about to leave: a risk model, tested on later days, and its reasons",
      "  tenure churn shop.h5 -o risk.csv\n"
      "  tenure churn shop.h5 --as-of 2011-09-10 --window 60 --model logistic --json -\n");
  auto options = std::make_shared<Options>();
  const CommandOptions sub = command.options;
  constexpr int kLongest = 3650;
  sub.add_option("STORE", options->store, "Store to learn from").required().type_name("STORE.h5");
  sub.add_option("--as-of", options->as_of, "Day looked from; nothing after it is seen")
      .type_name("DATE")
      .default_text("the log's last day");
  sub.add_option("--window", options->study.window_days, "Churn: no order in so many days")
      .range(1, kLongest)
      .show_default();
  sub.add_option("--active", options->study.active_days,
                 "Asked of customers with an order in the last so many days")
      .range(1, kLongest)
      .show_default();
  sub.add_option("--step", options->study.step_days, "Days between the days learned from")
      .range(1, kLongest)
      .show_default();
  sub.add_option("--model", options->model,
                 "With both, the better one on its held-out day scores the customers")
      .one_of({"logistic", "trees", "both"})
      .show_default();
  sub.add_flag("--lifetime-factors", options->study.lifetime_factors,
               "Let p_alive and expected orders of the BG/NBD in as factors");
  sub.add_option("--replicates", options->replicates, "Bootstrap samples of the intervals")
      .range(10, 1000000)
      .show_default();
  sub.add_option("-o,--output", options->output,
                 "Write each customer's probability and reasons, highest risk first")
      .type_name("CSV");
  command.run = [options](Run& run) { run_churn(*options, run); };
  return command;
}

}  // namespace tenure::apps
