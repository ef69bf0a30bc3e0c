#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tenure {
namespace {

using testing::ElementsAre;

constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();

Execution with_threads(int threads) {
  Execution execution;
  execution.threads = threads;
  return execution;
}

/// Threads wait for each other here. Gives up after a minute, so that a loop that does not run its
/// tasks side by side fails instead of hanging.
class Meeting {
 public:
  explicit Meeting(int expected) : expected_(expected) {}
  bool arrive_and_wait() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    all_here_.notify_all();
    return all_here_.wait_for(lock, std::chrono::minutes(1), [&] { return arrived_ >= expected_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_here_;
  int expected_;
  int arrived_ = 0;
};

class ParallelAt : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Threads, ParallelAt, testing::Values(1, 2, 3, 8));

TEST_P(ParallelAt, VisitsEachItemOnceInFixedChunks) {
  const std::size_t n = 10007;
  for (const std::size_t size : {std::size_t{1}, std::size_t{64}, n - 1, n, n + 1, kMost}) {
    std::vector<int> visits(n, 0);
    std::vector<std::size_t> owner(n, kMost);
    parallel_for(with_threads(GetParam()), n, size, [&](const Chunk& chunk) {
      ASSERT_GE(chunk.worker, 0);
      ASSERT_LT(chunk.worker, GetParam());
      for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
        ++visits[i];
        owner[i] = chunk.index;
      }
    });
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_EQ(visits[i], 1) << "item " << i << ", chunks of " << size;
      ASSERT_EQ(owner[i], i / size);
    }
  }
}

TEST_P(ParallelAt, RunsAsManyTasksAtOnceAsAskedFor) {
  const int threads = GetParam();
  Meeting meeting(threads);
  std::mutex mutex;
  std::set<int> workers;
  std::set<std::thread::id> ids;
  std::atomic<int> met = 0;
  parallel_for(with_threads(threads), static_cast<std::size_t>(threads), 1,
               [&](const Chunk& chunk) {
                 met += meeting.arrive_and_wait() ? 1 : 0;
                 const std::lock_guard lock(mutex);
                 workers.insert(chunk.worker);
                 ids.insert(std::this_thread::get_id());
               });
  EXPECT_EQ(met, threads);
  EXPECT_EQ(workers.size(), static_cast<std::size_t>(threads)) << "two tasks shared a worker";
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(threads));
}

TEST_P(ParallelAt, NeverGivesOneWorkerToTwoTasksAtOnce) {
  std::vector<std::atomic<int>> busy(static_cast<std::size_t>(GetParam()));
  std::atomic<int> clashes = 0;
  parallel_for(with_threads(GetParam()), 2000, 1, [&](const Chunk& chunk) {
    auto& mine = busy[static_cast<std::size_t>(chunk.worker)];
    clashes += mine.fetch_add(1) == 0 ? 0 : 1;
    std::this_thread::yield();
    // A loop inside the loop must not let this worker pick up another outer task meanwhile.
    parallel_for(with_threads(GetParam()), 3, 1, [](const Chunk&) { std::this_thread::yield(); });
    --mine;
  });
  EXPECT_EQ(clashes, 0);
}

TEST_P(ParallelAt, PassesOnTheExceptionOfABody) {
  std::atomic<int> calls = 0;
  const auto body = [&](const Chunk& chunk) {
    ++calls;
    if (chunk.index == 5) throw NumericalError("item 5");
    // So that the others are not through before a busy machine lets this one throw.
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  };
  EXPECT_THROW(parallel_for(with_threads(GetParam()), 100000, 1, body), NumericalError);
  EXPECT_LT(calls, 100000) << "the loop went on to the end";
  // The pool is whole afterwards.
  std::atomic<int> after = 0;
  parallel_for(with_threads(GetParam()), 100, 1, [&](const Chunk&) { ++after; });
  EXPECT_EQ(after, 100);
}

