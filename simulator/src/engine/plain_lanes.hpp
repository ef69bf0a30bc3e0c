#pragma once

#include "draws/order_draw.hpp"

#include <tenure/core/money.hpp>
#include <tenure/simulator/engine.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Lives of new customers whom no lever touches, in SIMD lanes: clock, dropout, spend; orders and
/// money by day and month.
namespace tenure::simulator {

enum class PlainFamily : std::uint8_t {
  kBgNbd,      ///< dropout is tested after every order but the first
  kMbgNbd,     ///< after every order
  kParetoNbd,  ///< at any time, by a clock of its own
};

/// New customers of one region under one outer draw of the parameters.
struct PlainModel {
  PlainFamily family = PlainFamily::kBgNbd;
  LatentTables latents;  ///< dropout_is_rate() for kParetoNbd and for it alone
  QuantileTable spend;   ///< QuantileTable::gamma(p)
  /// Leave after the first order whatever their latents. Its test reads order 0's dropout word:
  /// under kMbgNbd together with the first order's own test, by share + (1 - share) p.
  float one_time_share = 0.0F;
};

struct PlainRun {
  std::uint64_t seed = 0;
  std::uint32_t run = 0;        ///< draw x replications + replication, below 2^24
  float horizon_days = 365.0F;  ///< over 0, at most 36500
  float start_day = 0.0F;       ///< of all first orders, below the horizon
};

/// A day and a month (of 365 / 12 days) hold a range of slots each: a slot ends where either does.
inline constexpr float kMonthsPerDay = 12.0F / 365.0F;
inline std::int32_t slot_of(float day) noexcept {
  return static_cast<std::int32_t>(day) + static_cast<std::int32_t>(day * kMonthsPerDay);
}

/// Which day and month a slot lies in. Some slots are empty: nothing ever falls into them.
struct SlotCalendar {
  explicit SlotCalendar(float horizon_days);
  std::vector<std::uint32_t> day;
  std::vector<std::uint32_t> month;
};

struct SlotSums {
  std::int64_t orders = 0;
  Money revenue = 0;
  friend bool operator==(const SlotSums&, const SlotSums&) = default;
};

/// Integers only: the same for any order and any parts that the customers are simulated in.
struct PlainSums {
  explicit PlainSums(float horizon_days);
  std::vector<SlotSums> slots;                                 ///< by slot_of the order's day
  std::int64_t active = 0;                                     ///< have not left by the horizon
  std::array<std::int64_t, kRetentionDays.size()> retained{};  ///< as Totals::retained

  PlainSums& operator+=(const PlainSums& other) noexcept;
  friend bool operator==(const PlainSums&, const PlainSums&) = default;
};

/// Day of the order after the one at `day`, no lever at work: day + clock / rate.
inline float next_plain_order(float day, float clock, float rate) noexcept {
  return day + clock / rate;
}

/// Simulates customers first, first + 1, ..., `count` of them, and adds to sums, which must be of
/// the run's horizon. The last customers of a call fill the lanes badly: 16 thousand a call or more
/// keep that under a hundredth.
void simulate_plain(const PlainModel& model, const PlainRun& run, std::uint32_t first,
                    std::uint32_t count, PlainSums& sums);

/// The same, one customer after the other: what defines the numbers above, and what machines
/// without vectors run.
void simulate_plain_scalar(const PlainModel& model, const PlainRun& run, std::uint32_t first,
                           std::uint32_t count, PlainSums& sums);

}  // namespace tenure::simulator
