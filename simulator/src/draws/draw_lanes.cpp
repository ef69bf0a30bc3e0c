#include "draws/fixed_targets.hpp"
#include "draws/order_draw.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "draws/draw_lanes.cpp"
#include <hwy/foreach_target.h>
// Highway's own headers, and the lanes, come after foreach_target.
#include "draws/lanes-inl.hpp"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tenure::simulator {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

void DrawOrders(std::uint64_t seed, std::uint32_t run, std::uint32_t customer,
                std::uint32_t first_order, const QuantileTable& spend, OrderDraw* out,
                std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = draw_order(seed, run, customer, first_order + static_cast<std::uint32_t>(i), spend);
  }
}

void DrawMixedOrders(std::uint64_t seed, std::uint32_t run, const std::uint32_t* customers,
                     const std::uint32_t* orders, const QuantileTable& spend, OrderDraw* out,
                     std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = draw_order(seed, run, customers[i], orders[i], spend);
  }
}

void DrawLatents(std::uint64_t seed, std::uint32_t run, std::uint32_t first,
                 const LatentTables& tables, Latent* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = draw_latent(seed, run, first + static_cast<std::uint32_t>(i), tables);
  }
}

void PhiloxBlocks(std::uint64_t seed, Purpose purpose, std::uint32_t run,
                  const std::uint32_t* customers, const std::uint32_t* events, std::size_t n,
                  std::array<std::uint32_t, 4>* out) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = first_block(seed, {purpose, run, customers[i], events[i]});
  }
}

#else

/// Four vectors as consecutive structs of four floats, the first `count` of them.
HWY_INLINE void StoreFours(Floats a, Floats b, Floats c, Floats e, std::size_t count, float* out) {
  const FloatTag d;
  if (count >= hn::Lanes(d)) {
    hn::StoreInterleaved4(a, b, c, e, d, out);
    return;
  }
  HWY_ALIGN float buffer[4 * kMostLanes];
  hn::StoreInterleaved4(a, b, c, e, d, buffer);
  for (std::size_t i = 0; i < 4 * count; ++i) out[i] = buffer[i];
}

HWY_INLINE void StoreOrders(const Block& words, const QuantileTable& spend, std::size_t count,
                            OrderDraw* out) {
  StoreFours(UnitExponential(words.w0), UnitUniform(words.w1), Quantile(spend, words.w2),
             UnitUniform(words.w3), count, &out->clock);
}

void DrawOrders(std::uint64_t seed, std::uint32_t run, std::uint32_t customer,
                std::uint32_t first_order, const QuantileTable& spend, OrderDraw* out,
                std::size_t n) {
  const WordTag dw;
  const PhiloxKey key(seed, Purpose::kPurchase, run);
  const std::size_t width = hn::Lanes(dw);
  const WordVec who = hn::Set(dw, customer);
  for (std::size_t i = 0; i < n; i += width) {
    const WordVec order = CountFrom(first_order + static_cast<std::uint32_t>(i));
    const Block words = Philox(order, who, key);
    StoreOrders(words, spend, n - i, out + i);
  }
}

void DrawMixedOrders(std::uint64_t seed, std::uint32_t run, const std::uint32_t* customers,
                     const std::uint32_t* orders, const QuantileTable& spend, OrderDraw* out,
                     std::size_t n) {
  const PhiloxKey key(seed, Purpose::kPurchase, run);
  for (std::size_t i = 0; i < n; i += kMostLanes) {
    const Block words = Philox(LoadUpTo(n - i, orders + i), LoadUpTo(n - i, customers + i), key);
    StoreOrders(words, spend, n - i, out + i);
  }
}

void DrawLatents(std::uint64_t seed, std::uint32_t run, std::uint32_t first,
                 const LatentTables& tables, Latent* out, std::size_t n) {
  const WordTag dw;
  const PhiloxKey key(seed, Purpose::kLatent, run);
  const std::size_t width = hn::Lanes(dw);
  for (std::size_t i = 0; i < n; i += width) {
    const WordVec customer = CountFrom(first + static_cast<std::uint32_t>(i));
    const LatentLanes latent = DrawLatentLanes(key, customer, tables);
    StoreFours(latent.rate, latent.dropout, latent.value_scale, latent.lifetime, n - i,
               &out[i].rate);
  }
}

void PhiloxBlocks(std::uint64_t seed, Purpose purpose, std::uint32_t run,
                  const std::uint32_t* customers, const std::uint32_t* events, std::size_t n,
                  std::array<std::uint32_t, 4>* out) {
  const PhiloxKey key(seed, purpose, run);
  HWY_ALIGN std::uint32_t words[4 * kMostLanes];
  for (std::size_t i = 0; i < n; i += kMostLanes) {
    const Block block = Philox(LoadUpTo(n - i, events + i), LoadUpTo(n - i, customers + i), key);
    hn::StoreInterleaved4(block.w0, block.w1, block.w2, block.w3, WordTag(), words);
    const std::size_t count = HWY_MIN(kMostLanes, n - i);
    for (std::size_t j = 0; j < 4 * count; ++j) out[i + j / 4][j % 4] = words[j];
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace tenure::simulator
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenure::simulator {

HWY_EXPORT(DrawOrders);
HWY_EXPORT(DrawMixedOrders);
HWY_EXPORT(DrawLatents);
HWY_EXPORT(PhiloxBlocks);

void draw_orders(std::uint64_t seed, std::uint32_t run, std::uint32_t customer,
                 std::uint32_t first_order, const QuantileTable& spend, std::span<OrderDraw> out) {
  HWY_DYNAMIC_DISPATCH(DrawOrders)
  (seed, run, customer, first_order, spend, out.data(), out.size());
}

void draw_orders(std::uint64_t seed, std::uint32_t run, std::span<const std::uint32_t> customers,
                 std::span<const std::uint32_t> orders, const QuantileTable& spend,
                 std::span<OrderDraw> out) {
  HWY_DYNAMIC_DISPATCH(DrawMixedOrders)
  (seed, run, customers.data(), orders.data(), spend, out.data(), out.size());
}

void draw_latents(std::uint64_t seed, std::uint32_t run, std::uint32_t first,
                  const LatentTables& tables, std::span<Latent> out) {
  HWY_DYNAMIC_DISPATCH(DrawLatents)(seed, run, first, tables, out.data(), out.size());
}

void philox_blocks(std::uint64_t seed, Purpose purpose, std::uint32_t run,
                   std::span<const std::uint32_t> customers, std::span<const std::uint32_t> events,
                   std::span<std::array<std::uint32_t, 4>> out) {
  HWY_DYNAMIC_DISPATCH(PhiloxBlocks)
  (seed, purpose, run, customers.data(), events.data(), out.size(), out.data());
}

}  // namespace tenure::simulator
#endif
