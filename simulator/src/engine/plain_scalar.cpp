#include "engine/plain_lanes.hpp"

#include <algorithm>
#include <cmath>

namespace tenure::simulator {

namespace {

void take_money(const OrderDraw& draw, float value_scale, float day, PlainSums& sums) {
  SlotSums& slot = sums.slots[static_cast<std::size_t>(slot_of(day))];
  ++slot.orders;
  slot.revenue += order_money(draw.value * value_scale);
}

std::size_t slot_count(float horizon_days) {
  return static_cast<std::size_t>(slot_of(std::nextafter(horizon_days, 0.0F))) + 1;
}

}  // namespace

SlotCalendar::SlotCalendar(float horizon_days)
    : day(slot_count(horizon_days)), month(slot_count(horizon_days)) {
  for (std::uint32_t d = 0; static_cast<float>(d) < horizon_days; ++d) {
    const float from = static_cast<float>(d);
    const float to = std::nextafter(std::min(from + 1.0F, horizon_days), 0.0F);
    const auto last = static_cast<std::uint32_t>(to * kMonthsPerDay);
    for (auto m = static_cast<std::uint32_t>(from * kMonthsPerDay); m <= last; ++m) {
      day[d + m] = d;
      month[d + m] = m;
    }
  }
}

PlainSums::PlainSums(float horizon_days) : slots(slot_count(horizon_days)) {}

PlainSums& PlainSums::operator+=(const PlainSums& other) noexcept {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    slots[i].orders += other.slots[i].orders;
    slots[i].revenue += other.slots[i].revenue;
  }
  active += other.active;
  for (std::size_t i = 0; i < retained.size(); ++i) retained[i] += other.retained[i];
  return *this;
}

void simulate_plain_scalar(const PlainModel& model, const PlainRun& run, std::uint32_t first,
                           std::uint32_t count, PlainSums& sums) {
  const float share = model.one_time_share;
  const bool by_rate = model.family == PlainFamily::kParetoNbd;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t customer = first + i;
    const Latent latent = draw_latent(run.seed, run.run, customer, model.latents);
    const float leaves =
        by_rate ? run.start_day + latent.lifetime / latent.dropout : run.horizon_days;
    const float end = std::min(run.horizon_days, leaves);
    const float first_test =
        model.family == PlainFamily::kMbgNbd ? share + (1.0F - share) * latent.dropout : share;
    std::uint32_t order = 0;
    float day = run.start_day;
    float last_in_window = day;
    bool alive = true;
    for (;;) {
      const OrderDraw draw = draw_order(run.seed, run.run, customer, order, model.spend);
      take_money(draw, latent.value_scale, day, sums);
      if (day <= run.start_day + static_cast<float>(kRetentionWindowDays)) last_in_window = day;
      const float test = order == 0 ? first_test : by_rate ? 0.0F : latent.dropout;
      alive = !(draw.dropout < test);
      if (!alive) break;
      day = next_plain_order(day, draw.clock, latent.rate);
      if (!(day < end)) break;
      ++order;
    }
    sums.active += alive && !(leaves < run.horizon_days) ? 1 : 0;
    for (std::size_t d = 0; d < kRetentionDays.size(); ++d) {
      sums.retained[d] +=
          last_in_window > run.start_day + static_cast<float>(kRetentionDays[d]) ? 1 : 0;
    }
  }
}

}  // namespace tenure::simulator
