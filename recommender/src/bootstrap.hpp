#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/evaluate.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tenure::recommender::detail {

/// Mean of each column, rows summed in order.
std::vector<double> column_means(const Matrix<double>& values);

/// Means of users drawn with replacement: samples x columns. Draws are keyed by sample, so that
/// every table of the same users is resampled alike.
Matrix<double> bootstrap_means(const Execution& execution, const Matrix<double>& values,
                               std::uint32_t samples);

/// Interval between the tails of a column of resampled means.
Interval percentile_interval(const Matrix<double>& means, std::size_t column, double confidence);

}  // namespace tenure::recommender::detail
