#include "describe_figures.hpp"

#include "text_table.hpp"

#include <tenure/core/money.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tenure::apps {

using customers::KeyFigures;
using customers::OrderHistory;

std::vector<FigureGroup> figure_groups(const OrderHistory& history,
                                       const std::vector<std::string>& names, bool by_size) {
  std::vector<FigureGroup> groups;
  for (std::uint32_t region = 0; !history.region.empty() && region < names.size(); ++region) {
    groups.push_back({names[region], region, key_figures(history, region)});
  }
  if (by_size) {
    std::stable_sort(groups.begin(), groups.end(), [](const FigureGroup& a, const FigureGroup& b) {
      return a.figures.customers > b.figures.customers;
    });
  }
  groups.insert(groups.begin(), {"all", std::nullopt, key_figures(history)});
  return groups;
}

Json optional_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json figures_json(const FigureGroup& group, const OrderHistory& history) {
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

std::string figures_text(const std::string& what, const std::vector<FigureGroup>& groups,
                         const OrderHistory& history, const std::string& currency) {
  TextTable table({what, "customers", "orders", fmt::format("revenue {}", currency), "order value",
                   "orders/customer", "repurchase", "gap days", "retention 365 d"});
  const std::size_t shown = std::min(groups.size(), kGroupsShown + 1);
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
    text += fmt::format("  ... and {} {} {}s (--json has all)\n", groups.size() - shown,
                        what == "cohort" ? "later" : "smaller", what);
  }
  return text +
         "  retention 365 d: an order more than 365 days after the first, within two years, among\n"
         "  customers followed for two years\n";
}

}  // namespace tenure::apps
