#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

/// The one door to the thread pool. Work is cut into chunks whose bounds depend on the input alone,
/// so anything computed per chunk, and anything combined in chunk order, is the same at any number
/// of threads.
namespace tenure {

/// A half-open range of work items.
struct Chunk {
  std::size_t index = 0;  ///< position in the fixed partition: key results by this
  std::size_t begin = 0;
  std::size_t end = 0;
  int worker = 0;  ///< in [0, execution.concurrency()): for scratch memory only, never for results
};

/// Chunks of `chunk_size` > 0 items that [0, n) is cut into; the last may be shorter.
constexpr std::size_t chunk_count(std::size_t n, std::size_t chunk_size) noexcept {
  return n / chunk_size + (n % chunk_size == 0 ? 0 : 1);
}

using ChunkBody = FunctionRef<void(const Chunk&)>;

/// Runs body on [0, n) in chunks of `chunk_size` (the last may be shorter). Asks for cancellation
/// before each chunk and reports progress in items where `stage` is not empty.
/// @throws Cancelled, ArgumentError (chunk_size 0), and whatever body throws.
void parallel_for(const Execution& execution, std::size_t n, std::size_t chunk_size, ChunkBody body,
                  std::string_view stage = {});

/// Runs body on each [bounds[i], bounds[i + 1]). bounds must not decrease.
void parallel_for_bounds(const Execution& execution, std::span<const std::size_t> bounds,
                         ChunkBody body, std::string_view stage = {});

/// Cuts [0, n) into at most `parts` ranges of about equal cost, where cumulative (length n + 1, not
/// decreasing) holds the cost of all items before each: for CSR rows, the row pointer.
/// Returns the bounds, length ranges + 1, from 0 to n.
std::vector<std::size_t> partition_by_cost(std::span<const std::uint64_t> cumulative,
                                           std::size_t parts);

/// Maps each fixed chunk to a value and combines the values in chunk order: the same bytes at any
/// number of threads. map(const Chunk&) -> T; combine(T& into, T&& from).
template <class T, class Map, class Combine>
T parallel_reduce(const Execution& execution, std::size_t n, std::size_t chunk_size, T identity,
                  const Map& map, const Combine& combine) {
  const std::size_t chunks = chunk_size == 0 ? 0 : chunk_count(n, chunk_size);
  std::vector<T> partial(chunks, identity);
  parallel_for(execution, n, chunk_size,
               [&](const Chunk& chunk) { partial[chunk.index] = map(chunk); });
  T result = std::move(identity);
  for (T& value : partial) combine(result, std::move(value));
  return result;
}

}  // namespace tenure
