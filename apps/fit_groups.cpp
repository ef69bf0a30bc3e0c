#include "calendar.hpp"
#include "fit_request.hpp"
#include "lifetime_fit.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/pooled_fit.hpp>

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace tenure::apps {

namespace {

using customers::FitReport;
using customers::RecencyFrequency;

/// Customers of one group, by its name; names in order.
using Groups = std::map<std::string, RecencyFrequency>;

std::string quarter_of(std::int32_t day) {
  const std::string date = day_text(day);  // YYYY-MM-DD
  const int month = std::stoi(date.substr(5, 2));
  return fmt::format("{}-Q{}", date.substr(0, 4), (month + 2) / 3);
}

Groups split(const FitRequest& request, const EventTable& events, const Calibration& calibration) {
  const auto& summary = calibration.summary;
  const bool by_region = request.by == "region";
  if (by_region && calibration.history.region.empty()) {
    throw DataError(request.store, "has no regions, which --by region needs");
  }
  Groups groups;
  for (std::size_t i = 0; i < summary.size(); ++i) {
    std::string name = quarter_of(summary.first_day[i]);
    if (by_region) {
      const std::uint32_t code = calibration.history.region[summary.customer[i]];
      name = code == customers::kNoRegion ? "(none)" : std::string(events.regions[code]);
    }
    RecencyFrequency& group = groups[name];
    group.days_per_unit = summary.counts.days_per_unit;
    group.frequency.push_back(summary.counts.frequency[i]);
    group.recency.push_back(summary.counts.recency[i]);
    group.age.push_back(summary.counts.age[i]);
    group.log_gaps.push_back(summary.counts.log_gaps[i]);
  }
  return groups;
}

}  // namespace

void fit_order_groups(const FitRequest& request, Run& run) {
  CalibrationSpec spec;
  spec.days_per_unit = days_per_unit(request.unit);
  spec.end_day = parse_day("--calibration-end", request.calibration_end);
  spec.cohort_start = parse_day("--cohort-start", request.cohort_start);
  const EventTable events = read_store(run.execution(), request.store);
  const Calibration calibration = calibrate(run.execution(), events, request.store, spec);
  const Groups groups = split(request, events, calibration);
  std::vector<RecencyFrequency> data;
  for (const auto& [name, counts] : groups) data.push_back(counts);
  customers::LifetimeFitOptions options;
  options.regularity = request.regularity;
  const Stopwatch watch;
  const auto fit = customers::fit_groups(run.execution(), request.model, data, options);
  const double seconds = watch.seconds();

  Json json = fit_json(fit.together);
  json["fit_seconds"] = seconds;
  json["unit"] = request.unit;
  json["calibration_end"] = day_text(calibration.summary.end_day);
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
  std::size_t g = 0;
  for (const auto& [name, counts] : groups) {
    const FitReport& group = fit.groups[g];
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
    ++g;
  }
  const std::string title(customers::lifetime_kind(request.model).title);
  run.print(fmt::format("{} on {} by {}, calibration to {}, time in {}s ({:.3f} s)\n", title,
                        request.store, request.by, day_text(calibration.summary.end_day),
                        request.unit, seconds) +
            heading("All together") + fit_text(fit.together) +
            heading("By group, drawn to their mean (standard error), and each on its own data") +
            table.str());
  run.write_json(json);
}

}  // namespace tenure::apps
