#include "progress_bar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>

namespace tenure::apps {

namespace {

constexpr double kSilentSeconds = 1.0;
constexpr double kRedrawSeconds = 0.1;
constexpr int kWidth = 28;

double seconds_between(std::chrono::steady_clock::time_point from,
                       std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string format_left(double seconds) {
  const long whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
}

}  // namespace

void ProgressBar::update(const ProgressUpdate& update) {
  const auto now = Clock::now();
  if (update.stage != stage_) {
    stage_ = update.stage;
    started_ = now;
    drawn_ = now;
  }
  const double seconds = seconds_between(started_, now);
  if (seconds < kSilentSeconds) return;
  if (seconds_between(drawn_, now) < kRedrawSeconds && update.done != update.total) return;
  drawn_ = now;
  draw(update, seconds);
}

void ProgressBar::draw(const ProgressUpdate& update, double seconds) {
  const double rate = static_cast<double>(update.done) / seconds;
  std::string line = fmt::format("\r\033[K{} ", stage_);
  if (update.total > 0) {
    const double share = static_cast<double>(update.done) / static_cast<double>(update.total);
    const int filled = std::clamp(static_cast<int>(share * kWidth), 0, kWidth);
    line += fmt::format("[{}{}] {:3.0f} % ", std::string(static_cast<std::size_t>(filled), '#'),
                        std::string(static_cast<std::size_t>(kWidth - filled), '.'), share * 100.0);
    if (rate > 0.0) {
      const double left = static_cast<double>(update.total - update.done) / rate;
      line += fmt::format("{:.3g}/s, {} left", rate, format_left(left));
    }
  } else {
    line += fmt::format("{} ({:.3g}/s)", update.done, rate);
  }
  std::cerr << line << std::flush;
  visible_ = true;
}

void ProgressBar::clear() {
  if (!visible_) return;
  std::cerr << "\r\033[K" << std::flush;
  visible_ = false;
}

}  // namespace tenure::apps
