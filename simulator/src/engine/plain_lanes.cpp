#include "engine/plain_lanes.hpp"

#include "draws/fixed_targets.hpp"

#include <array>
#include <bit>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/plain_lanes.cpp"
#include <hwy/foreach_target.h>
// Highway's own headers, and the lanes, come after foreach_target.
#include "draws/lanes-inl.hpp"

#include <hwy/highway.h>

#ifndef TENURE_SIMULATOR_PLAIN_LANES_TABLE
#define TENURE_SIMULATOR_PLAIN_LANES_TABLE
namespace tenure::simulator {

/// Row m: the numbers of m's set bits, then the others. The first half of a row below 16 serves
/// four lanes.
inline constexpr auto kLanesFirst = [] {
  std::array<std::array<std::uint8_t, 8>, 256> rows{};
  for (std::size_t m = 0; m < 256; ++m) {
    std::size_t set = 0;
    std::size_t unset = static_cast<std::size_t>(std::popcount(m));
    for (std::uint8_t bit = 0; bit < 8; ++bit)
      rows[m][(m >> bit & 1U) != 0 ? set++ : unset++] = bit;
  }
  return rows;
}();

}  // namespace tenure::simulator
#endif

HWY_BEFORE_NAMESPACE();
namespace tenure::simulator {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

void SimulatePlain(const PlainModel& model, const PlainRun& run, std::uint32_t first,
                   std::uint32_t count, PlainSums& sums) {
  simulate_plain_scalar(model, run, first, count, sums);
}

#else

using DoubleTag = hn::Repartition<double, FloatTag>;
using MoneyTag = hn::Repartition<std::int64_t, FloatTag>;
using FloatMask = hn::Mask<FloatTag>;

/// Customers with an order before them, column by column: enough to refill the lanes often, little
/// enough to stay in the first-level cache.
struct Queue {
  static constexpr std::size_t kRoom = 512;
  static constexpr std::size_t kSize = kRoom + kMostLanes;
  HWY_ALIGN std::uint32_t customer[kSize];
  HWY_ALIGN std::uint32_t order[kSize];  ///< number of the order
  HWY_ALIGN float day[kSize];            ///< of the order, below the horizon
  HWY_ALIGN float rate[kSize];
  HWY_ALIGN float limit[kSize];  ///< probability to leave; kParetoNbd: day on which the life ends
  HWY_ALIGN float scale[kSize];
};

#if HWY_MAX_BYTES == 64
/// Moves the lanes of a mask to the front.
class MoveUp {
 public:
  explicit HWY_INLINE MoveUp(FloatMask mask) : mask_(mask) {}
  HWY_INLINE std::size_t Count() const { return hn::CountTrue(FloatTag(), mask_); }
  HWY_INLINE Floats operator()(Floats v) const { return hn::Compress(v, mask_); }
  HWY_INLINE WordVec operator()(WordVec v) const {
    return hn::Compress(v, hn::RebindMask(WordTag(), mask_));
  }

 private:
  FloatMask mask_;
};
#else
/// Moves the lanes of a mask to the front. Highway 1.0 does so by a table that GCC 12 copies to the
/// stack each time.
class MoveUp {
 public:
  explicit HWY_INLINE MoveUp(FloatMask mask) {
    static_assert(kMostLanes <= 8);
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(FloatTag(), mask, bits);
    count_ = static_cast<std::size_t>(std::popcount(bits[0]));
    const hn::Rebind<std::uint8_t, IntTag> bytes;
    order_ = hn::PromoteTo(IntTag(), hn::LoadU(bytes, kLanesFirst[bits[0]].data()));
  }
  HWY_INLINE std::size_t Count() const { return count_; }
  HWY_INLINE Floats operator()(Floats v) const {
    return hn::TableLookupLanes(v, hn::IndicesFromVec(FloatTag(), order_));
  }
  HWY_INLINE WordVec operator()(WordVec v) const {
    return hn::TableLookupLanes(v, hn::IndicesFromVec(WordTag(), order_));
  }

