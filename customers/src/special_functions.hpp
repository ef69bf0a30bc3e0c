#pragma once

/// Differences of gamma-family functions that keep their accuracy where both terms are huge: what
/// the likelihoods of this library are made of. All arguments positive, increments >= 0.
namespace tenure::customers::detail {

double log_gamma(double z);

/// ln Gamma(z + x) - ln Gamma(z).
double log_rising(double z, double x);
/// psi(z + x) - psi(z).
double digamma_rise(double z, double x);
/// psi'(z + x) - psi'(z), not positive.
double trigamma_rise(double z, double x);
double trigamma(double z);

/// ln B(a, b).
double log_beta(double a, double b);

/// ln(1 + e^s) for any s.
double softplus(double s);
/// 1 / (1 + e^-s) for any s.
double logistic(double s);

}  // namespace tenure::customers::detail
