#include "fit_request.hpp"
#include "lifetime_fit.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/sbg.hpp>

#include <fmt/format.h>

#include <cmath>

namespace tenure::apps {

namespace {

constexpr double kProjectedPeriods = 5.0;

/// Shares by period from 0 on. @throws DataError with the line at fault.
std::vector<double> read_survival(const Execution& execution, const std::string& path) {
  const CsvTable table = read_csv_table(execution, path);
  const std::size_t period = table.column("period");
  const std::size_t survival = table.column("survival");
  std::vector<double> shares;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto fault = [&](const std::string& what) {
      throw DataError(path, table.lines[row], what);
    };
    const double share = table.number(row, survival);
    if (table.number(row, period) != static_cast<double>(row)) {
      fault(fmt::format("period {} was expected: they count from 0", row));
    }
    if (row == 0 && share != 1.0) fault("the survival of period 0 must be 1");
    if (row > 0 && !(share >= 0.0 && share <= shares.back())) {
      fault("the survival must lie between 0 and that of the period before");
    }
    shares.push_back(share);
  }
  if (shares.size() < 2) throw DataError(path, "a survival curve needs two periods or more");
  return shares;
}

}  // namespace

void fit_survival_curve(const FitRequest& request, Run& run) {
  if (!(request.cohort_size >= 1.0) || request.cohort_size > 1e12) {
    throw ArgumentError("--cohort-size must be 1 to 10^12");
  }
  const double horizon = request.horizon > 0 ? request.horizon : kProjectedPeriods;
  if (std::floor(horizon) != horizon) throw ArgumentError("--horizon: periods are whole");
  const std::vector<double> survival = read_survival(run.execution(), request.survival);
  const Stopwatch watch;
  const customers::SbgFit fit = customers::fit_sbg(run.execution(), survival, request.cohort_size);
  const double seconds = watch.seconds();
  const customers::FitReport report = customers::fit_report(fit);
  Json json = fit_json(report);
  json["fit_seconds"] = seconds;
  json["survival"] = Json::array();
  TextTable table({"period", "actual", "model"});
  const auto last = survival.size() - 1 + static_cast<std::size_t>(horizon);
  for (std::size_t t = 0; t <= last; ++t) {
    const double model = sbg_survival(fit.parameters, static_cast<double>(t));
    const bool seen = t < survival.size();
    json["survival"].push_back(
        {{"period", t}, {"actual", seen ? Json(survival[t]) : Json(nullptr)}, {"model", model}});
    table.add({std::to_string(t), seen ? fmt::format("{:.3f}", survival[t]) : std::string(),
               fmt::format("{:.3f}", model)});
  }
  run.print(fmt::format("sBG on {}, a cohort of {:g} ({:.3f} s)\n", request.survival,
                        request.cohort_size, seconds) +
            fit_text(report) + heading("Share of the cohort still there") + table.str());
  run.write_json(json);
}

}  // namespace tenure::apps