 private:
  Ints order_;
  std::size_t count_;
};
#endif

/// order_money of each lane.
struct Amounts {
  hn::Vec<MoneyTag> lower, upper;
};
HWY_INLINE hn::Vec<MoneyTag> RoundMoney(hn::Vec<DoubleTag> value) {
  const DoubleTag dd;
  const MoneyTag dm;
  const auto round = hn::Set(dd, unit::kRoundMoney);
  const auto rounded = hn::Add(hn::Mul(value, hn::Set(dd, kMicrosPerUnit)), round);
  return hn::Sub(hn::BitCast(dm, rounded), hn::BitCast(dm, round));
}
HWY_INLINE Amounts OrderMoney(Floats value) {
  const FloatTag d;
  const DoubleTag dd;
  const hn::Half<FloatTag> half;
  const Floats held = hn::Min(value, hn::Set(d, unit::kMaxOrderValue));
  return {RoundMoney(hn::PromoteTo(dd, hn::LowerHalf(half, held))),
          RoundMoney(hn::PromoteTo(dd, hn::UpperHalf(half, held)))};
}

/// One call of simulate_plain. All lanes go through their next order together; those who have
/// another before the end move up in the queue, and new customers take the room that is left.
template <PlainFamily kFamily>
class Lives {
 public:
  Lives(const PlainModel& model, const PlainRun& run, PlainSums& sums)
      : model_(model),
        latent_key_(run.seed, Purpose::kLatent, run.run),
        order_key_(run.seed, Purpose::kPurchase, run.run),
        horizon_(run.horizon_days),
        start_(run.start_day),
        sums_(sums),
        slots_(sums.slots.data()) {
    for (Ints& count : retained_) count = hn::Zero(IntTag());
    first_money_ = hn::Zero(MoneyTag());
  }

  void Run(std::uint32_t first, std::uint32_t count) {
    std::uint32_t admitted = 0;
    std::size_t waiting = 0;
    for (;;) {
      while (admitted < count && waiting + kMostLanes <= Queue::kRoom) {
        const std::size_t lanes = HWY_MIN(kMostLanes, std::size_t{count - admitted});
        waiting += Admit(first + admitted, lanes, waiting);
        admitted += static_cast<std::uint32_t>(lanes);
      }
      if (waiting == 0) break;
      waiting = Advance(waiting, admitted == count);
    }
    SlotSums& first_slot = sums_.slots[static_cast<std::size_t>(slot_of(start_))];
    first_slot.orders += count;
    first_slot.revenue += hn::GetLane(hn::SumOfLanes(MoneyTag(), first_money_));
    for (std::size_t i = 0; i < kRetentionDays.size(); ++i) {
      HWY_ALIGN std::int32_t lanes[kMostLanes];
      hn::Store(retained_[i], IntTag(), lanes);
      for (const std::int32_t lane : lanes) sums_.retained[i] += lane;
    }
  }

 private:
  /// One order of everybody waiting. What does not fill the lanes is left for the next time,
  /// unless nobody new is to come.
  std::size_t Advance(std::size_t waiting, bool drain) {
    const std::size_t whole = waiting - waiting % kMostLanes;
    std::size_t kept = 0;
    for (std::size_t at = 0; at < whole; at += kMostLanes) {
      kept += PlaceOrders<true>(at, kept, kMostLanes);
    }
    const std::size_t rest = waiting - whole;
    if (rest == 0) return kept;
    if (drain) return kept + PlaceOrders<false>(whole, kept, rest);
    const FloatTag d;
    const WordTag dw;
    Keep(hn::FirstN(d, rest), kept, hn::Load(dw, queue_.customer + whole),
         hn::Load(dw, queue_.order + whole), hn::Load(d, queue_.day + whole),
         hn::Load(d, queue_.rate + whole), hn::Load(d, queue_.limit + whole),
         hn::Load(d, queue_.scale + whole));
    return kept + rest;
  }

  /// Queues the lanes of the mask from position `at` on. Writes a whole vector.
  HWY_INLINE std::size_t Keep(FloatMask mask, std::size_t at, WordVec customer, WordVec order,
                              Floats day, Floats rate, Floats limit, Floats scale) {
    const FloatTag d;
    const WordTag dw;
    const MoveUp move_up(mask);
    hn::StoreU(move_up(customer), dw, queue_.customer + at);
    hn::StoreU(move_up(order), dw, queue_.order + at);
    hn::StoreU(move_up(day), d, queue_.day + at);
    hn::StoreU(move_up(rate), d, queue_.rate + at);
    hn::StoreU(move_up(limit), d, queue_.limit + at);
    hn::StoreU(move_up(scale), d, queue_.scale + at);
    return move_up.Count();
  }

