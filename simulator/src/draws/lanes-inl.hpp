// The functions of unit_draws.hpp, QuantileTable and Philox over a vector of customers or orders,
// for one instruction set. Operation for operation those of the scalar code.
// The guard is Highway's: the file is read once for each instruction set.
#if defined(TENURE_SIMULATOR_DRAWS_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TENURE_SIMULATOR_DRAWS_LANES_INL
#undef TENURE_SIMULATOR_DRAWS_LANES_INL
#else
#define TENURE_SIMULATOR_DRAWS_LANES_INL
#endif

#include "draws/order_draw.hpp"

#include <hwy/highway.h>

// Machines without vectors run the scalar code.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace tenure::simulator {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A register of 512 bits at most; four lanes at least, as Philox works in pairs.
using FloatTag = hn::CappedTag<float, 16>;
constexpr std::size_t kMostLanes = hn::MaxLanes(FloatTag());
using IntTag = hn::RebindToSigned<FloatTag>;
using WordTag = hn::RebindToUnsigned<FloatTag>;
using WideTag = hn::Repartition<std::uint64_t, WordTag>;
using Floats = hn::Vec<FloatTag>;
using Ints = hn::Vec<IntTag>;
using WordVec = hn::Vec<WordTag>;
using Wide = hn::Vec<WideTag>;

/// first, first + 1, ... Highway's Iota of a number not known at compile time goes through memory.
HWY_INLINE WordVec CountFrom(std::uint32_t first) {
  const WordTag dw;
  return hn::Add(hn::Iota(dw, 0), hn::Set(dw, first));
}

/// The first `count` of a vector's numbers; the rest are 0.
HWY_INLINE WordVec LoadUpTo(std::size_t count, const std::uint32_t* from) {
  const WordTag dw;
  if (count >= kMostLanes) return hn::LoadU(dw, from);
  HWY_ALIGN std::uint32_t buffer[kMostLanes] = {};
  for (std::size_t i = 0; i < count; ++i) buffer[i] = from[i];
  return hn::Load(dw, buffer);
}

constexpr std::uint32_t kPhiloxM0 = 0xD2511F53U;
constexpr std::uint32_t kPhiloxM1 = 0xCD9E8D57U;

struct Block {
  WordVec w0, w1, w2, w3;
};

/// What all lanes of a Philox call share: the key of each round, and counter word 3.
struct PhiloxKey {
  std::uint64_t low[10];
  std::uint64_t high[10];
  std::uint64_t shared_low, shared_high;  ///< halves of round 2's product, which all lanes share

  PhiloxKey(std::uint64_t seed, Purpose purpose, std::uint32_t run) {
    auto k0 = static_cast<std::uint32_t>(seed);
    auto k1 = static_cast<std::uint32_t>(seed >> 32);
    const std::uint32_t tag = (static_cast<std::uint32_t>(purpose) << 24) | (run & 0xFFFFFFU);
    const std::uint64_t product = std::uint64_t{kPhiloxM1} * (tag ^ k1);
    for (std::size_t round = 0; round < 10; ++round) {
      low[round] = k0;
      high[round] = k1;
      k0 += 0x9E3779B9U;
      k1 += 0xBB67AE85U;
    }
    shared_low = product;
    shared_high = (product >> 32) ^ low[1];
  }
};

/// Ten rounds on every other lane, counter word 0 being 0. Numbers sit in the lower halves of
/// 64-bit lanes, where a product leaves them; what the upper halves hold is ignored by the next
/// product.
struct HalfBlock {
  Wide w0, w1, w2, w3;
};
HWY_INLINE HalfBlock PhiloxHalf(Wide event, Wide customer, const PhiloxKey& key) {
  const WideTag wide;
  const WordTag word;
  const auto m0 = hn::Set(word, kPhiloxM0);
  const auto m1 = hn::Set(word, kPhiloxM1);
  // Round 1 multiplies word 0, which is 0, and round 2 a number that all lanes share.
  const auto first = hn::MulEven(hn::BitCast(word, customer), m1);
  const Wide round1 = hn::Xor3(hn::ShiftRight<32>(first), event, hn::Set(wide, key.low[0]));
  const auto second = hn::MulEven(hn::BitCast(word, round1), m0);
  Wide c0 = hn::Xor(first, hn::Set(wide, key.shared_high));
  Wide c1 = hn::Set(wide, key.shared_low);
  Wide c2 = hn::Xor(hn::ShiftRight<32>(second), hn::Set(wide, key.high[1]));
  Wide c3 = second;
  for (std::size_t round = 2; round < 10; ++round) {
    const auto product0 = hn::MulEven(hn::BitCast(word, c0), m0);
    const auto product1 = hn::MulEven(hn::BitCast(word, c2), m1);
    c0 = hn::Xor3(hn::ShiftRight<32>(product1), c1, hn::Set(wide, key.low[round]));
    c1 = product1;
    c2 = hn::Xor3(hn::ShiftRight<32>(product0), c3, hn::Set(wide, key.high[round]));
    c3 = product0;
  }
  return {c0, c1, c2, c3};
}

