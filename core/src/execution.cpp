#include <tenure/core/error.hpp>
#include <tenure/core/execution.hpp>

#include <algorithm>
#include <string>
#include <thread>

namespace tenure {

namespace {
constexpr int kMaxThreads = 1024;
}

int Execution::concurrency() const {
  if (threads < 0 || threads > kMaxThreads) {
    throw ArgumentError("threads must be between 0 and " + std::to_string(kMaxThreads) + ", not " +
                        std::to_string(threads));
  }
  if (threads > 0) return threads;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxThreads);
}

void Execution::check_cancelled() const {
  if (stop.stop_requested()) throw Cancelled();
}

void Execution::report(std::string_view stage, std::uint64_t done, std::uint64_t total) const {
  if (progress) progress({stage, done, total});
}

}  // namespace tenure
