#include "parallel_loop.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <optional>

namespace tenure::detail {

void run_tasks(int concurrency, std::size_t tasks, FunctionRef<void(std::size_t, int)> body) {
  if (tasks == 0) return;
  if (concurrency == 1 || tasks == 1) {
    for (std::size_t task = 0; task < tasks; ++task) body(task, 0);
    return;
  }
  // oneTBB starts no more workers than the machine has cores unless told; a caller who asks for
  // more threads gets them.
  std::optional<tbb::global_control> more;
  if (concurrency > tbb::info::default_concurrency()) {
    more.emplace(tbb::global_control::max_allowed_parallelism,
                 static_cast<std::size_t>(concurrency));
  }
  tbb::task_arena arena(concurrency);
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, tasks, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          const int worker = tbb::this_task_arena::current_thread_index();
          for (std::size_t task = range.begin(); task != range.end(); ++task) body(task, worker);
        },
        tbb::simple_partitioner());
  });
}

}  // namespace tenure::detail
