#pragma once

#include "levers/observable.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

namespace tenure::simulator {

inline constexpr float kNever = 1e30F;
inline constexpr float kLatestDay = 1e29F;  // of what will happen, however late

inline float day_or_latest(double day) noexcept {
  return day < static_cast<double>(kLatestDay) ? static_cast<float>(day) : kLatestDay;
}

/// The largest float not over the day, which is not negative.
inline float round_down(double day) noexcept {
  if (day >= static_cast<double>(kNever)) return kNever;
  const auto near = static_cast<float>(day);
  if (!(static_cast<double>(near) > day)) return near;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(near) - 1U);
}

/// The largest float not over the number.
inline float float_not_over(double number) noexcept {
  const auto near = static_cast<float>(number);
  if (!(static_cast<double>(near) > number)) return near;
  return std::nextafter(near, -kNever);
}

/// What a customer is and will do next. Levers are never handed this.
struct LatentState {
  float rate = 0.0F;         ///< orders a day, over 0; for contracts 1 / period
  float dropout = 0.0F;      ///< probability to leave at an order, or rate of leaving a day
  float value_scale = 0.0F;  ///< 1 / nu, currency units
  /// Day of the next order unless the customer leaves before; kNever once it has left. The clock
  /// is not kept: what is left of it is the integral of the rate from now to this day.
  float next_order = kNever;
  float leave_day = kNever;  ///< day on which the customer has left or, as things stand, will leave

  bool active(double day) const noexcept { return day < static_cast<double>(leave_day); }
};

/// All of a customer that the future depends on: enough to stop at a barrier and go on.
struct CustomerState {
  LatentState latent;
  ObservableState seen;
};
static_assert(sizeof(CustomerState) < 80);

}  // namespace tenure::simulator
