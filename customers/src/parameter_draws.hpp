#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tenure::customers::detail {

/// Which model's parameters: streams of their own.
enum class DrawnModel : std::uint32_t { kOrders = 0, kSpend = 1 };

/// `count` draws of positive parameters, row-major: logarithms normal about those of `estimates`
/// with covariance `log_covariance` (n x n, row-major), within 5 of them. Draw i is the same
/// whatever the count.
/// @throws ArgumentError where an estimate is not finite and positive, sizes do not fit, count is 0
/// or the covariance is not finite.
std::vector<double> draw_parameters(std::uint64_t seed, DrawnModel model,
                                    std::span<const double> estimates,
                                    std::span<const double> log_covariance, std::size_t count);

}  // namespace tenure::customers::detail
