#pragma once

#include <stop_token>
#include <thread>

namespace tenure::apps {

/// Turns Ctrl-C and SIGTERM into a stop request while it lives: long calls end at their next chunk
/// and clean up. A second signal ends the program at once. One at a time.
class InterruptGuard {
 public:
  /// @throws std::system_error where the system has no pipe or handler left to give.
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  std::stop_token stop_token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  int read_end_ = -1;
  int write_end_ = -1;
  std::thread waiter_;
};

}  // namespace tenure::apps
