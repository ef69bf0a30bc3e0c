#include "draws/order_draw.hpp"

#include <tenure/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace tenure::simulator {

namespace {

using Words = std::array<std::uint32_t, 4>;

float scale_of(double scale, const char* name) {
  const auto rounded = static_cast<float>(scale);
  if (!(std::isfinite(rounded) && rounded >= 1e-30F)) {
    throw ArgumentError(std::string(name) + " out of range");
  }
  return rounded;
}

}  // namespace

LatentTables beta_dropout_latents(double r, double alpha, double a, double b, double days_per_unit,
                                  const SpendPrior& spend) {
  LatentTables tables;
  tables.rate = QuantileTable::log_gamma(r);
  tables.dropout = QuantileTable::logit_beta(a, b);
  tables.value = QuantileTable::log_gamma(spend.q);
  tables.rate_scale = scale_of(1.0 / (alpha * days_per_unit), "alpha");
  tables.value_scale = scale_of(spend.gamma, "gamma");
  return tables;
}

LatentTables gamma_dropout_latents(double r, double alpha, double s, double beta,
                                   double days_per_unit, const SpendPrior& spend) {
  LatentTables tables;
  tables.rate = QuantileTable::log_gamma(r);
  tables.dropout = QuantileTable::log_gamma(s);
  tables.value = QuantileTable::log_gamma(spend.q);
  tables.rate_scale = scale_of(1.0 / (alpha * days_per_unit), "alpha");
  tables.dropout_scale = scale_of(1.0 / (beta * days_per_unit), "beta");
  tables.value_scale = scale_of(spend.gamma, "gamma");
  return tables;
}

std::array<std::uint32_t, 4> first_block(std::uint64_t seed, const StreamId& id) noexcept {
  return philox4x32_10(
      {0, id.event, id.customer,
       (static_cast<std::uint32_t>(id.purpose) << 24) | (id.replication & 0xFFFFFFU)},
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}

OrderDraw draw_order(std::uint64_t seed, std::uint32_t run, std::uint32_t customer,
                     std::uint32_t order, const QuantileTable& spend) noexcept {
  const Words words = first_block(seed, {Purpose::kPurchase, run, customer, order});
  return {unit_exponential(words[0]), unit_uniform(words[1]), spend(words[2]),
          unit_uniform(words[3])};
}

Latent draw_latent(std::uint64_t seed, std::uint32_t run, std::uint32_t customer,
                   const LatentTables& tables) noexcept {
  const Words words = first_block(seed, {Purpose::kLatent, run, customer, 0});
  const float scale = tables.dropout_is_rate() ? tables.dropout_scale : 1.0F;
  return {std::max(tables.rate(words[0]) * tables.rate_scale, kSmallestRate),
          tables.dropout(words[1]) * scale,
          bounded_exp(0.0F - tables.value.raw(words[2])) * tables.value_scale,
          unit_exponential(words[3])};
}

}  // namespace tenure::simulator
