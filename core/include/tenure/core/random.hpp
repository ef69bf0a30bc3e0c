#pragma once

#include <array>
#include <cstdint>

namespace tenure {

/// Philox4x32-10 of Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2,
/// 3": a bijection of a 128-bit counter under a 64-bit key. No state, so any draw can be made in
/// any order by any thread.
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) noexcept;

/// What a stream of numbers is for. One value per use in the whole project, so that no two uses
/// ever share numbers under one seed.
enum class Purpose : std::uint8_t {
  kTest = 0,
  kModelInit = 1,         ///< first values of factors
  kSplit = 2,             ///< random hold-outs
  kBootstrap = 3,         ///< resampling of users or customers
  kNegativeSampling = 4,  ///< pairwise models
  kSearch = 5,            ///< hyperparameter candidates
  kSynthetic = 6,         ///< synthetic matrices of tests and benchmarks
  kBatchOrder = 7,        ///< order of training customers within an epoch
  kWorldItem = 16,        ///< generate: items of a world
  kWorldCustomer = 17,    ///< generate: customers of a world
  kWorldOrder = 18,       ///< generate: baskets
  kLatent = 32,           ///< simulate: a customer's rate, dropout, spend
  kPurchase = 33,         ///< simulate: purchase clock, dropout, spend per order
  kLever = 34,            ///< simulate: responses to contacts
  kParameter = 35,        ///< simulate: outer draws of what is uncertain
  kAcquisition = 36,      ///< simulate: when and where new customers come
  kMultiStart = 48,       ///< fit: starting points
  kForecast = 49,         ///< customers: what a history's future may bring
  kForecastModel = 50,    ///< customers: parameters within the fits' uncertainty
  kOutlook = 51,          ///< fit --customer: what one customer's future may bring
  kChurnSample = 52,      ///< churn: whom to learn from where the log is large
};

/// Names one stream: 2^32 blocks of four 32-bit numbers for each id.
struct StreamId {
  Purpose purpose = Purpose::kTest;
  std::uint32_t replication = 0;  ///< below 2^24
  std::uint32_t customer = 0;     ///< or user, item, chunk: the work item
  std::uint32_t event = 0;        ///< position within the work item
};

/// Numbers of one stream in order. Cheap to make: no state beyond the counter and one block.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, const StreamId& id) noexcept;

  std::uint32_t next_u32() noexcept {
    if (position_ == 4) refill();
    return block_[position_++];
  }
  std::uint64_t next_u64() noexcept {
    const std::uint64_t low = next_u32();
    return low | (static_cast<std::uint64_t>(next_u32()) << 32);
  }
  /// Uniform on the open interval (0, 1): (k + 1/2) / 2^52 for k in [0, 2^52).
  double uniform() noexcept { return (static_cast<double>(next_u64() >> 12) + 0.5) * 0x1.0p-52; }

 private:
  void refill() noexcept;

  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> block_{};
  unsigned position_ = 4;
};

}  // namespace tenure