  /// New customers from `first` on: their latents and their first orders, on the start day.
  HWY_NOINLINE std::size_t Admit(std::uint32_t first, std::size_t lanes, std::size_t at) {
    const FloatTag d;
    const WordTag dw;
    const WordVec customer = CountFrom(first);
    const Floats horizon = hn::Set(d, horizon_);
    const FloatMask present = hn::FirstN(d, lanes);
    LatentLanes latent = DrawLatentLanes(latent_key_, customer, model_.latents);
    const Block words = Philox(hn::Zero(dw), customer, order_key_);
    const Floats value = hn::Mul(Quantile(model_.spend, words.w2), latent.value_scale);
    const Amounts amounts = OrderMoney(hn::IfThenElseZero(present, value));
    first_money_ = hn::Add(first_money_, hn::Add(amounts.lower, amounts.upper));

    Floats test = hn::Set(d, model_.one_time_share);
    if constexpr (kFamily == PlainFamily::kMbgNbd) {
      const Floats rest = hn::Set(d, 1.0F - model_.one_time_share);
      test = hn::Add(test, hn::Mul(rest, latent.dropout));
    }
    const FloatMask stays = hn::AndNot(hn::Lt(UnitUniform(words.w1), test), present);
    const Floats start = hn::Set(d, start_);
    const Floats day = hn::Add(start, hn::Div(UnitExponential(words.w0), latent.rate));
    if constexpr (kFamily == PlainFamily::kParetoNbd) {
      const Floats leaves = hn::Add(start, hn::Div(latent.lifetime, latent.dropout));
      Active(hn::AndNot(hn::Lt(leaves, horizon), stays));
      latent.dropout = hn::Min(leaves, horizon);
      return Keep(hn::And(stays, hn::Lt(day, latent.dropout)), at, customer, hn::Set(dw, 1), day,
                  latent.rate, latent.dropout, latent.value_scale);
    }
    const FloatMask orders = hn::And(stays, hn::Lt(day, horizon));
    Active(hn::AndNot(orders, stays));
    return Keep(orders, at, customer, hn::Set(dw, 1), day, latent.rate, latent.dropout,
                latent.value_scale);
  }

  /// The orders of the customers at `at`; those with another are queued again from `kept` <= at on.
  template <bool kWhole>
  HWY_INLINE std::size_t PlaceOrders(std::size_t at, std::size_t kept, std::size_t lanes) {
    const FloatTag d;
    const WordTag dw;
    if constexpr (!kWhole) BlankFrom(at + lanes);
    const WordVec customer = hn::Load(dw, queue_.customer + at);
    const WordVec order = hn::Load(dw, queue_.order + at);
    const Floats day = hn::Load(d, queue_.day + at);
    const Floats rate = hn::Load(d, queue_.rate + at);
    const Floats limit = hn::Load(d, queue_.limit + at);
    const Floats scale = hn::Load(d, queue_.scale + at);
    const Block words = Philox(order, customer, order_key_);
    TakeMoney(hn::Mul(Quantile(model_.spend, words.w2), scale), day, lanes);

    const Floats horizon = hn::Set(d, horizon_);
    const Floats next = hn::Add(day, hn::Div(UnitExponential(words.w0), rate));
    FloatMask orders;
    if constexpr (kFamily == PlainFamily::kParetoNbd) {
      orders = hn::Lt(next, limit);
    } else {
      FloatMask stays = hn::Ge(UnitUniform(words.w1), limit);
      if constexpr (!kWhole) stays = hn::And(stays, hn::FirstN(d, lanes));
      orders = hn::And(stays, hn::Lt(next, horizon));
      Active(hn::AndNot(orders, stays));
    }
    if constexpr (!kWhole) orders = hn::And(orders, hn::FirstN(d, lanes));
    CountRetained<kWhole>(day, next, orders, lanes);
    return Keep(orders, kept, customer, hn::Add(order, hn::Set(dw, 1)), next, rate, limit, scale);
  }

