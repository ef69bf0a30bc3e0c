#include "engine/clock.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenure::simulator {

namespace {

constexpr double kDayTolerance = 1e-5;
constexpr double kForever = std::numeric_limits<double>::infinity();
constexpr double kLeastExcess = 1e-6;  // under it a term is over

/// Integral over [0, span], the multiplier's value at its end, and a bound of its slope there.
struct Reached {
  double integral = 0.0;
  double value = 0.0;
  double slope = 0.0;
};

Reached reach(const Multiplier& multiplier, double span) noexcept {
  Reached reached{multiplier.constant * span, multiplier.constant, 0.0};
  for (std::size_t i = 0; i < multiplier.terms; ++i) {
    const double left = half_power(span * multiplier.halvings[i]);
    const double excess = multiplier.excess[i] * left;
    reached.integral += (multiplier.excess[i] - excess) * multiplier.lives[i];
    reached.value += excess;
    reached.slope += std::fabs(excess) * multiplier.halvings[i];
  }
  return reached;
}

/// Integral over [0, span]; the multiplier becomes that at its end, without terms that are over.
double pass(Multiplier& multiplier, double span) noexcept {
  double integral = multiplier.constant * span;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < multiplier.terms; ++i) {
    const double excess = multiplier.excess[i] * half_power(span * multiplier.halvings[i]);
    integral += (multiplier.excess[i] - excess) * multiplier.lives[i];
    if (std::fabs(excess) < kLeastExcess) continue;
    multiplier.excess[kept] = excess;
    multiplier.halvings[kept] = multiplier.halvings[i];
    multiplier.lives[kept] = multiplier.lives[i];
    ++kept;
  }
  multiplier.terms = kept;
  return integral;
}

/// Span in which the multiplier integrates to `target`, not more than `most`, by Newton's method
/// inside a bracket. A step's own error is its square times half the slope over the value.
double solve_span(const Multiplier& multiplier, double target, double most) noexcept {
  double low = 0.0;
  double high = most;
  double span = std::min(target / std::max(multiplier.value(), kLeastMultiplier), most);
  constexpr int kMaxSteps = 60;
  for (int step = 0; step < kMaxSteps; ++step) {
    const Reached reached = reach(multiplier, span);
    const double miss = reached.integral - target;
    (miss > 0.0 ? high : low) = span;
    double next = reached.value > 0.0 ? span - miss / reached.value : kForever;
    const bool inside = next >= low && next <= high;
    if (!inside) next = std::isfinite(high) ? 0.5 * (low + high) : 2.0 * span + 1.0;
    const double moved = std::fabs(next - span);
    span = next;
    if (moved < kDayTolerance) break;
    // The slope may have grown over the step, by less than a half where the step is this short.
    const bool exact = moved * moved * reached.slope < kDayTolerance * reached.value;
    if (inside && exact && moved * reached.slope < 0.25 * reached.value) break;
  }
  return span;
}

double held(double constant) noexcept { return std::max(constant, kLeastMultiplier); }

/// The season alone, sped up by a constant.
double solve_plain(const Season& season, double constant, double from, double target) noexcept {
  const double steady = target / held(constant);
  if (season.flat()) return from + steady;
  const auto& pieces = season.pieces();
  std::size_t piece = season.piece_on(from);
  const double wanted =
      pieces[piece].before + pieces[piece].factor * (from - pieces[piece].from) + steady;
  while (piece + 1 < pieces.size() && pieces[piece + 1].before < wanted) ++piece;
  return pieces[piece].from + (wanted - pieces[piece].before) / pieces[piece].factor;
}

}  // namespace

double integral_of(const Multiplier& multiplier, double span) noexcept {
  return reach(multiplier, span).integral;
}

double solve_day(const Season& season, const Multiplier& multiplier, double from,
                 double target) noexcept {
  if (multiplier.terms == 0) return solve_plain(season, multiplier.constant, from, target);
  Multiplier now = multiplier;
  now.constant = held(now.constant);
  const auto& pieces = season.pieces();
  std::size_t piece = season.piece_on(from);
  while (now.terms > 0 && piece + 1 < pieces.size()) {
    const double span = pieces[piece + 1].from - from;
    const Multiplier here = now;
    const double reached = pieces[piece].factor * pass(now, span);
    if (reached >= target) {
      return from + solve_span(here, target / pieces[piece].factor, span);
    }
    target -= reached;
    from = pieces[++piece].from;
  }
  if (now.terms == 0) return solve_plain(season, now.constant, from, target);
  return from + solve_span(now, target / pieces[piece].factor, kForever);
}

double integrate(const Season& season, const Multiplier& multiplier, double from,
                 double to) noexcept {
  Multiplier now = multiplier;
  now.constant = held(now.constant);
  const auto& pieces = season.pieces();
  std::size_t piece = season.piece_on(from);
  double sum = 0.0;
  while (from < to) {
    const bool last = piece + 1 == pieces.size();
    const double end = last ? to : std::min(to, pieces[piece + 1].from);
    sum += pieces[piece].factor * pass(now, end - from);
    from = end;
    ++piece;
  }
  return sum;
}

}  // namespace tenure::simulator
