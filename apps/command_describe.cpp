#include "calendar.hpp"
#include "command.hpp"
#include "import_report.hpp"
#include "text_table.hpp"

#include <tenure/core/money.hpp>
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
using customers::KeyFigures;
using customers::OrderHistory;

constexpr std::size_t kMonthsShown = 12;
constexpr std::size_t kCohortsShown = 13;
constexpr std::size_t kRegionsShown = 10;

struct Options {
  std::string store;
  std::string cohort_start;
};

struct Group {
  std::string name;
  std::optional<std::uint32_t> region;
  KeyFigures figures;
};

/// Everyone, then regions by customers.
std::vector<Group> key_figure_groups(const EventTable& events, const OrderHistory& history) {
  std::vector<Group> groups;
  for (std::uint32_t region = 0; !history.region.empty() && region < events.regions.size();
       ++region) {
    groups.push_back({std::string(events.regions[region]), region, key_figures(history, region)});
  }
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.figures.customers > b.figures.customers;
  });
  groups.insert(groups.begin(), {"all", std::nullopt, key_figures(history)});
  return groups;
}

Json optional_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json figures_json(const Group& group, const OrderHistory& history) {
  const KeyFigures& f = group.figures;
  Json json;
  json["name"] = group.name;
  json["customers"] = f.customers;
  json["repeat_customers"] = f.repeat_customers;
  json["orders"] = f.orders;
  json["revenue"] = to_units(f.revenue);
  json["average_order_value"] = f.average_order_value;
  json["orders_per_customer"] = f.orders_per_customer;
  json["repurchase_rate"] = f.repurchase_rate;
  json["mean_gap_days"] = optional_json(f.mean_gap_days);
  json["retention"] = Json::object();
  for (const int days : {30, 90, 180, 365}) {
    json["retention"][std::to_string(days)] =
        optional_json(retention_after(history, days, 730, group.region));
  }
  return json;
}

std::string figures_text(const std::vector<Group>& groups, const OrderHistory& history,
                         const std::string& currency) {
  TextTable table({"region", "customers", "orders", fmt::format("revenue {}", currency),
                   "order value", "orders/customer", "repurchase", "gap days", "retention 365 d"});
  const std::size_t shown = std::min(groups.size(), kRegionsShown + 1);
  for (std::size_t i = 0; i < shown; ++i) {
    const KeyFigures& f = groups[i].figures;
    const auto retained = retention_after(history, 365, 730, groups[i].region);
    table.add({groups[i].name, with_commas(f.customers), with_commas(f.orders),
               format_money(f.revenue), fmt::format("{:.2f}", f.average_order_value),
               fmt::format("{:.2f}", f.orders_per_customer),
               fmt::format("{:.1f} %", 100.0 * f.repurchase_rate),
               f.mean_gap_days ? fmt::format("{:.1f}", *f.mean_gap_days) : "-",
               retained ? fmt::format("{:.1f} %", 100.0 * *retained) : "-"});
  }
  std::string text = table.str();
  if (groups.size() > shown) {
    text += fmt::format("  ... and {} smaller regions (--json has all)\n", groups.size() - shown);
  }
  return text +
         "  retention 365 d: an order more than 365 days after the first, within two years, among\n"
         "  customers followed for two years\n";
}

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
  const EventTable events = read_store(run.execution(), options.store);
  Json json = import_json(events);
  run.print(fmt::format("Store {}\n", options.store) + import_text(events));
  if (!events.has_time()) {
    run.print("  no times: key figures and cohorts need them\n");
    run.write_json(json);
    return;
  }
  const auto [first, last] = std::minmax_element(events.time.begin(), events.time.end());
  json["first"] = format_time(*first);
  json["last"] = format_time(*last);
  json["currency"] = events.currency;
  const OrderHistory history = make_order_history(run.execution(), events, history_options);
  const std::vector<Group> groups = key_figure_groups(events, history);
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
            figures_text(groups, history, events.currency) +
            heading("Customers active again, % of their cohort, by months after the first order") +
            cohorts_text(cohorts));
  run.write_json(json);
}

}  // namespace

Command add_describe(CLI::App& app) {
  Command command = make_command(app, "describe", "Print counts, key figures and cohort retention",
                                 "  tenure describe shop.h5\n"
                                 "  tenure describe shop.h5 --json - --cohort-start 2010-01-01\n");
  auto options = std::make_shared<Options>();
  command.app->add_option("STORE", options->store, "Store to describe")
      ->required()
      ->type_name("STORE.h5");
  command.app
      ->add_option("--cohort-start", options->cohort_start,
                   "Leave out customers whose first order is before this date: a log's first "
                   "weeks hold old customers")
      ->type_name("DATE");
  command.run = [options](Run& run) { run_describe(*options, run); };
  return command;
}

}  // namespace tenure::apps
