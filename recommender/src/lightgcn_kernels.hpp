#pragma once

#include <cstddef>
#include <cstdint>

/// The inner loops of LightGCN, compiled for every instruction set and chosen at run time.
namespace tenure::recommender::detail {

/// values[i] = exp(scale (values[i] - 1)) for i in [0, n); returns their sum.
float exponentiate(float* values, std::size_t n, float scale);

/// out[0, width) = sum over k in [0, n) of weights[k] * (rows + columns[k] * width)[0, width).
void combine_indexed(const float* rows, const std::uint32_t* columns, const float* weights,
                     std::size_t n, std::size_t width, float* out);

/// One step of Adam on n parameters; `rate` and `second_scale` hold the corrections of both
/// moments: parameter -= rate * m / (sqrt(second_scale * v) + 1e-8).
void adam_step(const float* gradient, std::size_t n, float rate, float second_scale, float* m,
               float* v, float* parameters);

}  // namespace tenure::recommender::detail
