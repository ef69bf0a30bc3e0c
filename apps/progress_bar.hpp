#pragma once

#include <tenure/core/execution.hpp>

#include <chrono>
#include <string>

namespace tenure::apps {

/// One line on stderr with share done, rate and time left, for work that takes over a second.
class ProgressBar {
 public:
  ProgressBar() = default;
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(const ProgressUpdate& update);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void draw(const ProgressUpdate& update, double seconds);

  std::string stage_;
  Clock::time_point started_;
  Clock::time_point drawn_;
  bool visible_ = false;
};

}  // namespace tenure::apps
