#include "parallel_loop.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>

namespace tenure {

void parallel_for(const Execution& execution, std::size_t n, std::size_t chunk_size, ChunkBody body,
                  std::string_view stage) {
  if (chunk_size == 0) throw ArgumentError("parallel_for: chunk_size must be positive");
  const int concurrency = execution.concurrency();
  execution.check_cancelled();
  const std::size_t chunks = chunk_count(n, chunk_size);
  detail::ProgressCounter progress(execution, stage, n);
  detail::run_tasks(concurrency, chunks, [&](std::size_t index, int worker) {
    execution.check_cancelled();
    const std::size_t begin = index * chunk_size;
    const std::size_t end = begin + std::min(n - begin, chunk_size);
    body(Chunk{index, begin, end, worker});
    progress.add(end - begin);
  });
}

void parallel_for_bounds(const Execution& execution, std::span<const std::size_t> bounds,
                         ChunkBody body, std::string_view stage) {
  const int concurrency = execution.concurrency();
  execution.check_cancelled();
  if (bounds.size() < 2) return;
  if (!std::is_sorted(bounds.begin(), bounds.end())) {
    throw ArgumentError("parallel_for_bounds: bounds must not decrease");
  }
  detail::ProgressCounter progress(execution, stage, bounds.back() - bounds.front());
  detail::run_tasks(concurrency, bounds.size() - 1, [&](std::size_t index, int worker) {
    execution.check_cancelled();
    body(Chunk{index, bounds[index], bounds[index + 1], worker});
    progress.add(bounds[index + 1] - bounds[index]);
  });
}

std::vector<std::size_t> partition_by_cost(std::span<const std::uint64_t> cumulative,
                                           std::size_t parts) {
  if (cumulative.empty()) return {0};
  const std::size_t n = cumulative.size() - 1;
  std::vector<std::size_t> bounds{0};
  const std::uint64_t first = cumulative.front();
  const std::uint64_t total = cumulative.back() - first;
  const std::size_t ranges = std::max<std::size_t>(1, std::min(parts, n));
  for (std::size_t part = 1; part < ranges; ++part) {
    // Split the total without overflow: total may be near 2^64.
    const std::uint64_t target = first + total / ranges * part + total % ranges * part / ranges;
    const auto it = std::lower_bound(cumulative.begin(), cumulative.end(), target);
    const auto bound = static_cast<std::size_t>(it - cumulative.begin());
    if (bound > bounds.back() && bound < n) bounds.push_back(bound);
  }
  if (n > 0) bounds.push_back(n);
  return bounds;
}

}  // namespace tenure
