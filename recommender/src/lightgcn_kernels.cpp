#include "lightgcn_kernels.hpp"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lightgcn_kernels.cpp"
#include <hwy/foreach_target.h>
// Highway's own headers come after foreach_target.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tenure::recommender::detail {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<float>;
using Vec = hn::Vec<Lanes>;

constexpr float kFirstDecay = 0.9F;
constexpr float kSecondDecay = 0.999F;

float Exponentiate(float* HWY_RESTRICT values, std::size_t n, float scale) {
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const Vec by = hn::Set(lanes, scale);
  Vec sum = hn::Zero(lanes);
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    const Vec x = hn::MulSub(hn::LoadU(lanes, values + i), by, by);
    const Vec e = hn::Exp(lanes, x);
    hn::StoreU(e, lanes, values + i);
    sum = hn::Add(sum, e);
  }
  float total = hn::GetLane(hn::SumOfLanes(lanes, sum));
  for (; i < n; ++i) {
    values[i] = std::exp(scale * values[i] - scale);
    total += values[i];
  }
  return total;
}

void CombineIndexed(const float* HWY_RESTRICT rows, const std::uint32_t* HWY_RESTRICT columns,
                    const float* HWY_RESTRICT weights, std::size_t n, std::size_t width,
                    float* HWY_RESTRICT out) {
  const Lanes lanes;
  const std::size_t step = hn::Lanes(lanes);
  std::size_t j = 0;
  for (; j + 4 * step <= width; j += 4 * step) {
    Vec a = hn::Zero(lanes);
    Vec b = a, c = a, e = a;
    for (std::size_t k = 0; k < n; ++k) {
      const float* const row = rows + columns[k] * width + j;
      const Vec w = hn::Set(lanes, weights[k]);
      a = hn::MulAdd(hn::LoadU(lanes, row), w, a);
      b = hn::MulAdd(hn::LoadU(lanes, row + step), w, b);
      c = hn::MulAdd(hn::LoadU(lanes, row + 2 * step), w, c);
      e = hn::MulAdd(hn::LoadU(lanes, row + 3 * step), w, e);
    }
    hn::StoreU(a, lanes, out + j);
    hn::StoreU(b, lanes, out + j + step);
    hn::StoreU(c, lanes, out + j + 2 * step);
    hn::StoreU(e, lanes, out + j + 3 * step);
  }
  for (; j + step <= width; j += step) {
    Vec a = hn::Zero(lanes);
    for (std::size_t k = 0; k < n; ++k) {
      a = hn::MulAdd(hn::LoadU(lanes, rows + columns[k] * width + j), hn::Set(lanes, weights[k]),
                     a);
    }
    hn::StoreU(a, lanes, out + j);
  }
  for (; j < width; ++j) {
    float sum = 0.0F;
    for (std::size_t k = 0; k < n; ++k) sum += rows[columns[k] * width + j] * weights[k];
    out[j] = sum;
  }
}

void AdamStep(const float* HWY_RESTRICT gradient, std::size_t n, float rate, float second_scale,
              float* HWY_RESTRICT m, float* HWY_RESTRICT v, float* HWY_RESTRICT parameters) {
  const Lanes lanes;
  const std::size_t step = hn::Lanes(lanes);
  const Vec keep1 = hn::Set(lanes, kFirstDecay), add1 = hn::Set(lanes, 1.0F - kFirstDecay);
  const Vec keep2 = hn::Set(lanes, kSecondDecay), add2 = hn::Set(lanes, 1.0F - kSecondDecay);
  const Vec by = hn::Set(lanes, rate), scale = hn::Set(lanes, second_scale);
  const Vec tiny = hn::Set(lanes, 1e-8F);
  std::size_t i = 0;
  for (; i + step <= n; i += step) {
    const Vec g = hn::LoadU(lanes, gradient + i);
    const Vec first = hn::MulAdd(hn::LoadU(lanes, m + i), keep1, hn::Mul(g, add1));
    const Vec second = hn::MulAdd(hn::LoadU(lanes, v + i), keep2, hn::Mul(hn::Mul(g, g), add2));
    hn::StoreU(first, lanes, m + i);
    hn::StoreU(second, lanes, v + i);
    const Vec root = hn::Add(hn::Sqrt(hn::Mul(second, scale)), tiny);
    const Vec moved = hn::NegMulAdd(by, hn::Div(first, root), hn::LoadU(lanes, parameters + i));
    hn::StoreU(moved, lanes, parameters + i);
  }
  for (; i < n; ++i) {
    const float g = gradient[i];
    m[i] = kFirstDecay * m[i] + (1.0F - kFirstDecay) * g;
    v[i] = kSecondDecay * v[i] + (1.0F - kSecondDecay) * g * g;
    parameters[i] -= rate * m[i] / (std::sqrt(second_scale * v[i]) + 1e-8F);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace tenure::recommender::detail
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenure::recommender::detail {

HWY_EXPORT(Exponentiate);
HWY_EXPORT(CombineIndexed);
HWY_EXPORT(AdamStep);

float exponentiate(float* values, std::size_t n, float scale) {
  return HWY_DYNAMIC_DISPATCH(Exponentiate)(values, n, scale);
}
void combine_indexed(const float* rows, const std::uint32_t* columns, const float* weights,
                     std::size_t n, std::size_t width, float* out) {
  HWY_DYNAMIC_DISPATCH(CombineIndexed)(rows, columns, weights, n, width, out);
}
void adam_step(const float* gradient, std::size_t n, float rate, float second_scale, float* m,
               float* v, float* parameters) {
  HWY_DYNAMIC_DISPATCH(AdamStep)(gradient, n, rate, second_scale, m, v, parameters);
}

}  // namespace tenure::recommender::detail
#endif
