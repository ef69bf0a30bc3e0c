#pragma once

#include <tenure/core/matrix.hpp>

#include <cstddef>

/// Loops worth SIMD, compiled for every instruction set and chosen at run time.
namespace tenure::recommender::detail {

/// Inner product of two vectors of length n.
float dot(const float* a, const float* b, std::size_t n);

/// out[i] = rows[i] . query for every row.
void dot_rows(MatrixView<const float> rows, const float* query, float* out);

/// Mean and standard deviation of n > 0 numbers.
struct Moments {
  double mean = 0.0;
  double deviation = 0.0;
};
Moments moments(const float* values, std::size_t n);

/// out[i] += factor * (values[i] - shift).
void add_shifted(const float* values, std::size_t n, float factor, float shift, float* out);

/// One step of conjugate gradients on A y = b with vectors of length n: y is the solution so far, r
/// the residual, p the direction, q = A p, square = r . r > 0. Moves y along p, makes r and p the
/// next ones and returns the new r . r.
float gradient_step(const float* q, float square, std::size_t n, float* y, float* r, float* p);

/// First i in [begin, end) with values[i] > threshold, or end.
std::size_t find_above(const float* values, std::size_t begin, std::size_t end, float threshold);

}  // namespace tenure::recommender::detail
