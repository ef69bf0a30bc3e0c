#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>

namespace tenure {

/// One report of a long call: `done` of `total` units of `stage` are finished.
struct ProgressUpdate {
  std::string_view stage;   ///< what is going on, e.g. "train"; valid during the call only
  std::uint64_t done = 0;   ///< units finished
  std::uint64_t total = 0;  ///< units in all; 0 where unknown
};

/// Receives progress. Called from worker threads, one call at a time.
using ProgressSink = std::function<void(const ProgressUpdate&)>;

/// How a long call runs: passed explicitly, never global. Results depend on `seed` alone, never on
/// `threads`.
struct Execution {
  int threads = 0;         ///< threads to use; 0 means all the machine has. At most 1024.
  std::uint64_t seed = 0;  ///< key of every random stream
  std::stop_token stop;    ///< asked between chunks of work
  ProgressSink progress;   ///< may be empty

  /// Threads a call will really use: `threads`, or the machine's count where that is 0.
  /// @throws ArgumentError where threads is negative or over 1024.
  int concurrency() const;
  /// @throws Cancelled once a stop was requested.
  void check_cancelled() const;
  /// Hands an update to `progress` where there is one.
  void report(std::string_view stage, std::uint64_t done, std::uint64_t total) const;
};

}  // namespace tenure
