#pragma once

#include "kernels.hpp"

#include <cmath>
#include <span>

namespace tenure::recommender::detail {

/// out += weight * (scores - their mean) / their standard deviation; nothing where the scores are
/// all the same up to rounding.
inline void add_standardized(std::span<const float> scores, double weight, float* out) {
  if (scores.empty()) return;
  const Moments of = moments(scores.data(), scores.size());
  if (!(of.deviation > 1e-6 * std::abs(of.mean))) return;
  add_shifted(scores.data(), scores.size(), static_cast<float>(weight / of.deviation),
              static_cast<float>(of.mean), out);
}

}  // namespace tenure::recommender::detail