TEST_P(ParallelAt, StopsBetweenChunksOnceCancelled) {
  std::stop_source source;
  Execution execution = with_threads(GetParam());
  execution.stop = source.get_token();
  std::atomic<int> calls = 0;
  EXPECT_THROW(parallel_for(execution, 100000, 1,
                            [&](const Chunk&) {
                              if (++calls == 20) source.request_stop();
                            }),
               Cancelled);
  EXPECT_GE(calls, 20);
  EXPECT_LT(calls, 20 + 2 * GetParam()) << "chunks were started after the request";
  calls = 0;
  EXPECT_THROW(parallel_for(execution, 10, 1, [&](const Chunk&) { ++calls; }), Cancelled);
  EXPECT_THROW(parallel_for(execution, 0, 1, [&](const Chunk&) { ++calls; }), Cancelled);
  EXPECT_EQ(calls, 0);
}

TEST_P(ParallelAt, ReportsProgressInItemsOneCallAtATime) {
  Execution execution = with_threads(GetParam());
  std::atomic<int> inside = 0;
  std::atomic<int> overlaps = 0;
  std::vector<std::uint64_t> done;
  execution.progress = [&](const ProgressUpdate& update) {
    overlaps += inside.fetch_add(1) == 0 ? 0 : 1;
    EXPECT_EQ(update.stage, "count");
    EXPECT_EQ(update.total, 1000U);
    done.push_back(update.done);
    --inside;
  };
  parallel_for(
      execution, 1000, 7, [](const Chunk&) {}, "count");
  EXPECT_EQ(overlaps, 0);
  ASSERT_EQ(done.size(), 143U);
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  EXPECT_EQ(done.back(), 1000U);
  done.clear();
  parallel_for(execution, 1000, 7, [](const Chunk&) {});
  EXPECT_TRUE(done.empty()) << "a loop without a stage reports nothing";
}

TEST_P(ParallelAt, ReducesToTheSameBytesAtAnyNumberOfThreads) {
  // Terms of very different size: any other order of addition gives other bytes.
  std::vector<double> terms(50001);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    terms[i] = (i % 2 == 0 ? 1.0 : -1.0) * 1e12 / (1.0 + static_cast<double>((i * 7919) % 50021));
  }
  const auto sum_at = [&](int threads) {
    return parallel_reduce(
        with_threads(threads), terms.size(), 37, 0.0,
        [&](const Chunk& chunk) {
          double sum = 0.0;
          for (std::size_t i = chunk.begin; i < chunk.end; ++i) sum += terms[i];
          return sum;
        },
        [](double& into, double&& from) { into += from; });
  };
  double expected = 0.0;
  for (std::size_t begin = 0; begin < terms.size(); begin += 37) {
    double chunk = 0.0;
    for (std::size_t i = begin; i < std::min(terms.size(), begin + 37); ++i) chunk += terms[i];
    expected += chunk;
  }
  for (int run = 0; run < 5; ++run) {
    const double got = sum_at(GetParam());
    EXPECT_EQ(std::bit_cast<std::uint64_t>(got), std::bit_cast<std::uint64_t>(expected));
  }
  const double plain = std::accumulate(terms.begin(), terms.end(), 0.0);
  EXPECT_NE(plain, expected) << "the terms do not tell one order from another";
}

TEST_P(ParallelAt, RunsBoundsIncludingEmptyRanges) {
  const std::vector<std::size_t> bounds{2, 2, 5, 11, 11, 12};
  std::vector<std::atomic<int>> visits(12);
  std::vector<std::pair<std::size_t, std::size_t>> ranges(5);
  parallel_for_bounds(with_threads(GetParam()), bounds, [&](const Chunk& chunk) {
    ranges[chunk.index] = {chunk.begin, chunk.end};
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) ++visits[i];
  });
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(visits[i], i < 2 ? 0 : 1);
  EXPECT_EQ(ranges[0], (std::pair<std::size_t, std::size_t>{2, 2}));
  EXPECT_EQ(ranges[2], (std::pair<std::size_t, std::size_t>{5, 11}));
}

