#include "calendar.hpp"
#include "counts_file.hpp"
#include "fit_request.hpp"
#include "lifetime_fit.hpp"
#include "lookup.hpp"
#include "stopwatch.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>

#include <fmt/format.h>

namespace tenure::apps {

namespace {

void fit_spend_of_counts(const FitRequest& request, Run& run) {
  const double unit_days = days_per_unit(request.unit);
  const CountsFile file = read_counts(run.execution(), request.counts, unit_days);
  const std::string& first = request.counts.front();
  if (file.mean_value.empty()) {
    throw DataError(first, 1, "no column mean_value, which a spend model needs");
  }
  if (!file.counts.weight.empty()) {
    throw DataError(first, 1, "the spend model takes one row a customer, without weights");
  }
  const Stopwatch watch;
  const customers::FitReport report = fit_report(customers::fit_gamma_gamma(
      run.execution(), file.counts.frequency, file.mean_value, customers::PriorUse::kWhereNeeded));
  run.warn(customers::prior_note(file.counts, {&report}));
  Json json = fit_json(report);
  json["fit_seconds"] = watch.seconds();
  json["unit"] = request.unit;
  run.print(fmt::format("Gamma-Gamma on {} ({:.3f} s)\n", fmt::join(request.counts, ", "),
                        watch.seconds()) +
            fit_text(report));
  run.write_json(json);
}

}  // namespace

void fit_spend_model(const FitRequest& request, Run& run) {
  if (request.store.empty()) return fit_spend_of_counts(request, run);
  CalibrationSpec spec;
  spec.days_per_unit = days_per_unit(request.unit);
  spec.end_day = parse_day("--calibration-end", request.calibration_end);
  spec.cohort_start = parse_day("--cohort-start", request.cohort_start);
  const CustomerLookup lookup(request.key);
  const EventTable events = read_store(run.execution(), request.store);
  std::string customer;  // as the store calls the one asked for
  if (!request.customer.empty()) {
    const CustomerIds ids{request.store, events.customers, events.pseudonym_key};
    customer = ids.ids[lookup.codes({request.customer}, ids).front()];
  }
  const Calibration calibration = calibrate(run.execution(), events, request.store, spec);
  const Stopwatch watch;
  const customers::GammaGammaFit fit = fit_spend(run.execution(), calibration, request.store);
  const double seconds = watch.seconds();
  const customers::FitReport report = customers::fit_report(fit);
  run.warn(customers::prior_note(calibration.summary.counts, {&report}));
  const customers::GammaGammaParameters& p = fit.parameters;
  Json json = fit_json(report);
  json["fit_seconds"] = seconds;
  json["currency"] = events.currency;
  json["mean_value"] = p.q > 1.0 ? Json(p.p * p.gamma / (p.q - 1.0)) : Json(nullptr);
  std::string text = fmt::format("Gamma-Gamma on {}, calibration to {} ({:.3f} s)\n", request.store,
                                 day_text(calibration.summary.end_day), seconds) +
                     fit_text(report);
  if (p.q > 1.0) {
    text += fmt::format("  mean order value over customers {:.2f} {}\n",
                        p.p * p.gamma / (p.q - 1.0), events.currency);
  }
  if (!customer.empty()) {
    const std::size_t row = row_of(calibration, events, customer);
    const double x = calibration.summary.spend_frequency[row];
    const double m = calibration.summary.mean_value[row];
    const double expected = gamma_gamma_expected_value(p, x, m);
    json["customer"] = {
        {"id", customer}, {"frequency", x}, {"mean_value", m}, {"expected_value", expected}};
    text += fmt::format("  customer {}: {} repeat orders of {:.2f} on average, {:.2f} expected\n",
                        customer, x, m, expected);
  }
  run.print(text);
  run.write_json(json);
}

}  // namespace tenure::apps
