#pragma once

#include <tenure/core/function_ref.hpp>

namespace tenure::customers::detail {

/// Integral over t > 0 of e^(-discount t) dE(t), where expected(t) = E(t) is the expected number of
/// orders within t: concave, increasing, 0 at 0. discount > 0. By parts it is the integral of
/// e^-u E(u / discount) du, and with u = e^y the trapezoid rule converges exponentially: the
/// integrand is analytic for |Im y| < pi / 2, rises like e^y at least on the left and dies doubly
/// exponentially on the right. About a hundred evaluations, full precision.
double discounted_orders(FunctionRef<double(double)> expected, double discount);

}  // namespace tenure::customers::detail
