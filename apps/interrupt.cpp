#include "interrupt.hpp"

#include <pthread.h>

namespace tenure::apps {

// The signals are blocked everywhere (threads made later inherit the mask) and taken by one thread
// that waits for them: request_stop() may not be called from a signal handler.
InterruptGuard::InterruptGuard() : signals_() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  waiter_ = std::jthread([this](const std::stop_token& ending) {
    int signal_number = 0;
    sigwait(&signals_, &signal_number);
    if (ending.stop_requested()) return;
    source_.request_stop();
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    sigwait(&signals_, &signal_number);
    if (ending.stop_requested()) return;
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
    raise(signal_number);
  });
}

InterruptGuard::~InterruptGuard() {
  waiter_.request_stop();
  // Wakes sigwait; the signal is blocked, so it reaches nobody else.
  pthread_kill(waiter_.native_handle(), SIGTERM);
}

}  // namespace tenure::apps
