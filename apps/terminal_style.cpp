#include "terminal_style.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace tenure::apps {

namespace {

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";

bool is_rule(std::string_view line) {
  return line.size() > 3 && line.starts_with("  -") &&
         line.find_first_not_of('-', 2) == std::string_view::npos;
}

}  // namespace

bool stdout_takes_style() {
  // NOLINTBEGIN(concurrency-mt-unsafe): nobody sets the environment
  const char* const none = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  // NOLINTEND(concurrency-mt-unsafe)
  return isatty(STDOUT_FILENO) != 0 && (none == nullptr || *none == '\0') && terminal != nullptr &&
         std::strcmp(terminal, "dumb") != 0;
}

std::string styled(const std::string& text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
  std::string result;
  const auto add = [&](std::string_view style, std::string_view line) {
    result.append(style).append(line).append(style.empty() ? "" : kPlain).append("\n");
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_rule(lines[i])) {
      add(kDim, lines[i]);
    } else {
      add(i + 1 < lines.size() && is_rule(lines[i + 1]) ? kBold : std::string_view(), lines[i]);
    }
  }
  if (!text.empty() && text.back() != '\n') result.pop_back();
  return result;
}

}  // namespace tenure::apps
