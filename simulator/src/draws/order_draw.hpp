#pragma once

#include "draws/quantile_table.hpp"

#include <tenure/core/random.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// What chance gives a customer and each of its orders. One Philox block each, keyed by seed, run
/// (below 2^24), customer and order, so that a customer meets the same luck under every strategy
/// and in any order of work. The plural forms work in SIMD lanes and give the same bytes as the
/// singular ones.
namespace tenure::simulator {

/// What is drawn with order k; a new customer's first order is number 0. A customer who has no
/// first order in the simulation uses block 0 for its clock alone.
struct OrderDraw {
  /// Unit exponential: what the integral of the rate must reach between this order and the next.
  float clock;
  /// unit_uniform: the customer leaves after this order where it is under its probability to.
  float dropout;
  float value;  ///< Gamma(p, 1): times value_scale and the basket multiplier
  float spare;  ///< unit_uniform: the order comes back where it is under the share of returns
};

/// Who a new customer is.
struct Latent {
  float rate;         ///< orders a day, at least 1e-30
  float dropout;      ///< probability to leave after an order, or rate of leaving a day
  float value_scale;  ///< 1 / nu, currency units
  /// Unit exponential: where dropout is a rate, the customer leaves when its integral reaches it.
  float lifetime;
};

/// Priors of the latents, made once for each outer draw of the parameters and each region.
struct LatentTables {
  QuantileTable rate;          ///< log gamma
  QuantileTable dropout;       ///< logit beta, or log gamma where dropout is a rate
  QuantileTable value;         ///< log gamma
  float rate_scale = 1.0F;     ///< days^-1: 1 / (alpha x days a unit)
  float dropout_scale = 1.0F;  ///< where it is a rate: days^-1, 1 / (beta x days a unit)
  float value_scale = 1.0F;    ///< gamma of the spend model

  bool dropout_is_rate() const noexcept { return dropout.form() == QuantileTable::Form::kLog; }
};

/// lambda ~ Gamma(r, alpha), p ~ Beta(a, b), nu ~ Gamma(q, gamma). @throws ArgumentError.
struct SpendPrior {
  double q = 1.0;
  double gamma = 1.0;  ///< currency units
};
LatentTables beta_dropout_latents(double r, double alpha, double a, double b, double days_per_unit,
                                  const SpendPrior& spend);
/// lambda ~ Gamma(r, alpha), mu ~ Gamma(s, beta), nu ~ Gamma(q, gamma). @throws ArgumentError.
LatentTables gamma_dropout_latents(double r, double alpha, double s, double beta,
                                   double days_per_unit, const SpendPrior& spend);

inline constexpr float kSmallestRate = 1e-30F;

/// spend: QuantileTable::gamma(p).
OrderDraw draw_order(std::uint64_t seed, std::uint32_t run, std::uint32_t customer,
                     std::uint32_t order, const QuantileTable& spend) noexcept;
/// Orders first_order, first_order + 1, ... of one customer. A vector's worth (4, 8 or 16) costs
/// little more than one.
void draw_orders(std::uint64_t seed, std::uint32_t run, std::uint32_t customer,
                 std::uint32_t first_order, const QuantileTable& spend, std::span<OrderDraw> out);
/// Order orders[i] of customer customers[i]. Spans of equal length.
void draw_orders(std::uint64_t seed, std::uint32_t run, std::span<const std::uint32_t> customers,
                 std::span<const std::uint32_t> orders, const QuantileTable& spend,
                 std::span<OrderDraw> out);

Latent draw_latent(std::uint64_t seed, std::uint32_t run, std::uint32_t customer,
                   const LatentTables& tables) noexcept;
/// Customers first, first + 1, ...
void draw_latents(std::uint64_t seed, std::uint32_t run, std::uint32_t first,
                  const LatentTables& tables, std::span<Latent> out);

/// The four words that RandomStream(seed, id) begins with.
std::array<std::uint32_t, 4> first_block(std::uint64_t seed, const StreamId& id) noexcept;
/// first_block of {purpose, run, customers[i], events[i]}. Spans of equal length.
void philox_blocks(std::uint64_t seed, Purpose purpose, std::uint32_t run,
                   std::span<const std::uint32_t> customers, std::span<const std::uint32_t> events,
                   std::span<std::array<std::uint32_t, 4>> out);

}  // namespace tenure::simulator
