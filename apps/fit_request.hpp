#pragma once

#include "run.hpp"

#include <string>
#include <vector>

namespace tenure::apps {

/// What `tenure fit` was asked for.
struct FitRequest {
  std::string store;
  std::vector<std::string> counts;
  std::string survival;
  double cohort_size = 1000.0;
  std::string model;
  std::string unit = "week";
  std::string calibration_end;
  std::string cohort_start;
  std::string covariates;
  std::string covariates_on = "both";
  int regularity = 0;  ///< 0: by maximum likelihood
  int bootstrap = 0;
  std::string by;      ///< region or quarter: a model for each, partially pooled
  std::string groups;  ///< csv that puts regions together
  std::string customer;
  std::string key;        ///< of pseudonyms: customer and covariates have original ids
  double horizon = 0.0;   ///< 0: not given
  double discount = 0.1;  ///< a year
  double margin = -1.0;   ///< share of an order's value; negative: not given
};

/// Order models, by a store or by counts; one of them or `all`.
void fit_order_model(const FitRequest& request, Run& run);
/// All of them on the same data, best first; with `by` also on each group.
void compare_order_models(const FitRequest& request, Run& run);
/// One order model for each region or quarter of a store, partially pooled.
void fit_order_groups(const FitRequest& request, Run& run);
/// Gamma-Gamma, by a store or by counts.
void fit_spend_model(const FitRequest& request, Run& run);
/// The shifted beta-geometric model of a survival curve.
void fit_survival_curve(const FitRequest& request, Run& run);

}  // namespace tenure::apps