HWY_INLINE WordVec Weave(Wide even, Wide odd) {
  const WordTag word;
  return hn::OddEven(hn::BitCast(word, hn::ShiftLeft<32>(odd)), hn::BitCast(word, even));
}

/// First block of each lane's stream.
HWY_INLINE Block Philox(WordVec event, WordVec customer, const PhiloxKey& key) {
  const WideTag wide;
  const auto events = hn::BitCast(wide, event);
  const auto customers = hn::BitCast(wide, customer);
  const HalfBlock even = PhiloxHalf(events, customers, key);
  const HalfBlock odd = PhiloxHalf(hn::ShiftRight<32>(events), hn::ShiftRight<32>(customers), key);
  return {Weave(even.w0, odd.w0), Weave(even.w1, odd.w1), Weave(even.w2, odd.w2),
          Weave(even.w3, odd.w3)};
}

HWY_INLINE Floats SignedUnit(WordVec words) {
  const FloatTag d;
  const auto position = hn::Add(hn::ConvertTo(d, hn::BitCast(IntTag(), words)), hn::Set(d, 0.5F));
  return hn::Mul(position, hn::Set(d, unit::kTwoToMinus32));
}

HWY_INLINE Floats UnitExponential(WordVec words) {
  const FloatTag d;
  const IntTag di;
  const Floats position = SignedUnit(words);
  const Floats one = hn::Set(d, 1.0F);
  const Floats u = hn::Add(position, hn::IfThenElseZero(hn::Lt(position, hn::Zero(d)), one));
  const Ints bits = hn::BitCast(di, u);
  const Ints octave =
      hn::ShiftRight<unit::kMantissaBits>(hn::Sub(bits, hn::Set(di, unit::kSqrtHalfBits)));
  const Floats shifted = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<unit::kMantissaBits>(octave)));
  const auto whole = hn::RebindMask(d, hn::Eq(octave, hn::Zero(di)));
  const Floats f = hn::IfThenElse(whole, position, hn::Sub(shifted, one));
  const Floats s = hn::Div(f, hn::Add(f, hn::Set(d, 2.0F)));
  const Floats z = hn::Mul(s, s);
  Floats p = hn::Add(hn::Mul(z, hn::Set(d, unit::kAtanhB)), hn::Set(d, unit::kAtanhA));
  p = hn::Add(hn::Mul(z, p), hn::Set(d, 2.0F));
  return hn::Sub(hn::Mul(hn::ConvertTo(d, octave), hn::Set(d, -unit::kLn2)), hn::Mul(s, p));
}

HWY_INLINE Floats UnitUniform(WordVec words) {
  const FloatTag d;
  return hn::Mul(hn::ConvertTo(d, hn::BitCast(IntTag(), hn::ShiftRight<8>(words))),
                 hn::Set(d, unit::kTwoToMinus24));
}

HWY_INLINE Floats BoundedExp(Floats y) {
  const FloatTag d;
  const IntTag di;
  y = hn::IfThenElse(hn::Lt(y, hn::Set(d, unit::kExpLow)), hn::Set(d, unit::kExpLow), y);
  y = hn::IfThenElse(hn::Gt(y, hn::Set(d, unit::kExpHigh)), hn::Set(d, unit::kExpHigh), y);
  const Floats round = hn::Set(d, unit::kRound);
  const Floats shifted = hn::Add(hn::Mul(y, hn::Set(d, unit::kLog2E)), round);
  const Floats octave = hn::Sub(shifted, round);
  const Floats r = hn::Sub(hn::Sub(y, hn::Mul(octave, hn::Set(d, unit::kLn2High))),
                           hn::Mul(octave, hn::Set(d, unit::kLn2Low)));
  Floats p = hn::Add(hn::Mul(r, hn::Set(d, unit::kExpE4)), hn::Set(d, unit::kExpE3));
  p = hn::Add(hn::Mul(p, r), hn::Set(d, unit::kExpE2));
  p = hn::Add(hn::Mul(p, r), hn::Set(d, unit::kExpE1));
  p = hn::Add(hn::Mul(p, r), hn::Set(d, unit::kExpE0));
  p = hn::Add(hn::Add(hn::Mul(hn::Mul(r, r), p), r), hn::Set(d, 1.0F));
  const Ints exponent = hn::Sub(hn::BitCast(di, shifted), hn::BitCast(di, round));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, p), hn::ShiftLeft<unit::kMantissaBits>(exponent)));
}

/// Numbers just stored are to be loaded one by one, not picked out of the vector register.
HWY_INLINE void KeepInMemory(const void* numbers) {
#if HWY_COMPILER_GCC || HWY_COMPILER_CLANG
  asm volatile("" : : "r"(numbers) : "memory");
#else
  (void)numbers;
#endif
}

/// Four numbers for each lane: of consecutive ones in memory, the first, the second, ...
template <class T>
struct Columns {
  hn::Vec<hn::CappedTag<T, 16>> c0, c1, c2, c3;
};

