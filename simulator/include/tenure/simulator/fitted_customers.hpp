#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/customers/fit_report.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/order_model.hpp>

#include <array>
#include <string_view>

/// From a log to the customers a simulation starts with.
namespace tenure::simulator {

/// Families of the order models that a simulation can go on from; to_string() names them as the
/// command line does.
inline constexpr std::array<Family, 3> kOrderFamilies = {Family::kBgNbd, Family::kMbgNbd,
                                                         Family::kParetoNbd};
/// @throws ArgumentError listing the names where there is none of that name.
Family order_family(std::string_view order_model);

/// Copies a fit of one of kOrderFamilies; the spend model stays as it is.
/// @throws ArgumentError where the fit is of another model.
void set_order_model(LifetimeModel& model, const customers::FitReport& orders);

/// Today's customers of a log and the models fitted to them.
struct FittedCustomers {
  ExistingCustomers customers;
  customers::FitReport orders;
  customers::FitReport spend;  ///< Gamma-Gamma
};

/// Fits `order_model` and Gamma-Gamma to a log as it stands at the calibration's end, with
/// customers::PriorUse::kWhereNeeded; where the prior takes part the customers' `caveat` says so.
/// `events` names the regions.
/// @throws ArgumentError where the log has no prices or the simulator has no such order model;
/// whatever the fits throw.
FittedCustomers fit_customers(const Execution& execution, const EventTable& events,
                              const customers::OrderHistory& history,
                              const customers::CalibrationSummary& summary,
                              std::string_view order_model = "bg-nbd");

}  // namespace tenure::simulator
