#include <tenure/core/error.hpp>
#include <tenure/simulator/intervals.hpp>

#include <boost/math/distributions/students_t.hpp>

#include <cmath>

namespace tenure::simulator {

double student_quantile(double degrees) {
  if (!(degrees > 0.0)) throw ArgumentError("Student's t: its degrees must be positive");
  return boost::math::quantile(
      boost::math::complement(boost::math::students_t_distribution<double>(degrees), kTail));
}

Interval wilson_limits(double share, double n) {
  if (!(share >= 0.0) || !(share <= 1.0) || !(n > 0.0)) {
    throw ArgumentError("limits of a share: it must lie within 0 and 1, of a positive number");
  }
  constexpr double kZ = 1.959963984540054;
  const double z2 = kZ * kZ / n;
  const double centre = (share + z2 / 2.0) / (1.0 + z2);
  const double half = kZ / (1.0 + z2) * std::sqrt(share * (1.0 - share) / n + z2 / (4.0 * n));
  // At the ends the limits are 0 and 1 but for rounding.
  return {share == 0.0 ? 0.0 : centre - half, share == 1.0 ? 1.0 : centre + half};
}

}  // namespace tenure::simulator
