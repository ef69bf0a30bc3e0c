#include "command.hpp"
#include "fit_request.hpp"
#include "lookup.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/lifetime_model.hpp>

namespace tenure::apps {

namespace {

void check(const FitRequest& r) {
  const bool orders = r.model != "sbg" && r.model != "gamma-gamma";
  const int sources = (r.store.empty() ? 0 : 1) + (r.counts.empty() ? 0 : 1);
  const bool survival = !r.survival.empty();
  if (survival != (r.model == "sbg")) {
    throw ArgumentError(survival ? "--survival is for --model sbg"
                                 : "--model sbg needs --survival CSV, not orders");
  }
  if (survival ? sources != 0 : sources != 1) {
    throw ArgumentError("give a STORE.h5, or --counts CSV, or --survival CSV");
  }
  const bool dates = !r.calibration_end.empty() || !r.cohort_start.empty();
  if (r.store.empty() && (dates || !r.customer.empty() || !r.covariates.empty())) {
    throw ArgumentError(
        "--calibration-end, --cohort-start, --customer and --covariates need a STORE.h5");
  }
  if (!orders && (!r.covariates.empty() || r.bootstrap != 0)) {
    throw ArgumentError("--covariates and --bootstrap are for order models");
  }
  if (r.model == "bg-bb" && r.counts.empty()) {
    throw ArgumentError("--model bg-bb counts periods: it needs --counts CSV");
  }
  if (r.model == "all" && (!r.covariates.empty() || r.bootstrap != 0 || !r.customer.empty())) {
    throw ArgumentError("--model all compares fits: no --covariates, --bootstrap or --customer");
  }
  const bool alone = r.covariates.empty() && r.bootstrap == 0 && r.customer.empty();
  if (!r.by.empty() && (r.store.empty() || !orders || !alone)) {
    throw ArgumentError(
        "--by takes an order model and a STORE.h5, no --covariates, --bootstrap or --customer");
  }
  if (!r.groups.empty() && r.by != "region") {
    throw ArgumentError("--groups puts regions together: it goes with --by region");
  }
  if (!r.key.empty() && r.customer.empty() && r.covariates.empty()) {
    throw ArgumentError("--key goes with --customer or --covariates");
  }
  if (r.regularity != 0 && r.model != "mbg-cnbd") {
    throw ArgumentError("--regularity is for --model mbg-cnbd");
  }
  if (r.bootstrap != 0 && (r.bootstrap < 2 || r.bootstrap > 100000)) {
    throw ArgumentError("--bootstrap must be 2 to 100000");
  }
  if (r.margin != -1.0 && (!(r.margin >= 0.0 && r.margin <= 1.0) || r.customer.empty())) {
    throw ArgumentError("--margin must be 0 to 1, and goes with --customer");
  }
  if (!(r.discount > 0.0) || r.discount > 100.0) {
    throw ArgumentError("--discount must be above 0 and at most 100, a year");
  }
}

void run_fit(FitRequest request, bool horizon_given, Run& run) {
  if (horizon_given && (!(request.horizon > 0.0) || request.horizon > 1e6)) {
    throw ArgumentError("--horizon must be above 0 and at most 1000000");
  }
  if (request.model.empty()) request.model = request.survival.empty() ? "bg-nbd" : "sbg";
  check(request);
  if (request.model == "sbg") return fit_survival_curve(request, run);
  if (request.model == "gamma-gamma") return fit_spend_model(request, run);
  if (request.model == "all") return compare_order_models(request, run);
  if (!request.by.empty()) return fit_order_groups(request, run);
  fit_order_model(request, run);
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const auto& kind : customers::lifetime_kinds()) names.emplace_back(kind.name);
  names.insert(names.end(), {"sbg", "gamma-gamma", "all"});
  return names;
}

void add_inputs(const CommandOptions& sub, FitRequest& request) {
  sub.add_option("STORE", request.store, "Store to fit on").type_name("STORE.h5");
  sub.add_option(
         "--counts", request.counts,
         "Instead of a store: customers summarised in csv files with the columns frequency, "
         "recency, T (or periods), and optionally weights, mean_value, log_gaps; several "
         "are pooled")
      .type_name("CSV")
      .one_value();
  sub.add_option("--survival", request.survival,
                 "For sbg: csv with the columns period, survival (share of the cohort, 1 at 0)")
      .type_name("CSV");
  sub.add_option("--cohort-size", request.cohort_size, "Customers behind --survival")
      .show_default();
  sub.add_option("--model", request.model,
                 "Order model (bg-nbd unless told); gamma-gamma for spend per order, sbg for "
                 "contracts, all for a comparison")
      .one_of(model_names());
  sub.add_option("--unit", request.unit, "Time unit of the parameters")
      .one_of({"day", "week", "year"})
      .show_default();
  sub.add_option("--calibration-end", request.calibration_end,
                 "Last day the model sees, inclusive; what comes after is its test")
      .type_name("DATE");
  sub.add_option("--cohort-start", request.cohort_start,
                 "Leave out customers whose first order is before this date")
      .type_name("DATE");
}

}  // namespace

Command add_fit(CLI::App& app) {
  Command command = make_command(
      app, "fit", "Fit a lifetime or spend model, and hold it against the rest of the log",
      "  tenure fit cdnow.h5 --model bg-nbd --calibration-end 1997-09-30\n"
      "  tenure fit cdnow.h5 --model pareto-nbd --customer 1516 --horizon 52\n"
      "  tenure fit cdnow.h5 --model all --calibration-end 1997-09-30 --json -\n"
      "  tenure fit shop.h5 --model all --by region --groups groups.csv\n"
      "  tenure fit --counts north.csv --counts south.csv --model mbg-nbd\n"
      "  tenure fit --survival contracts.csv --model sbg\n");
  auto request = std::make_shared<FitRequest>();
  const CommandOptions sub = command.options;
  add_inputs(sub, *request);
  sub.add_option("--covariates", request->covariates,
                 "For bg-nbd and pareto-nbd: csv with a customer's id first, then numbers that do "
                 "not change over time, one row a customer")
      .type_name("CSV");
  sub.add_option("--covariates-on", request->covariates_on, "What they bear on")
      .one_of({"both", "rate", "dropout"})
      .show_default();
  sub.add_option("--regularity", request->regularity,
                 "For mbg-cnbd: ticks of the order clock an order; found by likelihood otherwise")
      .range(1, customers::kLargestRegularity)
      .type_name("K");
  sub.add_option("--by", request->by,
                 "A model for each region, or for each quarter of first orders; small groups are "
                 "drawn to the mean of all. With --model all: the comparison in each, on its own")
      .one_of({"region", "quarter"});
  sub.add_option("--groups", request->groups,
                 "With --by region: csv with the columns region, group that puts regions together; "
                 "the region * stands for all others")
      .type_name("CSV");
  sub.add_option("--bootstrap", request->bootstrap,
                 "Also standard errors from so many resamples of the customers")
      .type_name("N");
  sub.add_option("--customer", request->customer, "Also tell what the model says of this customer")
      .type_name("ID");
  add_key_option(sub, request->key);
  const Option horizon = sub.add_option(
      "--horizon", request->horizon,
      "Time units ahead: for --customer (default 52), the total over --counts, periods of sbg");
  sub.add_option("--discount", request->discount,
                 "Discount rate a year of the expected residual orders of --customer")
      .show_default();
  sub.add_option("--margin", request->margin,
                 "Share of an order's value that is earned: also the lifetime value of --customer");
  command.run = [request, horizon](Run& run) { run_fit(*request, horizon.given(), run); };
  return command;
}

}  // namespace tenure::apps
