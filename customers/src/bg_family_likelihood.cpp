#include "bg_family_likelihood.hpp"

#include "special_functions.hpp"

#include <array>
#include <cmath>

namespace tenure::customers::detail {
namespace {

constexpr std::size_t kRowsPerChunk = 4096;

enum : std::size_t { kR, kAlpha, kA, kB, kParameters };

double& second(Derivatives& d, std::size_t i, std::size_t j) { return d.hessian[i * d.size() + j]; }

struct Natural {
  double r, alpha, a, b;
};

Natural natural(std::span<const double> theta) {
  return {std::exp(theta[kR]), std::exp(theta[kAlpha]), std::exp(theta[kA]), std::exp(theta[kB])};
}

// Gamma(b + y) Gamma(a + b) / (Gamma(b) Gamma(a + b + y)) x Gamma(r + k x) / Gamma(r), y the
// dropout tests so far: x, or x + 1 where the first order has one.
void add_group(const BgVariant& variant, const Natural& p, double x, double weight,
               Derivatives& sum) {
  const double ticks = variant.k * x;
  const double tests = x + variant.first_tosses;
  if (tests == 0) return;
  const double ab = p.a + p.b;
  const double psi_r = digamma_rise(p.r, ticks);
  const double psi_b = digamma_rise(p.b, tests);
  const double psi_ab = digamma_rise(ab, tests);
  const double tri_ab = trigamma_rise(ab, tests);
  sum.value += weight * (log_rising(p.r, ticks) + log_rising(p.b, tests) - log_rising(ab, tests));
  sum.gradient[kR] += weight * p.r * psi_r;
  sum.gradient[kA] -= weight * p.a * psi_ab;
  sum.gradient[kB] += weight * p.b * (psi_b - psi_ab);
  second(sum, kR, kR) += weight * (p.r * psi_r + p.r * p.r * trigamma_rise(p.r, ticks));
  second(sum, kA, kA) -= weight * (p.a * psi_ab + p.a * p.a * tri_ab);
  second(sum, kA, kB) -= weight * p.a * p.b * tri_ab;
  second(sum, kB, kB) +=
      weight * (p.b * (psi_b - psi_ab) + p.b * p.b * (trigamma_rise(p.b, tests) - tri_ab));
}

// alpha^r (alpha + T)^-(r + n), n the ticks of all orders.
void add_alive(const Natural& p, double n, double age, double weight, Derivatives& sum) {
  const double late = p.alpha + age;
  const double log_share = std::log1p(age / p.alpha);
  sum.value -= weight * (p.r * log_share + n * std::log(late));
  sum.gradient[kR] -= weight * p.r * log_share;
  sum.gradient[kAlpha] += weight * (p.r * age - n * p.alpha) / late;
  second(sum, kR, kR) -= weight * p.r * log_share;
  second(sum, kR, kAlpha) += weight * p.r * age / late;
  second(sum, kAlpha, kAlpha) -= weight * (p.r + n) * (p.alpha / late) * (age / late);
}

// ln S with S = sum over j < k of (r + n)_j / j! z^j, z = (T - t_x) / (alpha + T): (1 - z)^(r + n)
// S is the chance of fewer than k ticks since the last order. First and second derivatives in (ln
// r, ln alpha).
struct Silence {
  double value = 0.0;
  double r = 0.0, alpha = 0.0;
  double rr = 0.0, r_alpha = 0.0, alpha_alpha = 0.0;
};

Silence silence(int k, double r, double alpha, double n, double t_x, double age) {
  Silence at;
  if (k == 1) return at;
  const double rho = r + n;
  const double late = alpha + age;
  const double z = (age - t_x) / late;
  double term = 1.0;
  double psi = 0.0;      // d ln term / d rho
  double psi_two = 0.0;  // its derivative
  double total = 1.0, psi_sum = 0.0, psi_square = 0.0, psi_two_sum = 0.0;
  double j_sum = 0.0, j_square = 0.0, j_psi = 0.0;
  for (int j = 1; j < k; ++j) {
    const double factor = rho + j - 1;
    term *= factor * z / j;
    psi += 1 / factor;
    psi_two -= 1 / (factor * factor);
    total += term;
    psi_sum += term * psi;
    psi_square += term * psi * psi;
    psi_two_sum += term * psi_two;
    j_sum += term * j;
    j_square += term * j * j;
    j_psi += term * j * psi;
  }
  const double mean_psi = psi_sum / total;
  const double mean_j = j_sum / total;
  const double u = alpha / late;  // -d ln z / d ln alpha
  at.value = std::log(total);
  at.r = r * mean_psi;
  at.alpha = -u * mean_j;
  at.rr = r * mean_psi + r * r * (psi_square / total - mean_psi * mean_psi + psi_two_sum / total);
  at.r_alpha = -r * u * (j_psi / total - mean_psi * mean_j);
  at.alpha_alpha = u * u * (j_square / total - mean_j * mean_j) - u * (1 - u) * mean_j;
  return at;
}

// S + e^s, that is alive or left after the last order: e^s = a / (b + y - 1) ((alpha + T) / (alpha
// + t_x))^(r + n) with y tests, n ticks.
void add_left(const BgVariant& variant, const Natural& p, double x, double t_x, double age,
              double weight, Derivatives& sum) {
  const double n = variant.k * x;
  const double early = p.alpha + t_x;
  const double late = p.alpha + age;
  const double idle = age - t_x;
  const double log_ratio = std::log1p(idle / early);
  const double others = x + variant.first_tosses - 1;
  const double last = p.b + others;
  const Silence quiet = silence(variant.k, p.r, p.alpha, n, t_x, age);
  const double s = std::log(p.a / last) + (p.r + n) * log_ratio - quiet.value;
  const double left = s > 0 ? 1 / (1 + std::exp(-s)) : std::exp(s) / (1 + std::exp(s));

  const double shrink = p.alpha * (idle / early) / late;  // -d log_ratio / d ln alpha
  const std::array<double, kParameters> slope = {
      p.r * log_ratio - quiet.r, -(p.r + n) * shrink - quiet.alpha, 1.0, -p.b / last};
  sum.value += weight * (quiet.value + softplus(s));
  sum.gradient[kR] += weight * quiet.r;
  sum.gradient[kAlpha] += weight * quiet.alpha;
  for (std::size_t i = 0; i < kParameters; ++i) sum.gradient[i] += weight * left * slope[i];

  const double spread = weight * left * (1 - left);
  for (std::size_t i = 0; i < kParameters; ++i) {
    for (std::size_t j = i; j < kParameters; ++j) second(sum, i, j) += spread * slope[i] * slope[j];
  }
  const double bend = weight * left;
  const double rest = weight - bend;
  second(sum, kR, kR) += bend * p.r * log_ratio + rest * quiet.rr;
  second(sum, kR, kAlpha) += rest * quiet.r_alpha - bend * p.r * shrink;
  second(sum, kAlpha, kAlpha) +=
      bend * (p.r + n) * shrink *
          (p.alpha / late * (p.alpha / early) - t_x / early * (age / late)) +
      rest * quiet.alpha_alpha;
  second(sum, kB, kB) -= bend * (p.b / last) * (others / last);
}

void add_silence(const Silence& quiet, double weight, Derivatives& sum) {
  sum.value += weight * quiet.value;
  sum.gradient[kR] += weight * quiet.r;
  sum.gradient[kAlpha] += weight * quiet.alpha;
  second(sum, kR, kR) += weight * quiet.rr;
  second(sum, kR, kAlpha) += weight * quiet.r_alpha;
  second(sum, kAlpha, kAlpha) += weight * quiet.alpha_alpha;
}

// What depends on the times, too.
void add_times(const BgVariant& variant, const Natural& p, double x, double t_x, double age,
               double weight, Derivatives& sum) {
  add_alive(p, variant.k * x, age, weight, sum);
  if (x + variant.first_tosses > 0) {
    add_left(variant, p, x, t_x, age, weight, sum);
  } else if (variant.k > 1) {
    add_silence(silence(variant.k, p.r, p.alpha, 0.0, t_x, age), weight, sum);
  }
}

}  // namespace

void add_bg_family_row(const BgVariant& variant, std::span<const double> theta, double x,
                       double t_x, double age, double weight, Derivatives& sum) {
  const Natural p = natural(theta);
  add_times(variant, p, x, t_x, age, weight, sum);
  add_group(variant, p, x, weight, sum);
}

double bg_family_log_odds_left(const BgVariant& variant, double r, double alpha, double a, double b,
                               double x, double t_x, double age) {
  const double n = variant.k * x;
  return std::log(a / (b + x + variant.first_tosses - 1)) +
         (r + n) * std::log1p((age - t_x) / (alpha + t_x)) -
         silence(variant.k, r, alpha, n, t_x, age).value;
}

BgFamilyLikelihood::BgFamilyLikelihood(const RecencyFrequency& data, double time_scale,
                                       BgVariant variant)
    : variant_(variant), rows_(data, time_scale) {}

Derivatives BgFamilyLikelihood::evaluate(const Execution& execution,
                                         std::span<const double> theta) const {
  const Natural p = natural(theta);
  return rows_.sum(
      execution, kRowsPerChunk,
      [&](double x, double t_x, double age, double weight, Derivatives& sum) {
        add_times(variant_, p, x, t_x, age, weight, sum);
      },
      [&](double x, double weight, Derivatives& sum) { add_group(variant_, p, x, weight, sum); });
}

}  // namespace tenure::customers::detail
