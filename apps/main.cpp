#include "command.hpp"
#include "foreign_file.hpp"
#include "interrupt.hpp"
#include "usage_hint.hpp"
#include "version_text.hpp"

#include <tenure/core/error.hpp>

#include <malloc.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

namespace {

using tenure::apps::Command;

enum ExitCode : int {
  kSuccess = 0,
  kUsage = 2,
  kData = 3,
  kNumerical = 4,
  kInterrupted = 130,
};

/// One line, whatever the message holds.
int fail(ExitCode code, std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  while (!message.empty() && message.back() == ' ') message.pop_back();
  std::cerr << "tenure: error: " << message << '\n';
  return code;
}

/// Commands by what one wants to do, as `tenure --help` lists them.
struct CommandGroup {
  const char* title;
  std::vector<Command (*)(CLI::App&)> add;
};

void add_commands(CLI::App& app, std::vector<Command>& commands) {
  using namespace tenure::apps;
  const std::vector<CommandGroup> groups = {
      {"Read orders", {add_import, add_generate}},
      {"Know the customers", {add_describe, add_customers, add_churn, add_fit, add_counts}},
      {"Choose what to show them",
       {add_train, add_evaluate, add_tune, add_recommend, add_similar, add_update}},
      {"Decide what to do", {add_simulate, add_backtest, add_report, add_risk}},
      {"Answer for their data", {add_export, add_erase}},
      {"This program", {add_completion, add_manual, add_help}}};
  for (const CommandGroup& group : groups) {
    for (const auto add : group.add) {
      commands.push_back(add(app));
      commands.back().app->group(group.title);
    }
  }
}

int run_selected(const std::vector<Command>& commands) {
  const auto selected = std::find_if(commands.begin(), commands.end(),
                                     [](const Command& c) { return c.app->parsed(); });
  const tenure::apps::InterruptGuard interrupt;
  tenure::apps::Run run(*selected->common, interrupt.stop_token());
  selected->run(run);
  std::cout.flush();
  if (!std::cout) throw tenure::DataError("standard output", "cannot be written");
  return kSuccess;
}

int parse_and_run(int argc, char** argv) {
  CLI::App app(
      "Who is about to leave, what to show each customer next, and what a retention programme "
      "pays back.",
      "tenure");
  app.set_version_flag("--version", tenure::apps::version_text());
  app.require_subcommand(0, 1);  // none at all is told below, after an unknown word
  app.footer(
      "To begin:\n"
      "  tenure import orders.csv -o shop.h5     a log of orders becomes a store\n"
      "  tenure describe shop.h5                 key figures and who comes back\n"
      "  tenure simulate SCENARIO.toml           what programmes pay back; needs no log\n\n"
      "tenure help COMMAND tells the options of a command, with examples.");
  std::vector<Command> commands;
  add_commands(app, commands);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    return fail(kUsage, tenure::apps::usage_hint(app, error));
  }
  if (app.get_subcommands().empty()) {
    std::cout << app.help() << std::flush;
    return kUsage;
  }
  return run_selected(commands);
}

}  // namespace

int main(int argc, char** argv) {
  // Columns are made, merged and freed by turns: memory that is kept needs no new pages.
  constexpr int kKeep = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kKeep);  // NOLINT(concurrency-mt-unsafe): before any thread
  mallopt(M_TRIM_THRESHOLD, kKeep);  // NOLINT(concurrency-mt-unsafe)
  try {
    return parse_and_run(argc, argv);
  } catch (const tenure::Cancelled& error) {
    return fail(kInterrupted, error.what());
  } catch (const tenure::ArgumentError& error) {
    return fail(kUsage, error.what());
  } catch (const tenure::FormatError& error) {
    return fail(kData, tenure::apps::foreign_file_text(error));
  } catch (const tenure::DataError& error) {
    return fail(kData, error.what());
  } catch (const tenure::NumericalError& error) {
    return fail(kNumerical, error.what());
  } catch (const std::bad_alloc&) {
    return fail(kData, "out of memory");
  } catch (const std::exception& error) {
    return fail(kData, error.what());
  }
}
