#pragma once

/// Sums over the ticks of an Erlang-k order clock whose rate is gamma distributed: M ticks in a
/// time tau (in units of the rate's scale alpha), P(M = m) = (r)_m / m! z^m (1 - z)^r, z = tau / (1
/// + tau). All terms are positive; full precision.
namespace tenure::customers::detail {

/// E of the sum over i = 1 .. floor((M + phase) / k) of (b)_(i-1) / (a + b)_(i-1): the expected
/// orders of a customer with dropout ~ Beta(a, b) who is sure to place the next one, `phase` ticks
/// after the last.
/// @throws NumericalError where some 50 million ticks would have to be summed.
double orders_after_ticks(double r, double a, double b, double tau, int k, int phase);

/// E of (b)_n / (a + b)_n with n = floor(M / k): no dropout at any of the orders by then.
double survival_after_ticks(double r, double a, double b, double tau, int k);

}  // namespace tenure::customers::detail
