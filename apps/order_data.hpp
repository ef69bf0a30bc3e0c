#pragma once

#include "counts_file.hpp"
#include "fit_request.hpp"
#include "lifetime_fit.hpp"
#include "run.hpp"

#include <tenure/core/events.hpp>
#include <tenure/customers/covariate_fit.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/customers/tracking.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tenure::apps {

/// The customers an order model is fitted to, from a store or from files of counts.
struct OrderData {
  std::optional<EventTable> events;  ///< of a store
  CalibrationSpec spec;
  std::optional<Calibration> calibration;
  std::optional<CountsFile> file;
  customers::CovariateDesign design;  ///< beside the calibration's rows
  std::string source;
  std::string customer;  ///< the one asked for, as the store calls it

  const customers::RecencyFrequency& counts() const {
    return calibration ? calibration->summary.counts : file->counts;
  }
  bool with_covariates() const {
    return !design.rate.names.empty() || !design.dropout.names.empty();
  }
  /// The model of row i, which differs from row to row where there are covariates.
  std::shared_ptr<const customers::LifetimeModel> model(const customers::FitReport& report,
                                                        std::size_t i) const;
};

/// Reads what was asked for, regions put together by --groups.
OrderData read_order_data(const FitRequest& request, Run& run);

/// Some customers of a calibration by a name: all, a region, a quarter.
struct OrderGroup {
  std::string name;
  customers::CalibrationSummary summary;
};

/// By --by, in the order of their names; no name is empty.
/// @throws DataError where the store has no regions and --by region was asked for.
std::vector<OrderGroup> order_groups(const FitRequest& request, const OrderData& data);

/// Where the log goes on for at least one unit after the calibration: the rest of it, as a test.
/// Keeps a reference to the data.
class OrderRest {
 public:
  OrderRest(const Execution& execution, const OrderData& data);

  /// Of all customers of the data. Empty where the log does not go on.
  std::optional<customers::HoldoutReport> hold_against(const customers::FitReport& report) const;
  /// Of some of them, by a model without covariates.
  std::optional<customers::HoldoutReport> hold_against(
      const customers::FitReport& report, const customers::CalibrationSummary& summary) const;

 private:
  const OrderData& data_;
  const Execution& execution_;
  customers::OrderHistory history_;
  customers::HoldoutOptions options_;
};

/// "Pareto/NBD", "MBG/CNBD-k, k = 2".
std::string title_of(const customers::FitReport& report);

/// "Pareto/NBD on shop.h5, calibration to 1997-09-30, time in weeks".
std::string where_text(const std::string& title, const FitRequest& request, const OrderData& data);

}  // namespace tenure::apps
