#include "pareto_nbd_likelihood.hpp"

#include "pareto_integral.hpp"
#include "special_functions.hpp"

#include <array>
#include <cmath>

namespace tenure::customers::detail {
namespace {

constexpr std::size_t kRowsPerChunk = 512;

enum : std::size_t { kR, kAlpha, kS, kBeta, kParameters };

double& second(Derivatives& d, std::size_t i, std::size_t j) { return d.hessian[i * d.size() + j]; }

struct Natural {
  double r, alpha, s, beta;
};

Natural natural(std::span<const double> theta) {
  return {std::exp(theta[kR]), std::exp(theta[kAlpha]), std::exp(theta[kS]),
          std::exp(theta[kBeta])};
}

// Gamma(r + x) / Gamma(r).
void add_group(const Natural& p, double x, double weight, Derivatives& sum) {
  if (x == 0) return;
  const double psi = digamma_rise(p.r, x);
  sum.value += weight * log_rising(p.r, x);
  sum.gradient[kR] += weight * p.r * psi;
  second(sum, kR, kR) += weight * (p.r * psi + p.r * p.r * trigamma_rise(p.r, x));
}

// alpha^r beta^s / ((alpha + t_x)^(r + x) (beta + t_x)^s).
void add_last_order(const Natural& p, double x, double t_x, double weight, Derivatives& sum) {
  const double A = p.alpha + t_x;
  const double B = p.beta + t_x;
  const double log_a = std::log1p(t_x / p.alpha);
  const double log_b = std::log1p(t_x / p.beta);
  sum.value -= weight * (p.r * log_a + x * std::log(A) + p.s * log_b);
  sum.gradient[kR] -= weight * p.r * log_a;
  sum.gradient[kAlpha] += weight * (p.r * t_x - x * p.alpha) / A;
  sum.gradient[kS] -= weight * p.s * log_b;
  sum.gradient[kBeta] += weight * p.s * t_x / B;
  second(sum, kR, kR) -= weight * p.r * log_a;
  second(sum, kR, kAlpha) += weight * p.r * t_x / A;
  second(sum, kAlpha, kAlpha) -= weight * (p.r + x) * (p.alpha / A) * (t_x / A);
  second(sum, kS, kS) -= weight * p.s * log_b;
  second(sum, kS, kBeta) += weight * p.s * t_x / B;
  second(sum, kBeta, kBeta) -= weight * p.s * (p.beta / B) * (t_x / B);
}

// The sum of alive and left, K = sum over nodes of w e^f(theta), with the derivatives of f at each.
class Bracket {
 public:
  Bracket(const Natural& p, double x, double t_x, double age) : p_(p) {
    A_ = p.alpha + t_x;
    B_ = p.beta + t_x;
    share_a_ = p.alpha / A_;
    share_b_ = p.beta / B_;
    rho_ = p.r + x;
    const double idle = age - t_x;
    const double log_a = std::log1p(idle / A_);
    const double log_b = std::log1p(idle / B_);
    add({idle, log_a, log_b, std::exp(-rho_ * log_a - p.s * log_b)}, true);
    ParetoPanels panels({rho_, p.s, A_, B_}, idle);
    while (panels.next()) {
      for (const ParetoNode& node : panels.nodes()) add(node, false);
    }
  }

  // ln K.
  void add_to(double weight, Derivatives& sum) const {
    sum.value += weight * std::log(total_);
    std::array<double, kParameters> mean{};
    for (std::size_t i = 0; i < kParameters; ++i) {
      mean[i] = first_[i] / total_;
      sum.gradient[i] += weight * mean[i];
    }
    for (std::size_t i = 0; i < kParameters; ++i) {
      for (std::size_t j = i; j < kParameters; ++j) {
        second(sum, i, j) += weight * (second_[i * kParameters + j] / total_ - mean[i] * mean[j]);
      }
    }
  }

 private:
  // (1 + v / A)^-rho (1 + v / B)^-s alive; one power of B more, times s / B, left.
  void add(const ParetoNode& at, bool alive) {
    const double u_a = share_a_ * at.v / (A_ + at.v);  // -d log_a / d ln alpha
    const double u_b = share_b_ * at.v / (B_ + at.v);
    const double power = alive ? p_.s : p_.s + 1;
    const std::array<double, kParameters> f = {-p_.r * at.log_a, rho_ * u_a,
                                               -p_.s * at.log_b + (alive ? 0.0 : 1.0),
                                               power * u_b - (alive ? 0.0 : share_b_)};
    total_ += at.weight;
    for (std::size_t i = 0; i < kParameters; ++i) {
      const double w = at.weight * f[i];
      first_[i] += w;
      for (std::size_t j = i; j < kParameters; ++j) second_[i * kParameters + j] += w * f[j];
    }
    const auto bend = [&](std::size_t i, std::size_t j, double value) {
      second_[i * kParameters + j] += at.weight * value;
    };
    bend(kR, kR, f[kR]);
    bend(kR, kAlpha, p_.r * u_a);
    bend(kAlpha, kAlpha, rho_ * u_a * (1 - share_a_ - p_.alpha / (A_ + at.v)));
    bend(kS, kS, -p_.s * at.log_b);
    bend(kS, kBeta, p_.s * u_b);
    bend(kBeta, kBeta,
         power * u_b * (1 - share_b_ - p_.beta / (B_ + at.v)) -
             (alive ? 0.0 : share_b_ * (1 - share_b_)));
  }

  Natural p_;
  double A_, B_, share_a_, share_b_, rho_;
  double total_ = 0.0;
  std::array<double, kParameters> first_{};
  std::array<double, kParameters * kParameters> second_{};
};

void add_times(const Natural& p, double x, double t_x, double age, double weight,
               Derivatives& sum) {
  add_last_order(p, x, t_x, weight, sum);
  Bracket(p, x, t_x, age).add_to(weight, sum);
}

}  // namespace

void add_pareto_nbd_row(std::span<const double> theta, double x, double t_x, double age,
                        double weight, Derivatives& sum) {
  const Natural p = natural(theta);
  add_times(p, x, t_x, age, weight, sum);
  add_group(p, x, weight, sum);
}

ParetoNbdLikelihood::ParetoNbdLikelihood(const RecencyFrequency& data, double time_scale)
    : rows_(data, time_scale) {}

Derivatives ParetoNbdLikelihood::evaluate(const Execution& execution,
                                          std::span<const double> theta) const {
  const Natural p = natural(theta);
  return rows_.sum(
      execution, kRowsPerChunk,
      [&](double x, double t_x, double age, double weight, Derivatives& sum) {
        add_times(p, x, t_x, age, weight, sum);
      },
      [&](double x, double weight, Derivatives& sum) { add_group(p, x, weight, sum); });
}

}  // namespace tenure::customers::detail
