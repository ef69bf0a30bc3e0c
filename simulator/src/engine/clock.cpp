#include "engine/clock.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenure::simulator {

namespace {

constexpr double kLn2 = 0.69314718055994530942;
constexpr double kDayTolerance = 1e-5;
constexpr double kForever = std::numeric_limits<double>::infinity();

/// Integral over [0, span] and the multiplier's value at its end.
struct Reached {
  double integral = 0.0;
  double value = 0.0;
};

Reached reach(const Multiplier& multiplier, double span) noexcept {
  Reached reached{multiplier.constant * span, multiplier.constant};
  for (std::size_t i = 0; i < multiplier.terms; ++i) {
    const double left = half_power(span * multiplier.halvings[i]);
    reached.integral += multiplier.excess[i] * (1.0 - left) / (kLn2 * multiplier.halvings[i]);
    reached.value += multiplier.excess[i] * left;
  }
  return reached;
}

/// The multiplier `span` days on; terms that are over are left out.
void move_on(Multiplier& multiplier, double span) noexcept {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < multiplier.terms; ++i) {
    const double excess = multiplier.excess[i] * half_power(span * multiplier.halvings[i]);
    if (std::fabs(excess) < 1e-6) continue;
    multiplier.excess[kept] = excess;
    multiplier.halvings[kept] = multiplier.halvings[i];
    ++kept;
  }
  multiplier.terms = kept;
}

/// Span in which the multiplier integrates to `target`, not more than `most`, by Newton's method
/// inside a bracket.
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
    if (!(next >= low && next <= high)) {
      next = std::isfinite(high) ? 0.5 * (low + high) : 2.0 * span + 1.0;
    }
    const double moved = std::fabs(next - span);
    span = next;
    if (moved < kDayTolerance) break;
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
    const double reached = pieces[piece].factor * integral_of(now, span);
    if (reached >= target) {
      return from + solve_span(now, target / pieces[piece].factor, span);
    }
    target -= reached;
    move_on(now, span);
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
    sum += pieces[piece].factor * integral_of(now, end - from);
    move_on(now, end - from);
    from = end;
    ++piece;
  }
  return sum;
}

}  // namespace tenure::simulator
