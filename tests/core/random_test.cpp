#include "statistics.hpp"

#include <tenure/core/random.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#if __has_include(<Random123/philox.h>)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <Random123/philox.h>
#pragma GCC diagnostic pop
#define TENURE_HAS_RANDOM123 1
#endif

namespace tenure {
namespace {

using Words = std::array<std::uint32_t, 4>;

constexpr std::uint32_t kAll = std::numeric_limits<std::uint32_t>::max();

// Salmon et al. (2011): the Random123 distribution, tests/kat_vectors, lines "philox4x32 10".
TEST(Philox, MatchesThePublishedVectors) {
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32_10({kAll, kAll, kAll, kAll}, {kAll, kAll}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, AgreesWithTheReferenceImplementationOnManyCounters) {
#ifdef TENURE_HAS_RANDOM123
  // Each output is the next counter, so that the 100,000 inputs have no pattern.
  Words counter{1, 2, 3, 4};
  std::array<std::uint32_t, 2> key{5, 6};
  for (int i = 0; i < 100000; ++i) {
    const r123::Philox4x32::ctr_type expected =
        r123::Philox4x32()({{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
    const Words got = philox4x32_10(counter, key);
    ASSERT_EQ(got, (Words{expected[0], expected[1], expected[2], expected[3]})) << "input " << i;
    key = {counter[0] ^ key[1], counter[3] + key[0]};
    counter = got;
  }
#else
  GTEST_SKIP() << "the Random123 headers (librandom123-dev) are not installed";
#endif
}

// The layout of the counter is part of what makes results reproducible: changing it changes every
// seeded result of the project.
TEST(RandomStream, CountsBlocksUnderPurposeReplicationCustomerAndEvent) {
  const std::uint64_t seed = 0x0123456789abcdefULL;
  RandomStream stream(seed, {Purpose::kPurchase, 7, 123456789, 42});
  const std::array<std::uint32_t, 2> key{0x89abcdef, 0x01234567};
  for (std::uint32_t block = 0; block < 3; ++block) {
    const Words expected = philox4x32_10({block, 42, 123456789, (33U << 24) | 7U}, key);
    for (const std::uint32_t word : expected) EXPECT_EQ(stream.next_u32(), word);
  }
}

TEST(RandomStream, BuildsSixtyFourBitsLowWordFirst) {
  RandomStream words(9, {});
  RandomStream pairs(9, {});
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t low = words.next_u32();
    const std::uint64_t high = words.next_u32();
    EXPECT_EQ(pairs.next_u64(), low | (high << 32));
  }
}

TEST(RandomStream, EveryPartOfItsNameAndEveryBitOfTheSeedSeparatesStreams) {
  std::vector<RandomStream> streams;
  streams.emplace_back(1, StreamId{});
  for (int bit = 0; bit < 64; ++bit) {
    streams.emplace_back(1 ^ (std::uint64_t{1} << bit), StreamId{});
  }
  for (int bit = 0; bit < 24; ++bit) {
    streams.emplace_back(1, StreamId{Purpose::kTest, 1U << bit, 0, 0});
  }
  for (int bit = 0; bit < 32; ++bit) {
    streams.emplace_back(1, StreamId{Purpose::kTest, 0, 1U << bit, 0});
    streams.emplace_back(1, StreamId{Purpose::kTest, 0, 0, 1U << bit});
  }
  for (const Purpose purpose : {Purpose::kModelInit, Purpose::kSplit, Purpose::kWorldItem,
                                Purpose::kLatent, Purpose::kPurchase, Purpose::kMultiStart}) {
    streams.emplace_back(1, StreamId{purpose, 0, 0, 0});
  }
  // 159 streams of 200 64-bit numbers: a chance repeat has probability below 3e-11.
  std::set<std::uint64_t> seen;
  for (RandomStream& stream : streams) {
    for (int i = 0; i < 200; ++i) EXPECT_TRUE(seen.insert(stream.next_u64()).second);
  }
}

TEST(RandomStream, NeighbouringStreamsAreUncorrelated) {
  // Under independence the correlation of n pairs has standard error 1 / sqrt(n); 4.5 of them.
  constexpr int kPairs = 200000;
  const StreamId base{Purpose::kLatent, 3, 1000, 5};
  for (int part = 0; part < 3; ++part) {
    double sum = 0.0;
    for (std::uint32_t i = 0; i < kPairs; ++i) {
      StreamId a = base;
      (part == 0 ? a.replication : part == 1 ? a.customer : a.event) += i;
      StreamId b = a;
      (part == 0 ? b.replication : part == 1 ? b.customer : b.event) += 1;
      sum += (RandomStream(11, a).uniform() - 0.5) * (RandomStream(11, b).uniform() - 0.5);
    }
    EXPECT_LT(std::fabs(sum / kPairs * 12.0), 4.5 / std::sqrt(kPairs)) << "part " << part;
  }
}

TEST(RandomStream, UniformIsUniformAndNeverReachesItsEnds) {
  RandomStream stream(2024, {});
  std::vector<double> values(1000000);
  for (double& value : values) {
    value = stream.uniform();
    ASSERT_GT(value, 0.0);
    ASSERT_LT(value, 1.0);
  }
  EXPECT_GT(test::kolmogorov_smirnov_p(values), 0.001);
  // Successive pairs fill the unit square evenly: 32 x 32 cells.
  std::vector<std::uint64_t> cells(1024, 0);
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
    ++cells[static_cast<std::size_t>(values[i] * 32.0) * 32 +
            static_cast<std::size_t>(values[i + 1] * 32.0)];
  }
  const std::vector<double> expected(1024, 500000.0 / 1024.0);
  EXPECT_GT(test::chi_square_p(cells, expected), 0.001);
}

TEST(RandomStream, EveryBitIsSetHalfOfTheTime) {
  constexpr int kDraws = 100000;
  RandomStream stream(5, {});
  std::array<int, 64> ones{};
  for (int i = 0; i < kDraws; ++i) {
    const std::uint64_t value = stream.next_u64();
    for (unsigned bit = 0; bit < 64; ++bit) ones[bit] += static_cast<int>((value >> bit) & 1U);
  }
  // Binomial standard error sqrt(n) / 2; 4.5 of them over 64 bits.
  for (const int count : ones) EXPECT_NEAR(count, kDraws / 2.0, 4.5 * std::sqrt(kDraws) / 2.0);
}

}  // namespace
}  // namespace tenure
