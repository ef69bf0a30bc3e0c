#pragma once

#include "engine/season.hpp"
#include "engine/state.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

/// Clocks that run at a rate times a multiplier: a constant and terms that decay by halves.
namespace tenure::simulator {

/// 2^-x for x >= 0; relative error under 1e-9.
inline double half_power(double x) noexcept {
  if (x > 1000.0) return 0.0;
  const auto whole = static_cast<int>(x + 0.5);
  const double r = (static_cast<double>(whole) - x) * 0.69314718055994530942;  // |r| <= 0.3466
  const double r2 = r * r;
  // Taylor's series to r^8.
  const double low = 1.0 + r + r2 * (0.5 + r * (1.0 / 6.0));
  const double high = (1.0 / 24.0 + r * (1.0 / 120.0)) +
                      r2 * ((1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40320.0));
  const double p = low + r2 * r2 * high;
  return std::bit_cast<double>(std::bit_cast<std::int64_t>(p) -
                               (static_cast<std::int64_t>(whole) << 52));
}

inline constexpr double kHalfLivesKept = 10.0;    // then an effect is over
inline constexpr double kLeastMultiplier = 1e-9;  // keeps every time finite

/// A multiplier from a day on.
struct Multiplier {
  double constant = 1.0;
  std::size_t terms = 0;
  std::array<double, kMaxStrategyLevers> excess;    ///< on that day
  std::array<double, kMaxStrategyLevers> halvings;  ///< a day: 1 / half-life
  std::array<double, kMaxStrategyLevers> lives;     ///< days: half-life / ln 2

  bool plain() const noexcept { return terms == 0 && constant == 1.0; }
  Multiplier() = default;
  Multiplier(const Multiplier& other) noexcept : constant(other.constant), terms(other.terms) {
    copy_terms(other);
  }
  Multiplier& operator=(const Multiplier& other) noexcept {
    constant = other.constant;
    terms = other.terms;
    copy_terms(other);
    return *this;
  }
  void add(double value, double per_day, double life) noexcept {
    excess[terms] = value;
    halvings[terms] = per_day;
    lives[terms] = life;
    ++terms;
  }
  /// On that day, not negative.
  double value() const noexcept {
    double sum = constant;
    for (std::size_t i = 0; i < terms; ++i) sum += excess[i];
    return sum > 0.0 ? sum : 0.0;
  }

 private:
  /// Most multipliers have a term or two.
  void copy_terms(const Multiplier& other) noexcept {
    for (std::size_t i = 0; i < terms; ++i) {
      excess[i] = other.excess[i];
      halvings[i] = other.halvings[i];
      lives[i] = other.lives[i];
    }
  }
};

/// Integral of the multiplier over [0, span], its start on the day it is given for.
double integral_of(const Multiplier& multiplier, double span) noexcept;

/// Day on which the integral of season x multiplier from `from` reaches `target` > 0; finite.
double solve_day(const Season& season, const Multiplier& multiplier, double from,
                 double target) noexcept;

/// Integral of season x multiplier over [from, to], the multiplier being that of `from`.
double integrate(const Season& season, const Multiplier& multiplier, double from,
                 double to) noexcept;

}  // namespace tenure::simulator
