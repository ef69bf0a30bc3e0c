#pragma once

#include <signal.h>

#include <stop_token>
#include <thread>

namespace tenure::apps {

/// Turns Ctrl-C and SIGTERM into a stop request while it lives: long calls end at their next chunk
/// and clean up. A second signal ends the program at once.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  std::stop_token stop_token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  sigset_t signals_;
  std::jthread waiter_;
};

}  // namespace tenure::apps