  /// Lanes without a customer compute on zeros.
  void BlankFrom(std::size_t at) {
    const FloatTag d;
    const WordTag dw;
    hn::StoreU(hn::Zero(dw), dw, queue_.customer + at);
    hn::StoreU(hn::Zero(dw), dw, queue_.order + at);
    hn::StoreU(hn::Zero(d), d, queue_.day + at);
    hn::StoreU(hn::Zero(d), d, queue_.rate + at);
    hn::StoreU(hn::Zero(d), d, queue_.limit + at);
    hn::StoreU(hn::Zero(d), d, queue_.scale + at);
  }

  HWY_INLINE void Active(FloatMask mask) {
    sums_.active += static_cast<std::int64_t>(hn::CountTrue(FloatTag(), mask));
  }

  HWY_INLINE void TakeMoney(Floats value, Floats day, std::size_t lanes) {
    const FloatTag d;
    const IntTag di;
    const MoneyTag dm;
    HWY_ALIGN std::int32_t slot[kMostLanes];
    HWY_ALIGN std::int64_t amount[kMostLanes];
    const Ints months = hn::ConvertTo(di, hn::Mul(day, hn::Set(d, kMonthsPerDay)));
    hn::Store(hn::Add(hn::ConvertTo(di, day), months), di, slot);
    const Amounts amounts = OrderMoney(value);
    hn::Store(amounts.lower, dm, amount);
    hn::Store(amounts.upper, dm, amount + kMostLanes / 2);
    KeepInMemory(slot);
    KeepInMemory(amount);
    for (std::size_t i = 0; i < lanes; ++i) {
      SlotSums& into = slots_[slot[i]];
      ++into.orders;
      into.revenue += amount[i];
    }
  }

  /// Counts the customers whose last order in the window this is.
  template <bool kWhole>
  HWY_INLINE void CountRetained(Floats day, Floats next, FloatMask orders, std::size_t lanes) {
    const FloatTag d;
    const IntTag di;
    const Floats window = hn::Set(d, start_ + static_cast<float>(kRetentionWindowDays));
    FloatMask last = hn::AndNot(hn::And(orders, hn::Le(next, window)), hn::Le(day, window));
    if constexpr (!kWhole) last = hn::And(last, hn::FirstN(d, lanes));
    const Floats last_day = hn::IfThenElseZero(last, day);
    for (std::size_t i = 0; i < kRetentionDays.size(); ++i) {
      const auto kept =
          hn::Gt(last_day, hn::Set(d, start_ + static_cast<float>(kRetentionDays[i])));
      // A mask is -1 in every lane it holds.
      retained_[i] = hn::Sub(retained_[i], hn::VecFromMask(di, hn::RebindMask(di, kept)));
    }
  }

  const PlainModel& model_;
  PhiloxKey latent_key_;
  PhiloxKey order_key_;
  float horizon_;
  float start_;
  PlainSums& sums_;
  SlotSums* slots_;
  hn::Vec<MoneyTag> first_money_;
  Ints retained_[kRetentionDays.size()];
  Queue queue_;
};

template <PlainFamily kFamily>
void SimulateFamily(const PlainModel& model, const PlainRun& run, std::uint32_t first,
                    std::uint32_t count, PlainSums& sums) {
  Lives<kFamily>(model, run, sums).Run(first, count);
}

void SimulatePlain(const PlainModel& model, const PlainRun& run, std::uint32_t first,
                   std::uint32_t count, PlainSums& sums) {
  switch (model.family) {
    case PlainFamily::kBgNbd:
      return SimulateFamily<PlainFamily::kBgNbd>(model, run, first, count, sums);
    case PlainFamily::kMbgNbd:
      return SimulateFamily<PlainFamily::kMbgNbd>(model, run, first, count, sums);
    case PlainFamily::kParetoNbd:
      return SimulateFamily<PlainFamily::kParetoNbd>(model, run, first, count, sums);
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace tenure::simulator
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenure::simulator {

HWY_EXPORT(SimulatePlain);

void simulate_plain(const PlainModel& model, const PlainRun& run, std::uint32_t first,
                    std::uint32_t count, PlainSums& sums) {
  HWY_DYNAMIC_DISPATCH(SimulatePlain)(model, run, first, count, sums);
}

}  // namespace tenure::simulator
#endif
