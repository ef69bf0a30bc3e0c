#include "kernels.hpp"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels.cpp"
#include <hwy/foreach_target.h>
// Highway's own headers come after foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tenure::recommender::detail {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<float>;

float Dot(const float* a, const float* b, std::size_t n) {
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  auto sum0 = hn::Zero(lanes);
  auto sum1 = sum0;
  auto sum2 = sum0;
  auto sum3 = sum0;
  std::size_t j = 0;
  for (; j + 4 * width <= n; j += 4 * width) {
    sum0 = hn::MulAdd(hn::LoadU(lanes, a + j), hn::LoadU(lanes, b + j), sum0);
    sum1 = hn::MulAdd(hn::LoadU(lanes, a + j + width), hn::LoadU(lanes, b + j + width), sum1);
    sum2 =
        hn::MulAdd(hn::LoadU(lanes, a + j + 2 * width), hn::LoadU(lanes, b + j + 2 * width), sum2);
    sum3 =
        hn::MulAdd(hn::LoadU(lanes, a + j + 3 * width), hn::LoadU(lanes, b + j + 3 * width), sum3);
  }
  for (; j + width <= n; j += width) {
    sum0 = hn::MulAdd(hn::LoadU(lanes, a + j), hn::LoadU(lanes, b + j), sum0);
  }
  const auto sum = hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3));
  float total = hn::GetLane(hn::SumOfLanes(lanes, sum));
  for (; j < n; ++j) total += a[j] * b[j];
  return total;
}

void DotRows(MatrixView<const float> rows, const float* query, float* out) {
  for (std::size_t i = 0; i < rows.rows; ++i) out[i] = Dot(rows.row(i), query, rows.cols);
}

/// Sum over i of (values[i] - shift)^power, power 1 or 2: float lanes within a block, double
/// across.
template <int kPower>
double ShiftedSum(const float* values, std::size_t n, float shift) {
  constexpr std::size_t kBlock = 1024;
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const auto off = hn::Set(lanes, shift);
  double total = 0.0;
  for (std::size_t begin = 0; begin < n; begin += kBlock) {
    const std::size_t end = begin + kBlock < n ? begin + kBlock : n;
    auto sum = hn::Zero(lanes);
    std::size_t i = begin;
    for (; i + width <= end; i += width) {
      const auto x = hn::Sub(hn::LoadU(lanes, values + i), off);
      sum = kPower == 2 ? hn::MulAdd(x, x, sum) : hn::Add(x, sum);
    }
    float block = hn::GetLane(hn::SumOfLanes(lanes, sum));
    for (; i < end; ++i) {
      const float x = values[i] - shift;
      block += kPower == 2 ? x * x : x;
    }
    total += static_cast<double>(block);
  }
  return total;
}

Moments MeanAndDeviation(const float* values, std::size_t n) {
  // Sums are taken from the first value on, so that a large offset costs no precision.
  const double count = static_cast<double>(n);
  const float first = values[0];
  const double mean = static_cast<double>(first) + ShiftedSum<1>(values, n, first) / count;
  const auto shift = static_cast<float>(mean);
  return {mean, std::sqrt(ShiftedSum<2>(values, n, shift) / count)};
}

void AddShifted(const float* HWY_RESTRICT values, std::size_t n, float factor, float shift,
                float* HWY_RESTRICT out) {
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const auto by = hn::Set(lanes, factor);
  const auto off = hn::Set(lanes, shift);
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    const auto x = hn::Sub(hn::LoadU(lanes, values + i), off);
    hn::StoreU(hn::MulAdd(x, by, hn::LoadU(lanes, out + i)), lanes, out + i);
  }
  for (; i < n; ++i) out[i] += factor * (values[i] - shift);
}

float GradientStep(const float* HWY_RESTRICT q, float square, std::size_t n, float* HWY_RESTRICT y,
                   float* HWY_RESTRICT r, float* HWY_RESTRICT p) {
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const std::size_t whole = n / width * width;
  const float step = square / Dot(p, q, n);
  const auto along = hn::Set(lanes, step);
  for (std::size_t j = 0; j < whole; j += width) {
    hn::StoreU(hn::MulAdd(hn::LoadU(lanes, p + j), along, hn::LoadU(lanes, y + j)), lanes, y + j);
    hn::StoreU(hn::NegMulAdd(hn::LoadU(lanes, q + j), along, hn::LoadU(lanes, r + j)), lanes,
               r + j);
  }
  for (std::size_t j = whole; j < n; ++j) {
    y[j] += step * p[j];
    r[j] -= step * q[j];
  }
  const float next = Dot(r, r, n);
  const auto ratio = hn::Set(lanes, next / square);
  for (std::size_t j = 0; j < whole; j += width) {
    hn::StoreU(hn::MulAdd(hn::LoadU(lanes, p + j), ratio, hn::LoadU(lanes, r + j)), lanes, p + j);
  }
  for (std::size_t j = whole; j < n; ++j) p[j] = r[j] + next / square * p[j];
  return next;
}

std::size_t FindAbove(const float* values, std::size_t begin, std::size_t end, float threshold) {
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const auto limit = hn::Set(lanes, threshold);
  std::size_t i = begin;
  for (; i + width <= end; i += width) {
    const auto above = hn::Gt(hn::LoadU(lanes, values + i), limit);
    const std::intptr_t first = hn::FindFirstTrue(lanes, above);
    if (first >= 0) return i + static_cast<std::size_t>(first);
  }
  for (; i < end; ++i) {
    if (values[i] > threshold) return i;
  }
  return end;
}

}  // namespace HWY_NAMESPACE
}  // namespace tenure::recommender::detail
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenure::recommender::detail {

HWY_EXPORT(Dot);
HWY_EXPORT(DotRows);
HWY_EXPORT(MeanAndDeviation);
HWY_EXPORT(AddShifted);
HWY_EXPORT(GradientStep);
HWY_EXPORT(FindAbove);

float dot(const float* a, const float* b, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(Dot)(a, b, n);
}
void dot_rows(MatrixView<const float> rows, const float* query, float* out) {
  HWY_DYNAMIC_DISPATCH(DotRows)(rows, query, out);
}
Moments moments(const float* values, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(MeanAndDeviation)(values, n);
}
void add_shifted(const float* values, std::size_t n, float factor, float shift, float* out) {
  HWY_DYNAMIC_DISPATCH(AddShifted)(values, n, factor, shift, out);
}
float gradient_step(const float* q, float square, std::size_t n, float* y, float* r, float* p) {
  return HWY_DYNAMIC_DISPATCH(GradientStep)(q, square, n, y, r, p);
}
std::size_t find_above(const float* values, std::size_t begin, std::size_t end, float threshold) {
  return HWY_DYNAMIC_DISPATCH(FindAbove)(values, begin, end, threshold);
}

}  // namespace tenure::recommender::detail
#endif
