#pragma once

#include <chrono>

namespace tenure::apps {

/// Wall time since it was made. Times are printed and reported, never stored in a result file.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tenure::apps
