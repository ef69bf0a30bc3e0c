#pragma once

#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/gamma_gamma.hpp>

/// Checks of arguments and results that the models share.
namespace tenure::customers::detail {

/// @throws ArgumentError unless every parameter is finite and positive.
void check_parameters(const BgNbdParameters& parameters);
void check_parameters(const GammaGammaParameters& parameters);

/// @throws ArgumentError unless (x, t_x, T) can be a customer's history.
void check_history(double x, double t_x, double T);

/// @throws ArgumentError unless t is finite and >= 0.
void check_horizon(double t);

/// The value itself. @throws NumericalError where it is not finite, naming `what`.
double finite(double value, const char* what);

}  // namespace tenure::customers::detail
