#pragma once

namespace tenure::customers {

/// From one quantile to another.
struct Interval {
  double low = 0.0;
  double high = 0.0;
};

}  // namespace tenure::customers
