// Lives in lanes against the same lives one after the other, to the last micro-unit.
#include "every_target.hpp"
#include "plain_models.hpp"

#include <tenure/core/random.hpp>

#include <engine/plain_lanes.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace tenure::simulator::test {
namespace {

constexpr std::uint64_t kSeed = 20261;

SlotSums total(const PlainSums& sums) {
  SlotSums all;
  for (const SlotSums& slot : sums.slots) {
    all.orders += slot.orders;
    all.revenue += slot.revenue;
  }
  return all;
}

class PlainLanes : public testing::TestWithParam<PlainFamily> {};

TEST_P(PlainLanes, EqualTheScalarLoopInAnyChunksOnEveryInstructionSet) {
  PlainModel model = plain_model(GetParam());
  for (const float share : {0.0F, 0.3F}) {
    model.one_time_share = share;
    for (const float horizon : {0.4F, 30.5F, 365.0F, 1826.25F}) {
      const PlainRun run{kSeed, 3, horizon, 0.25F * horizon * (share > 0.0F ? 1.0F : 0.0F)};
      constexpr std::uint32_t kCustomers = 3007;  // fills no lanes evenly
      constexpr std::uint32_t kFirst = 12345;
      PlainSums expected(horizon);
      simulate_plain_scalar(model, run, kFirst, kCustomers, expected);
      on_every_target([&] {
        for (const std::uint32_t chunk : {1U, 7U, 1000U, kCustomers}) {
          PlainSums sums(horizon);
          for (std::uint32_t done = 0; done < kCustomers; done += chunk) {
            simulate_plain(model, run, kFirst + done, std::min(chunk, kCustomers - done), sums);
          }
          EXPECT_EQ(sums, expected)
              << "share " << share << ", horizon " << horizon << ", chunk " << chunk;
        }
      });
    }
  }
}

TEST_P(PlainLanes, EqualTheScalarLoopForFaithfulAndForBigSpendingCustomers) {
  // Hundreds of orders each, worth more than an order may be.
  PlainModel model = plain_model(GetParam());
  model.latents.rate_scale *= 20.0F;
  model.latents.value_scale = 1e8F;
  if (GetParam() != PlainFamily::kParetoNbd) {
    model.latents.dropout = QuantileTable::logit_beta(0.2, 50.0);
  }
  const PlainRun run{kSeed, 0, 1000.0F};
  PlainSums expected(run.horizon_days);
  simulate_plain_scalar(model, run, 0, 500, expected);
  on_every_target([&] {
    PlainSums sums(run.horizon_days);
    simulate_plain(model, run, 0, 500, sums);
    EXPECT_EQ(sums, expected);
  });
}

TEST_P(PlainLanes, ALaterStartIsTheSameLifeLater) {
  const PlainModel model = plain_model(GetParam());
  PlainSums now(64.0F);
  simulate_plain(model, {kSeed, 4, 64.0F, 0.0F}, 0, 2000, now);
  PlainSums later(1088.0F);
  simulate_plain(model, {kSeed, 4, 1088.0F, 1024.0F}, 0, 2000, later);
  // None of these customers is so near an end that a later day's rounding moves it across.
  EXPECT_EQ(total(later), total(now));
  EXPECT_EQ(later.active, now.active);
  EXPECT_EQ(later.retained, now.retained);
  EXPECT_EQ(later.slots[static_cast<std::size_t>(slot_of(1023.0F))], SlotSums{});
  EXPECT_GE(later.slots[static_cast<std::size_t>(slot_of(1024.0F))].orders, 2000);
}

TEST_P(PlainLanes, NobodyIsNothing) {
  const PlainModel model = plain_model(GetParam());
  PlainSums sums(365.0F);
  simulate_plain(model, {kSeed, 0, 365.0F}, 7, 0, sums);
  EXPECT_EQ(sums, PlainSums(365.0F));
}

TEST_P(PlainLanes, OneTimeCustomersPlaceTheirFirstOrderAlone) {
  PlainModel model = plain_model(GetParam());
  model.one_time_share = 1.0F;
  PlainSums sums(365.0F);
  simulate_plain(model, {kSeed, 0, 365.0F}, 0, 100, sums);
  EXPECT_EQ(sums.slots[0].orders, 100);
  EXPECT_EQ(total(sums).orders, 100);
  EXPECT_EQ(sums.active, 0);
  EXPECT_EQ(sums.retained[0], 0);
}

INSTANTIATE_TEST_SUITE_P(Families, PlainLanes, testing::ValuesIn(kPlainFamilies));

TEST(PlainScalar, FollowsTheDrawsOfOneCustomer) {
  // One customer who orders again, followed by hand through the draws.
  const PlainModel model = plain_model(PlainFamily::kBgNbd);
  const float horizon = 730.0F;
  for (std::uint32_t customer = 0;; ++customer) {
    PlainSums sums(horizon);
    simulate_plain_scalar(model, {kSeed, 1, horizon}, customer, 1, sums);
    const Latent latent = draw_latent(kSeed, 1, customer, model.latents);
    const OrderDraw first = draw_order(kSeed, 1, customer, 0, model.spend);
    const float day = first.clock / latent.rate;
    if (!(day < horizon)) continue;
    const OrderDraw second = draw_order(kSeed, 1, customer, 1, model.spend);
    if (!(second.dropout < latent.dropout)) continue;
    EXPECT_EQ(sums.slots[0].orders, 1);
    EXPECT_EQ(sums.slots[0].revenue, order_money(first.value * latent.value_scale));
    const auto& slot = sums.slots[static_cast<std::size_t>(slot_of(day))];
    EXPECT_EQ(slot.orders, 1);
    EXPECT_EQ(slot.revenue, order_money(second.value * latent.value_scale));
    EXPECT_EQ(sums.active, 0);
    EXPECT_EQ(sums.retained[0], day > 30.0F ? 1 : 0);
    EXPECT_EQ(sums.retained[3], day > 365.0F ? 1 : 0);
    break;
  }
}

TEST(SlotCalendar, KnowsDayAndMonthOfEveryMoment) {
  const float horizon = 1826.25F;
  const SlotCalendar calendar(horizon);
  ASSERT_EQ(calendar.day.size(), PlainSums(horizon).slots.size());
  RandomStream stream(kSeed, {Purpose::kTest, 0, 0, 0});
  for (int i = 0; i < 100000; ++i) {
    const auto day = static_cast<float>(stream.uniform() * 1826.24);
    const auto slot = static_cast<std::size_t>(slot_of(day));
    ASSERT_EQ(calendar.day[slot], static_cast<std::uint32_t>(day));
    ASSERT_EQ(calendar.month[slot], static_cast<std::uint32_t>(day * kMonthsPerDay));
  }
  EXPECT_EQ(slot_of(30.4F), 30);  // day 30, month 0; the month ends at 30 + 5 / 12
  EXPECT_EQ(slot_of(30.5F), 31);  // day 30, month 1
  EXPECT_EQ(slot_of(31.0F), 32);  // day 31, month 1
}

}  // namespace
}  // namespace tenure::simulator::test
