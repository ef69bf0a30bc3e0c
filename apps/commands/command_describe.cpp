#include "calendar.hpp"
#include "command.hpp"
#include "describe_figures.hpp"
#include "describe_sections.hpp"
#include "import_report.hpp"
#include "region_groups.hpp"
#include "text_table.hpp"

#include <tenure/core/store.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/cohort.hpp>
#include <tenure/customers/order_history.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace tenure::apps {

namespace {

using customers::Cohort;
using customers::OrderHistory;

constexpr std::size_t kMonthsShown = 12;
constexpr std::size_t kCohortsShown = 13;

struct Options {
  std::string store;
  std::string cohort_start;
  std::string groups;
  SectionOptions sections;
};

std::string cohorts_text(const std::vector<Cohort>& cohorts) {
  std::vector<std::string> header = {"first order", "customers"};
  for (std::size_t m = 1; m <= kMonthsShown; ++m) header.push_back(fmt::format("+{}", m));
  TextTable table(header);
  for (std::size_t i = 0; i < std::min(cohorts.size(), kCohortsShown); ++i) {
    const Cohort& cohort = cohorts[i];
    std::vector<std::string> row = {fmt::format("{}-{:02}", cohort.year, cohort.month),
                                    with_commas(cohort.customers)};
    for (std::size_t m = 1; m <= kMonthsShown && m < cohort.active.size(); ++m) {
      row.push_back(fmt::format("{:.1f}", 100.0 * cohort.retention(m)));
    }
    table.add(row);
  }
  std::string text = table.str();
  if (cohorts.size() > kCohortsShown) {
    text += fmt::format("  ... and {} later cohorts (--json has all)\n",
                        cohorts.size() - kCohortsShown);
  }
  return text;
}

Json cohorts_json(const std::vector<Cohort>& cohorts) {
  Json json = Json::array();
  for (const Cohort& cohort : cohorts) {
    json.push_back({{"month", fmt::format("{}-{:02}", cohort.year, cohort.month)},
                    {"customers", cohort.customers},
                    {"active", cohort.active}});
  }
  return json;
}

void run_describe(const Options& options, Run& run) {
  customers::OrderHistoryOptions history_options;
  history_options.cohort_start = parse_day("--cohort-start", options.cohort_start);
  const Sections sections(options.sections);
  EventTable events = read_store(run.execution(), options.store);
  if (!options.groups.empty()) {
    group_regions(run.execution(), options.groups, options.store, events);
  }
  sections.check(options.store, events);
  Json json = import_json(events);
  const std::string head = fmt::format("Store {}\n", options.store) + import_text(events);
  if (!events.has_time()) {
    run.print(head + "  no times: key figures and cohorts need them\n");
    run.write_json(json);
    return;
  }
  const auto [first, last] = std::minmax_element(events.time.begin(), events.time.end());
  json["first"] = format_time(*first);
  json["last"] = format_time(*last);
  json["currency"] = events.currency;
  const OrderHistory history = make_order_history(run.execution(), events, history_options);
  sections.check(options.store, history);
  run.print(head);
  const std::vector<FigureGroup> groups =
      figure_groups(history, region_groups(events, history).names, true);
  const std::vector<Cohort> cohorts = cohort_retention(history);
  json["returns"] = {{"events", history.returns}, {"unmatched", history.unmatched_returns}};
  json["key_figures"] = figures_json(groups.front(), history);
  json["regions"] = Json::array();
  for (std::size_t i = 1; i < groups.size(); ++i) {
    json["regions"].push_back(figures_json(groups[i], history));
  }
  json["cohorts"] = cohorts_json(cohorts);
  run.print(fmt::format("  {} returns, {} of them without the purchase they return\n",
                        with_commas(history.returns), with_commas(history.unmatched_returns)) +
            heading("Key figures (orders: all lines of a customer on one day, net of returns)") +
            figures_text("region", groups, history, events.currency) +
            heading("Customers active again, % of their cohort, by months after the first order") +
            cohorts_text(cohorts));
  sections.add(events, history, run, json);
  run.write_json(json);
}

}  // namespace

Command add_describe(CLI::App& app) {
  Command command = make_command(app, "describe", "Print counts, key figures and cohort retention",
                                 "  tenure describe shop.h5\n"
                                 "  tenure describe shop.h5 --json - --cohort-start 2010-01-01\n"
                                 "  tenure describe shop.h5 --by channel --survival\n"
                                 "  tenure describe shop.h5 --forecast 6 --alerts rules.toml\n");
  auto options = std::make_shared<Options>();
  command.options.add_option("STORE", options->store, "Store to describe")
      .required()
      .type_name("STORE.h5");
  command.options
      .add_option("--cohort-start", options->cohort_start,
                  "Leave out customers whose first order is before this date: a log's first "
                  "weeks hold old customers")
      .type_name("DATE");
  command.options
      .add_option("--groups", options->groups,
                  "csv with the columns region, group that puts regions together; the region * "
                  "stands for all others")
      .type_name("CSV");
  add_section_options(command.options, options->sections);
  command.run = [options](Run& run) { run_describe(*options, run); };
  return command;
}

}  // namespace tenure::apps
