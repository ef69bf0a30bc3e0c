#include "order_data.hpp"

#include "calendar.hpp"
#include "covariates_file.hpp"
#include "lookup.hpp"
#include "region_groups.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>

#include <fmt/format.h>

#include <map>
#include <span>

namespace tenure::apps {

namespace {

using customers::CalibrationSummary;
using customers::FitReport;
using customers::HoldoutReport;
using customers::LifetimeExpectations;

std::string quarter_of(std::int32_t day) {
  const std::string date = day_text(day);  // YYYY-MM-DD
  const int month = std::stoi(date.substr(5, 2));
  return fmt::format("{}-Q{}", date.substr(0, 4), (month + 2) / 3);
}

void add_row(const CalibrationSummary& all, std::size_t i, CalibrationSummary& some) {
  some.end_day = all.end_day;
  some.customer.push_back(all.customer[i]);
  some.first_day.push_back(all.first_day[i]);
  some.counts.days_per_unit = all.counts.days_per_unit;
  some.counts.frequency.push_back(all.counts.frequency[i]);
  some.counts.recency.push_back(all.counts.recency[i]);
  some.counts.age.push_back(all.counts.age[i]);
  some.counts.log_gaps.push_back(all.counts.log_gaps[i]);
}

}  // namespace

std::shared_ptr<const customers::LifetimeModel> OrderData::model(const FitReport& report,
                                                                 std::size_t i) const {
  const auto values = [&](const customers::Covariates& part) {
    return part.names.empty() ? std::span<const double>() : part.row(i);
  };
  return lifetime_model(report, values(design.rate), values(design.dropout));
}

OrderData read_order_data(const FitRequest& request, Run& run) {
  OrderData data;
  data.spec.days_per_unit = days_per_unit(request.unit);
  data.spec.end_day = parse_day("--calibration-end", request.calibration_end);
  data.spec.cohort_start = parse_day("--cohort-start", request.cohort_start);
  if (request.store.empty()) {
    data.file = read_counts(run.execution(), request.counts, data.spec.days_per_unit);
    data.source = fmt::format("{}", fmt::join(request.counts, ", "));
    return data;
  }
  data.source = request.store;
  const CustomerLookup lookup(request.key);
  data.events = read_store(run.execution(), request.store);
  const CustomerIds ids{request.store, data.events->customers, data.events->pseudonym_key};
  if (!request.customer.empty()) {
    data.customer = ids.ids[lookup.codes({request.customer}, ids).front()];
  }
  if (!request.groups.empty()) {
    group_regions(run.execution(), request.groups, request.store, *data.events);
  }
  data.calibration = calibrate(run.execution(), *data.events, request.store, data.spec);
  if (!request.covariates.empty()) {
    const auto covariates = read_covariates(run.execution(), request.covariates, lookup, ids,
                                            data.calibration->summary.customer);
    if (request.covariates_on != "dropout") data.design.rate = covariates;
    if (request.covariates_on != "rate") data.design.dropout = covariates;
  }
  return data;
}

std::vector<OrderGroup> order_groups(const FitRequest& request, const OrderData& data) {
  const CalibrationSummary& summary = data.calibration->summary;
  const auto& region = data.calibration->history.region;
  const bool by_region = request.by == "region";
  if (by_region && region.empty()) {
    throw DataError(request.store, "has no regions, which --by region needs");
  }
  std::map<std::string, CalibrationSummary> groups;
  for (std::size_t i = 0; i < summary.size(); ++i) {
    std::string name = quarter_of(summary.first_day[i]);
    if (by_region) {
      const std::uint32_t code = region[summary.customer[i]];
      name = code == customers::kNoRegion ? "(none)" : std::string(data.events->regions[code]);
    }
    add_row(summary, i, groups[name]);
  }
  std::vector<OrderGroup> result;
  for (auto& [name, group] : groups) result.push_back({name, std::move(group)});
  return result;
}

OrderRest::OrderRest(const Execution& execution, const OrderData& data)
    : data_(data), execution_(execution) {
  options_.units = 0;
  if (!data.calibration || !data.spec.end_day) return;
  customers::OrderHistoryOptions history_options;
  history_options.cohort_start = data.spec.cohort_start;
  history_ = make_order_history(execution, *data.events, history_options);
  options_.units =
      static_cast<int>((history_.end_day - *data.spec.end_day) / data.spec.days_per_unit);
}

std::optional<HoldoutReport> OrderRest::hold_against(const FitReport& report) const {
  if (options_.units < 1) return std::nullopt;
  const CalibrationSummary& summary = data_.calibration->summary;
  if (!data_.with_covariates()) return hold_against(report, summary);
  std::vector<LifetimeExpectations> models;
  for (std::size_t i = 0; i < summary.size(); ++i) {
    models.push_back(customers::expectations(data_.model(report, i)));
  }
  return holdout_report(execution_, history_, summary, models, options_);
}

std::optional<HoldoutReport> OrderRest::hold_against(const FitReport& report,
                                                     const CalibrationSummary& summary) const {
  if (options_.units < 1) return std::nullopt;
  return holdout_report(execution_, history_, summary,
                        customers::expectations(lifetime_model(report)), options_);
}

std::string title_of(const FitReport& report) {
  const std::string name(customers::lifetime_kind(report.model).title);
  return report.model == "mbg-cnbd" ? fmt::format("{}, k = {}", name, report.regularity) : name;
}

std::string where_text(const std::string& title, const FitRequest& request, const OrderData& data) {
  std::string text = fmt::format("{} on {}", title, data.source);
  if (!request.by.empty()) text += " by " + request.by;
  if (data.calibration) {
    text += ", calibration to " + day_text(data.calibration->summary.end_day);
  }
  return text + fmt::format(", time in {}s", request.unit);
}

}  // namespace tenure::apps
