#include "parallel_loop.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

// Backend on plain std::thread, for the thread sanitizer: the stock oneTBB library is not
// instrumented, and every hand-over through it looks like a race.
namespace tenure::detail {

void run_tasks(int concurrency, std::size_t tasks, FunctionRef<void(std::size_t, int)> body) {
  if (tasks == 0) return;
  const auto workers =
      static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(concurrency), tasks));
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&](int worker) {
    for (std::size_t task = next++; task < tasks; task = next++) {
      try {
        body(task, worker);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = tasks;
        return;
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int worker = 1; worker < workers; ++worker) threads.emplace_back(work, worker);
    work(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace tenure::detail
