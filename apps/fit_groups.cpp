#include "fit_request.hpp"
#include "lifetime_fit.hpp"
#include "order_data.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/customers/pooled_fit.hpp>

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

namespace tenure::apps {

void fit_order_groups(const FitRequest& request, Run& run) {
  const OrderData data = read_order_data(request, run);
  const std::vector<OrderGroup> groups = order_groups(request, data);
  std::vector<customers::RecencyFrequency> counts;
  for (const OrderGroup& group : groups) counts.push_back(group.summary.counts);
  customers::LifetimeFitOptions options;
  options.regularity = request.regularity;
  const Stopwatch watch;
  const auto fit = customers::fit_groups(run.execution(), request.model, counts, options);
  const double seconds = watch.seconds();

  Json json = fit_json(fit.together);
  json["fit_seconds"] = seconds;
  json["unit"] = request.unit;
  json["calibration_end"] = day_text(data.calibration->summary.end_day);
  const std::size_t n = fit.together.names.size();
  for (std::size_t i = 0; i < n; ++i) {
    json["between"][fit.together.names[i]] = {{"median", std::exp(fit.mean[i])},
                                              {"log_sd", std::sqrt(fit.covariance[i * n + i])}};
  }
  json["groups"] = Json::array();
  std::vector<std::string> header = {request.by, "customers"};
  for (const std::string& name : fit.together.names) {
    header.push_back(name);
    header.emplace_back("alone");
  }
  TextTable table(header);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::string& name = groups[g].name;
    const customers::FitReport& group = fit.groups[g];
    Json one = {{"group", name}};
    one.update(fit_json(group));
    one.erase("iterations");
    one["alone"] = fit.alone[g] ? fit_json(*fit.alone[g]).at("parameters") : Json(nullptr);
    json["groups"].push_back(one);
    std::vector<std::string> row = {name, with_commas(group.customers)};
    for (std::size_t i = 0; i < n; ++i) {
      row.push_back(fmt::format("{:.4g} ({:.2g})", group.estimates[i], group.standard_errors[i]));
      row.push_back(fit.alone[g] ? fmt::format("{:.4g}", fit.alone[g]->estimates[i]) : "-");
    }
    table.add(row);
  }
  const std::string title(customers::lifetime_kind(request.model).title);
  run.print(where_text(title, request, data) + fmt::format(" ({:.3f} s)\n", seconds) +
            heading("All together") + fit_text(fit.together) +
            heading("By group, drawn to their mean (standard error), and each on its own data") +
            table.str());
  run.write_json(json);
}

}  // namespace tenure::apps
