#include "ticking_orders.hpp"

#include "special_functions.hpp"

#include <tenure/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tenure::customers::detail {
namespace {

constexpr double kLongestSum = 5e7;
constexpr double kSmallestLog = -600.0;

// Where to begin: the first m that matters, and the logarithm of its probability. The lower tail of
// a negative binomial is lighter than the normal's.
struct Beginning {
  double m = 0.0;
  double log_probability = 0.0;
};

Beginning beginning(double r, double tau) {
  Beginning at;
  at.log_probability = -r * std::log1p(tau);
  if (at.log_probability > kSmallestLog) return at;
  const double mean = r * tau;
  at.m = std::max(0.0, std::floor(mean - 10 * std::sqrt(mean * (1 + tau))));
  at.log_probability +=
      log_rising(r, at.m) - log_gamma(at.m + 1) + at.m * std::log(tau / (1 + tau));
  return at;
}

// Sum over m of P(M = m) value(floor((m + phase) / k)); next() makes the first order count's value
// into the following one's. A value must not grow faster than its order count.
template <class Value, class Next>
double sum_over_ticks(double r, double tau, int k, int phase, Value value, Next next) {
  if ((r + 40) * (1 + tau) > kLongestSum) {
    throw NumericalError("MBG/CNBD-k: too many ticks of the order clock to sum over");
  }
  const Beginning begin = beginning(r, tau);
  const double z = tau / (1 + tau);
  const double skipped = std::floor((begin.m + phase) / k);
  for (auto n = static_cast<std::int64_t>(skipped); n > 0; --n) next();
  double orders = skipped;
  double towards = begin.m + phase - k * skipped;  // ticks since that order
  double probability = std::exp(begin.log_probability);
  double sum = 0.0;
  double mass = 0.0;  // of the probabilities summed: 1 but for the rounding of where they begin
  const auto result = [&] { return begin.m > 0 ? sum / mass : sum; };
  double m = begin.m;
  for (;;) {
    mass += probability;
    const double term = probability * value();
    sum += term;
    const double growth = z * (r + m) / (m + 1);
    if (orders > 0) {
      const double ratio = growth * (1 + 1 / orders);
      if (ratio < 1 && term <= (1 - ratio) * 1e-16 * sum) return result();
    } else if (growth < 1 && probability <= (1 - growth) * 1e-18 * sum) {
      return result();
    }
    if (probability == 0) return result();
    ++m;
    probability *= growth;
    if (++towards == k) {
      towards = 0;
      ++orders;
      next();
    }
  }
}

}  // namespace

double orders_after_ticks(double r, double a, double b, double tau, int k, int phase) {
  if (tau == 0) return 0.0;
  double survived = 1.0;  // (b)_n / (a + b)_n after n orders
  double expected = 0.0;
  double n = 0.0;
  return sum_over_ticks(
      r, tau, k, phase, [&] { return expected; },
      [&] {
        expected += survived;
        survived *= (b + n) / (a + b + n);
        ++n;
      });
}

double survival_after_ticks(double r, double a, double b, double tau, int k) {
  if (tau == 0) return 1.0;
  double survived = 1.0;
  double n = 0.0;
  const double sum = sum_over_ticks(
      r, tau, k, 0, [&] { return survived; },
      [&] {
        survived *= (b + n) / (a + b + n);
        ++n;
      });
  return std::min(sum, 1.0);
}

}  // namespace tenure::customers::detail
