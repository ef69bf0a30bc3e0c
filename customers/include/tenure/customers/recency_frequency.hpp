#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tenure::customers {

/// Sufficient statistics of the lifetime models, one row a customer, parallel arrays.
struct RecencyFrequency {
  std::vector<double> frequency;  ///< x: repeat orders (orders after the first), >= 0, whole
  std::vector<double> recency;    ///< t_x: time from first to last order; 0 where x = 0
  std::vector<double> age;        ///< T: time from first order to the end of observation, >= t_x
  std::vector<double> weight;     ///< optional: customers each row stands for; empty means 1
  double days_per_unit = 7.0;     ///< length of the time unit of recency and age

  std::size_t size() const noexcept { return frequency.size(); }
  double weight_of(std::size_t i) const noexcept { return weight.empty() ? 1.0 : weight[i]; }
  /// @throws ArgumentError naming the first row at fault (lengths, signs, t_x > T, x = 0 with
  /// t_x > 0, x > 0 with fractional value, not finite).
  void validate() const;
};

/// Merges equal rows into weights, rows in increasing (x, t_x, T): the same likelihood, less work.
RecencyFrequency compress(const RecencyFrequency& data);

}  // namespace tenure::customers
