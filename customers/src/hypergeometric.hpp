#pragma once

/// The Gauss hypergeometric functions of the BG/NBD model, in the form its expectations need.
/// Let p ~ Beta(a, b), N | p the number of orders a customer would place by t if it never left:
/// negative binomial with P(N = n) = (r)_n / n! z^n (1 - z)^r, z = t / (alpha + t). With Pfaff's
/// and Euler's transformations the closed forms are sums of positive terms, which neither cancel
/// nor have a pole at a = 1.
namespace tenure::customers::detail {

/// (1 - z)^r 2F1(r, b; a + b; z) with z = tau / (1 + tau), tau = t / alpha >= 0: the probability
/// E (1 - p)^N that no order was followed by a dropout. r, a, b > 0.
double no_dropout_probability(double r, double a, double b, double tau);

/// (a + b - 1) / (a - 1) [1 - (1 - z)^r 2F1(r, b; a + b - 1; z)], continued to a = 1: the expected
/// number of orders up to and including the one that is followed by dropout.
double expected_orders_before_dropout(double r, double a, double b, double tau);

}  // namespace tenure::customers::detail
