#include "interrupt.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>

namespace tenure::apps {

namespace {

constexpr char kEnd = 'e';
constexpr char kSignal = 's';

// The handler may only touch lock-free atomics and make system calls.
std::atomic<int> signal_pipe{-1};
std::atomic<bool> signalled{false};

/// A handler, not a blocked mask and sigwait(): OpenBLAS starts its threads before main, with every
/// signal open, and one of them would take the signal and end the program.
void on_signal(int number) {
  const int saved = errno;
  if (signalled.exchange(true)) {
    signal(number, SIG_DFL);
    raise(number);
  }
  const char byte = kSignal;
  static_cast<void>(!write(signal_pipe.load(), &byte, 1));
  errno = saved;
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  if (sigaction(number, &action, nullptr) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot handle signals");
  }
}

}  // namespace

InterruptGuard::InterruptGuard() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot make a pipe");
  }
  read_end_ = ends[0];
  write_end_ = ends[1];
  signalled = false;
  signal_pipe = write_end_;
  waiter_ = std::thread([this] {
    char byte = 0;
    while (read(read_end_, &byte, 1) == 1 && byte != kEnd) source_.request_stop();
  });
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
}

InterruptGuard::~InterruptGuard() {
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  static_cast<void>(!write(write_end_, &kEnd, 1));
  waiter_.join();
  close(read_end_);
  close(write_end_);
}

}  // namespace tenure::apps
