#pragma once

#include "run.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>

namespace tenure::apps {

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
Command add_report(CLI::App& app);
Command add_generate(CLI::App& app);
Command add_export(CLI::App& app);
Command add_erase(CLI::App& app);
Command add_help(CLI::App& app);
Command add_completion(CLI::App& app);
Command add_manual(CLI::App& app);

}  // namespace tenure::apps
