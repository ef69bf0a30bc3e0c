#pragma once

namespace tenure::simulator {

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// What lies beyond each end of a 95 % interval.
inline constexpr double kTail = 0.025;

/// Quantile 1 - kTail of Student's t: so many standard errors to each side make a 95 % interval.
/// @throws ArgumentError unless degrees > 0.
double student_quantile(double degrees);

/// 95 % limits of a share among n (Wilson 1927).
/// @throws ArgumentError unless 0 <= share <= 1 and n > 0.
Interval wilson_limits(double share, double n);

}  // namespace tenure::simulator