TEST(Parallel, RefusesWhatMakesNoSenseBeforeAnyWork) {
  int calls = 0;
  const auto body = [&](const Chunk&) { ++calls; };
  EXPECT_THROW(parallel_for(with_threads(1), 10, 0, body), ArgumentError);
  EXPECT_THROW(parallel_for(with_threads(-1), 10, 1, body), ArgumentError);
  EXPECT_THROW(parallel_for(with_threads(1025), 10, 1, body), ArgumentError);
  const std::vector<std::size_t> falling{0, 5, 4};
  EXPECT_THROW(parallel_for_bounds(with_threads(1), falling, body), ArgumentError);
  EXPECT_THROW(parallel_reduce(
                   with_threads(1), 10, 0, 0, [](const Chunk&) { return 1; },
                   [](int& a, int&& b) { a += b; }),
               ArgumentError);
  EXPECT_EQ(calls, 0);
  parallel_for(with_threads(4), 0, 1, body);
  parallel_for_bounds(with_threads(4), {}, body);
  EXPECT_EQ(calls, 0);
}

TEST(ChunkCount, DoesNotOverflow) {
  EXPECT_EQ(chunk_count(0, 5), 0U);
  EXPECT_EQ(chunk_count(10, 5), 2U);
  EXPECT_EQ(chunk_count(11, 5), 3U);
  EXPECT_EQ(chunk_count(kMost, 1), kMost);
  EXPECT_EQ(chunk_count(2, kMost), 1U);
}

TEST(PartitionByCost, CutsRangesOfEqualCost) {
  std::vector<std::uint64_t> cumulative{0};
  for (std::uint64_t i = 0; i < 1000; ++i) cumulative.push_back(cumulative.back() + (i * 37) % 101);
  for (const std::size_t parts : {1U, 2U, 7U, 100U}) {
    const auto bounds = partition_by_cost(cumulative, parts);
    ASSERT_EQ(bounds.size(), parts + 1);
    EXPECT_EQ(bounds.front(), 0U);
    EXPECT_EQ(bounds.back(), 1000U);
    const double fair = static_cast<double>(cumulative.back()) / static_cast<double>(parts);
    for (std::size_t i = 0; i < parts; ++i) {
      ASSERT_LT(bounds[i], bounds[i + 1]);
      // A range is off by less than one item's cost at either end.
      EXPECT_NEAR(static_cast<double>(cumulative[bounds[i + 1]] - cumulative[bounds[i]]), fair,
                  202.0);
    }
  }
}

TEST(PartitionByCost, KeepsAGiantAloneAndEveryItemOnce) {
  EXPECT_THAT(partition_by_cost(std::vector<std::uint64_t>{0, 1, 2, 1000000, 1000001, 1000002}, 4),
              ElementsAre(0, 3, 5));
  EXPECT_THAT(partition_by_cost(std::vector<std::uint64_t>{0, 0, 0, 0}, 3), ElementsAre(0, 3));
  EXPECT_THAT(partition_by_cost(std::vector<std::uint64_t>{0, 1, 2}, 100), ElementsAre(0, 1, 2));
  EXPECT_THAT(partition_by_cost(std::vector<std::uint64_t>{0, 1, 2}, 0), ElementsAre(0, 2));
  EXPECT_THAT(partition_by_cost(std::vector<std::uint64_t>{0}, 4), ElementsAre(0));
  EXPECT_THAT(partition_by_cost({}, 4), ElementsAre(0));
  // A view into the middle of a longer row pointer starts above zero.
  EXPECT_THAT(partition_by_cost(std::vector<std::uint64_t>{50, 60, 70, 80, 90}, 2),
              ElementsAre(0, 2, 4));
}

TEST(PartitionByCost, DoesNotOverflowNearTheLargestCost) {
  const std::uint64_t quarter = std::numeric_limits<std::uint64_t>::max() / 4;
  EXPECT_THAT(partition_by_cost(
                  std::vector<std::uint64_t>{0, quarter, 2 * quarter, 3 * quarter, 4 * quarter}, 4),
              ElementsAre(0, 1, 2, 3, 4));
}

}  // namespace
}  // namespace tenure
