#include "bg_nbd_likelihood.hpp"

#include "special_functions.hpp"

#include <tenure/core/parallel.hpp>

#include <array>
#include <cmath>

namespace tenure::customers::detail {
namespace {

constexpr std::size_t kRowsPerChunk = 4096;

enum : std::size_t { kR, kAlpha, kA, kB, kParameters };

double& second(Derivatives& d, std::size_t i, std::size_t j) {
  return d.hessian[i * kParameters + j];
}

struct Natural {
  double r, alpha, a, b;
};

// Gamma(b + x) Gamma(a + b) / (Gamma(b) Gamma(a + b + x)) x Gamma(r + x) / Gamma(r).
void add_group(const Natural& p, double x, double weight, Derivatives& sum) {
  if (x == 0) return;
  const double ab = p.a + p.b;
  const double psi_r = digamma_rise(p.r, x);
  const double psi_b = digamma_rise(p.b, x);
  const double psi_ab = digamma_rise(ab, x);
  const double tri_ab = trigamma_rise(ab, x);
  sum.value += weight * (log_rising(p.r, x) + log_rising(p.b, x) - log_rising(ab, x));
  sum.gradient[kR] += weight * p.r * psi_r;
  sum.gradient[kA] -= weight * p.a * psi_ab;
  sum.gradient[kB] += weight * p.b * (psi_b - psi_ab);
  second(sum, kR, kR) += weight * (p.r * psi_r + p.r * p.r * trigamma_rise(p.r, x));
  second(sum, kA, kA) -= weight * (p.a * psi_ab + p.a * p.a * tri_ab);
  second(sum, kA, kB) -= weight * p.a * p.b * tri_ab;
  second(sum, kB, kB) +=
      weight * (p.b * (psi_b - psi_ab) + p.b * p.b * (trigamma_rise(p.b, x) - tri_ab));
}

// alpha^r (alpha + T)^-(r + x).
void add_alive(const Natural& p, double x, double age, double weight, Derivatives& sum) {
  const double late = p.alpha + age;
  const double log_share = std::log1p(age / p.alpha);
  sum.value -= weight * (p.r * log_share + x * std::log(late));
  sum.gradient[kR] -= weight * p.r * log_share;
  sum.gradient[kAlpha] += weight * (p.r * age - x * p.alpha) / late;
  second(sum, kR, kR) -= weight * p.r * log_share;
  second(sum, kR, kAlpha) += weight * p.r * age / late;
  second(sum, kAlpha, kAlpha) -= weight * (p.r + x) * (p.alpha / late) * (age / late);
}

// 1 + e^s with s the log odds of having left after the last order:
// e^s = a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x).
void add_left(const Natural& p, double x, double t_x, double age, double weight, Derivatives& sum) {
  const double early = p.alpha + t_x;
  const double late = p.alpha + age;
  const double idle = age - t_x;
  const double log_ratio = std::log1p(idle / early);
  const double last = p.b + x - 1;
  const double s = std::log(p.a / last) + (p.r + x) * log_ratio;
  const double left = s > 0 ? 1 / (1 + std::exp(-s)) : std::exp(s) / (1 + std::exp(s));

  const double shrink = p.alpha * (idle / early) / late;  // -d log_ratio / d ln alpha
  const std::array<double, kParameters> slope = {p.r * log_ratio, -(p.r + x) * shrink, 1.0,
                                                 -p.b / last};
  sum.value += weight * softplus(s);
  for (std::size_t i = 0; i < kParameters; ++i) sum.gradient[i] += weight * left * slope[i];

  const double spread = weight * left * (1 - left);
  for (std::size_t i = 0; i < kParameters; ++i) {
    for (std::size_t j = i; j < kParameters; ++j) second(sum, i, j) += spread * slope[i] * slope[j];
  }
  const double bend = weight * left;
  second(sum, kR, kR) += bend * slope[kR];
  second(sum, kR, kAlpha) -= bend * p.r * shrink;
  second(sum, kAlpha, kAlpha) +=
      bend * (p.r + x) * shrink * (p.alpha / late * (p.alpha / early) - t_x / early * (age / late));
  second(sum, kB, kB) -= bend * (p.b / last) * ((x - 1) / last);
}

}  // namespace

BgNbdLikelihood::BgNbdLikelihood(const RecencyFrequency& data, double time_scale) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    const double x = data.frequency[i];
    const double weight = data.weight_of(i);
    if (groups_.empty() || groups_.back().x != x) groups_.push_back({x, 0.0});
    groups_.back().weight += weight;
    x_.push_back(x);
    t_x_.push_back(data.recency[i] / time_scale);
    age_.push_back(data.age[i] / time_scale);
    weight_.push_back(weight);
  }
}

Derivatives BgNbdLikelihood::evaluate(const Execution& execution,
                                      std::span<const double> theta) const {
  const Natural p{std::exp(theta[kR]), std::exp(theta[kAlpha]), std::exp(theta[kA]),
                  std::exp(theta[kB])};
  Derivatives total = parallel_reduce(
      execution, x_.size(), kRowsPerChunk, Derivatives(kParameters),
      [&](const Chunk& chunk) {
        Derivatives sum(kParameters);
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
          add_alive(p, x_[i], age_[i], weight_[i], sum);
          if (x_[i] > 0) add_left(p, x_[i], t_x_[i], age_[i], weight_[i], sum);
        }
        return sum;
      },
      [](Derivatives& into, Derivatives&& from) { into.add(from); });
  for (const Group& group : groups_) add_group(p, group.x, group.weight, total);
  for (std::size_t i = 0; i < kParameters; ++i) {
    for (std::size_t j = 0; j < i; ++j) second(total, i, j) = second(total, j, i);
  }
  return total;
}

}  // namespace tenure::customers::detail