/// Rows row[0], row[4], row[8], ... in the 128-bit blocks of a vector.
template <class T, std::size_t kNumbers>
HWY_INLINE hn::Vec<hn::CappedTag<T, kNumbers>> LoadRows(const T* rows, const std::int32_t* row) {
  const hn::CappedTag<T, kNumbers> d;
  if constexpr (kNumbers == 4) {
    return hn::Load(d, rows + std::ptrdiff_t{4} * *row);
  } else {
    return hn::Combine(d, LoadRows<T, kNumbers / 2>(rows, row + kNumbers / 2),
                       LoadRows<T, kNumbers / 2>(rows, row));
  }
}

/// Rows of four 32-bit numbers, turned within 128-bit blocks: much faster than four gathers.
template <class T>
HWY_INLINE Columns<T> LoadColumns(const T* rows, Ints index) {
  const hn::CappedTag<T, 16> d;
  HWY_ALIGN std::int32_t row[kMostLanes];
  hn::Store(index, IntTag(), row);
  KeepInMemory(row);
  const auto v0 = LoadRows<T, kMostLanes>(rows, row);
  const auto v1 = LoadRows<T, kMostLanes>(rows, row + 1);
  const auto v2 = LoadRows<T, kMostLanes>(rows, row + 2);
  const auto v3 = LoadRows<T, kMostLanes>(rows, row + 3);
  const auto t0 = hn::InterleaveLower(d, v0, v2);
  const auto t1 = hn::InterleaveLower(d, v1, v3);
  const auto t2 = hn::InterleaveUpper(d, v0, v2);
  const auto t3 = hn::InterleaveUpper(d, v1, v3);
  return {hn::InterleaveLower(d, t0, t1), hn::InterleaveUpper(d, t0, t1),
          hn::InterleaveLower(d, t2, t3), hn::InterleaveUpper(d, t2, t3)};
}

/// QuantileTable::raw.
HWY_INLINE Floats RawQuantile(const QuantileTable& table, WordVec words) {
  const FloatTag d;
  const WordTag dw;
  constexpr int kPlace = static_cast<int>(QuantileTable::kCellBits);
  const WordVec bits = hn::BitCast(dw, SignedUnit(words));
  const WordVec cell = hn::ShiftRight<kPlace>(hn::And(bits, hn::Set(dw, 0x7FFFFFFFU)));
  const WordVec upper =
      hn::BitCast(dw, hn::ShiftRight<31>(hn::BitCast(IntTag(), words)));  // all ones or none
  const WordVec index = hn::Add(hn::Sub(cell, hn::Set(dw, QuantileTable::kFirstCell)),
                                hn::And(upper, hn::Set(dw, QuantileTable::kCellsPerHalf)));
  const WordVec place =
      hn::ShiftLeft<unit::kMantissaBits - kPlace>(hn::And(bits, hn::Set(dw, (1U << kPlace) - 1U)));
  const Floats t =
      hn::Sub(hn::BitCast(d, hn::Or(place, hn::Set(dw, 0x3F800000U))), hn::Set(d, 1.0F));
  const Columns<float> c = LoadColumns(table.cells(), hn::BitCast(IntTag(), index));
  Floats y = hn::Add(hn::Mul(c.c3, t), c.c2);
  y = hn::Add(hn::Mul(y, t), c.c1);
  return hn::Add(hn::Mul(y, t), c.c0);
}

/// QuantileTable::operator().
HWY_INLINE Floats Quantile(const QuantileTable& table, WordVec words) {
  const FloatTag d;
  const Floats y = RawQuantile(table, words);
  if (table.form() == QuantileTable::Form::kValue) return y;
  if (table.form() == QuantileTable::Form::kLog) return BoundedExp(y);
  const Floats one = hn::Set(d, 1.0F);
  return hn::Div(one, hn::Add(BoundedExp(hn::Sub(hn::Zero(d), y)), one));
}

struct LatentLanes {
  Floats rate, dropout, value_scale, lifetime;
};

/// draw_latent; key of Purpose::kLatent.
HWY_INLINE LatentLanes DrawLatentLanes(const PhiloxKey& key, WordVec customer,
                                       const LatentTables& tables) {
  const FloatTag d;
  const Block words = Philox(hn::Zero(WordTag()), customer, key);
  const float scale = tables.dropout_is_rate() ? tables.dropout_scale : 1.0F;
  const Floats rate = hn::Mul(Quantile(tables.rate, words.w0), hn::Set(d, tables.rate_scale));
  const Floats value = RawQuantile(tables.value, words.w2);
  return {hn::Max(rate, hn::Set(d, kSmallestRate)),
          hn::Mul(Quantile(tables.dropout, words.w1), hn::Set(d, scale)),
          hn::Mul(BoundedExp(hn::Sub(hn::Zero(d), value)), hn::Set(d, tables.value_scale)),
          UnitExponential(words.w3)};
}

}  // namespace HWY_NAMESPACE
}  // namespace tenure::simulator
HWY_AFTER_NAMESPACE();
#endif

#endif
