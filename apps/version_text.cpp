#include "version_text.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/core/version.hpp>
#include <tenure/recommender/simd.hpp>

#include <fmt/format.h>

namespace tenure::apps {

std::string version_text() {
  return fmt::format("tenure {}\nvector instructions: {}\nthreads: {}", tenure::version(),
                     recommender::simd_target(), Execution{}.concurrency());
}

}  // namespace tenure::apps
