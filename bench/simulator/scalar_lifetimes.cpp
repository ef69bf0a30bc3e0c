#include "scalar_lifetimes.hpp"

#include <tenure/core/random.hpp>

#include <array>
#include <cmath>

namespace tenure::bench {

namespace {

using Words = std::array<std::uint32_t, 4>;

inline Words philox(std::uint64_t seed, Purpose purpose, std::uint32_t run, std::uint32_t customer,
                    std::uint32_t order) {
  auto k0 = static_cast<std::uint32_t>(seed);
  auto k1 = static_cast<std::uint32_t>(seed >> 32);
  Words c = {0, order, customer, static_cast<std::uint32_t>(purpose) << 24 | run};
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return c;
}

inline float uniform(std::uint32_t word) {
  return (static_cast<float>(word >> 8) + 0.5F) * 0x1.0p-24F;
}

}  // namespace

void scalar_lifetimes(const simulator::PlainModel& model, const simulator::PlainRun& run,
                      std::uint32_t customers, simulator::PlainSums& sums) {
  for (std::uint32_t customer = 0; customer < customers; ++customer) {
    const Words who = philox(run.seed, Purpose::kLatent, run.run, customer, 0);
    const float rate = model.latents.rate(who[0]) * model.latents.rate_scale;
    const float dropout = model.latents.dropout(who[1]);
    const float scale = model.latents.value_scale / model.latents.value(who[2]);
    float day = 0.0F;
    float last = 0.0F;
    bool alive = true;
    for (std::uint32_t order = 0; day < run.horizon_days; ++order) {
      const Words words = philox(run.seed, Purpose::kPurchase, run.run, customer, order);
      auto& slot = sums.slots[static_cast<std::size_t>(simulator::slot_of(day))];
      ++slot.orders;
      slot.revenue += to_money(static_cast<double>(model.spend(words[2]) * scale));
      if (day <= 730.0F) last = day;
      if (order > 0 && uniform(words[1]) < dropout) {
        alive = false;
        break;
      }
      day -= std::log(uniform(words[0])) / rate;
    }
    sums.active += alive ? 1 : 0;
    for (std::size_t d = 0; d < simulator::kRetentionDays.size(); ++d) {
      sums.retained[d] += last > static_cast<float>(simulator::kRetentionDays[d]) ? 1 : 0;
    }
  }
}

}  // namespace tenure::bench
