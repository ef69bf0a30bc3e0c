#pragma once

#include <tenure/core/execution.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tenure::apps {

using Json = nlohmann::ordered_json;

class ProgressBar;

/// Options every command has.
struct CommonOptions {
  int threads = 0;
  std::uint64_t seed = 1;
  std::string json;               ///< empty: none; "-": stdout alone; else a file
  std::string csv;                ///< as json
  std::string progress = "auto";  ///< auto, always, never
  bool quiet = false;
};

/// One run of a command: how to execute, where output goes.
class Run {
 public:
  Run(const CommonOptions& options, std::stop_token stop);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  const Execution& execution() const noexcept { return execution_; }
  /// False where JSON or csv has stdout for itself, or --quiet was given.
  bool human() const noexcept { return human_; }
  /// Prints to stdout where human() holds.
  void print(const std::string& text) const;
  /// Takes the progress bar off the terminal: before anything is printed.
  void end_progress() const;
  /// Writes the JSON object where --json and --csv said; once, at the end.
  void write_json(const Json& object) const;

 private:
  CommonOptions options_;
  bool human_;
  bool style_;
  std::unique_ptr<ProgressBar> bar_;
  Execution execution_;
};

/// A subcommand and what it runs once its options are parsed.
struct Command {
  CLI::App* app = nullptr;
  std::shared_ptr<CommonOptions> common;
  std::function<void(Run&)> run;
};

/// Adds a subcommand with the common options.
Command make_command(CLI::App& app, const std::string& name, const std::string& description,
                     const std::string& examples);

Command add_import(CLI::App& app);
Command add_describe(CLI::App& app);
Command add_train(CLI::App& app);
Command add_tune(CLI::App& app);
Command add_evaluate(CLI::App& app);
Command add_recommend(CLI::App& app);
Command add_similar(CLI::App& app);
Command add_update(CLI::App& app);
Command add_fit(CLI::App& app);
Command add_counts(CLI::App& app);
Command add_risk(CLI::App& app);
Command add_customers(CLI::App& app);
Command add_churn(CLI::App& app);
Command add_simulate(CLI::App& app);
Command add_backtest(CLI::App& app);
Command add_generate(CLI::App& app);
Command add_export(CLI::App& app);
Command add_erase(CLI::App& app);
Command add_completion(CLI::App& app);
Command add_manual(CLI::App& app);

}  // namespace tenure::apps
