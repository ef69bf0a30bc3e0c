#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string_view>

namespace tenure::detail {

/// The backend: calls body(task, worker) once for each task in [0, tasks), on at most `concurrency`
/// threads at a time; worker is below concurrency and unique among the calls under way. The first
/// exception stops the loop and is rethrown.
void run_tasks(int concurrency, std::size_t tasks, FunctionRef<void(std::size_t, int)> body);

/// Counts finished items over threads and reports them one call at a time.
class ProgressCounter {
 public:
  ProgressCounter(const Execution& execution, std::string_view stage, std::size_t total)
      : execution_(execution), stage_(stage), total_(total) {}

  void add(std::size_t items) {
    if (stage_.empty() || !execution_.progress) return;
    const std::lock_guard lock(mutex_);
    done_ += items;
    execution_.report(stage_, done_, total_);
  }

 private:
  const Execution& execution_;
  std::string_view stage_;
  std::size_t total_;
  std::size_t done_ = 0;
  std::mutex mutex_;
};

}  // namespace tenure::detail
