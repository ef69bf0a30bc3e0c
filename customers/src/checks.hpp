#pragma once

#include <tenure/customers/bg_bb.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/mbg_cnbd.hpp>
#include <tenure/customers/pareto_nbd.hpp>
#include <tenure/customers/sbg.hpp>

/// Checks of arguments and results that the models share.
namespace tenure::customers::detail {

/// @throws ArgumentError unless every parameter is finite and positive.
void check_parameters(const BgNbdParameters& parameters);
void check_parameters(const GammaGammaParameters& parameters);
void check_parameters(const MbgCnbdParameters& parameters);
void check_parameters(const ParetoNbdParameters& parameters);
void check_parameters(const BgBbParameters& parameters);
void check_parameters(const SbgParameters& parameters);

/// @throws ArgumentError unless (x, t_x, T) can be a customer's history.
void check_history(double x, double t_x, double T);

/// @throws ArgumentError unless t is finite and >= 0.
void check_horizon(double t);

/// @throws ArgumentError unless the discount rate is finite and > 0.
void check_discount(double discount);

/// The value itself. @throws NumericalError where it is not finite, naming `what`.
double finite(double value, const char* what);

}  // namespace tenure::customers::detail
