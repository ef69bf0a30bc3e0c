#include "small_systems.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "small_systems.cpp"
#include <hwy/foreach_target.h>
// Highway's own headers come after foreach_target.
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace tenure::recommender::detail {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<float, 16>;  // padding is for 16

void ScaleRow(const float* row, const float* scale, float factor, std::size_t d, float* out) {
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const auto by = hn::Set(lanes, factor);
  std::size_t j = 0;
  for (; j + width <= d; j += width) {
    hn::StoreU(hn::Mul(hn::LoadU(lanes, row + j), hn::Mul(hn::LoadU(lanes, scale + j), by)), lanes,
               out + j);
  }
  for (; j < d; ++j) out[j] = row[j] * (scale[j] * factor);
  for (; j < padded_size(d); ++j) out[j] = 0.0F;
}

/// Products of two rows from i on with four from j on, into s.
void OuterTile(MatrixView<const float> z, std::size_t i, std::size_t j, MatrixView<float> s) {
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const float* const a0 = z.row(i);
  const float* const a1 = z.row(i + 1);
  const float* const b0 = z.row(j);
  const float* const b1 = z.row(j + 1);
  const float* const b2 = z.row(j + 2);
  const float* const b3 = z.row(j + 3);
  auto s00 = hn::Zero(lanes);
  auto s01 = s00;
  auto s02 = s00;
  auto s03 = s00;
  auto s10 = s00;
  auto s11 = s00;
  auto s12 = s00;
  auto s13 = s00;
  for (std::size_t k = 0; k < z.stride; k += width) {
    const auto x0 = hn::LoadU(lanes, a0 + k);
    const auto x1 = hn::LoadU(lanes, a1 + k);
    const auto y0 = hn::LoadU(lanes, b0 + k);
    const auto y1 = hn::LoadU(lanes, b1 + k);
    const auto y2 = hn::LoadU(lanes, b2 + k);
    const auto y3 = hn::LoadU(lanes, b3 + k);
    s00 = hn::MulAdd(x0, y0, s00);
    s01 = hn::MulAdd(x0, y1, s01);
    s02 = hn::MulAdd(x0, y2, s02);
    s03 = hn::MulAdd(x0, y3, s03);
    s10 = hn::MulAdd(x1, y0, s10);
    s11 = hn::MulAdd(x1, y1, s11);
    s12 = hn::MulAdd(x1, y2, s12);
    s13 = hn::MulAdd(x1, y3, s13);
  }
  float* const top = s.row(i) + j;
  float* const bottom = s.row(i + 1) + j;
  top[0] = hn::GetLane(hn::SumOfLanes(lanes, s00));
  top[1] = hn::GetLane(hn::SumOfLanes(lanes, s01));
  top[2] = hn::GetLane(hn::SumOfLanes(lanes, s02));
  top[3] = hn::GetLane(hn::SumOfLanes(lanes, s03));
  bottom[0] = hn::GetLane(hn::SumOfLanes(lanes, s10));
  bottom[1] = hn::GetLane(hn::SumOfLanes(lanes, s11));
  bottom[2] = hn::GetLane(hn::SumOfLanes(lanes, s12));
  bottom[3] = hn::GetLane(hn::SumOfLanes(lanes, s13));
}

void IdentityPlusOuter(MatrixView<const float> z, MatrixView<float> s) {
  for (std::size_t i = 0; i < z.rows; i += 2) {
    for (std::size_t j = i / 4 * 4; j < z.rows; j += 4) OuterTile(z, i, j, s);
  }
  for (std::size_t i = 0; i < z.rows; ++i) s(i, i) += 1.0F;
}

/// row[j] -= f[0] u0[j] + ... + f[3] u3[j] for j in [begin, end), whole vectors.
void Subtract4(const float* f, MatrixView<float> s, std::size_t k, float* row, std::size_t begin,
               std::size_t end) {
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const auto f0 = hn::Set(lanes, f[0]);
  const auto f1 = hn::Set(lanes, f[1]);
  const auto f2 = hn::Set(lanes, f[2]);
  const auto f3 = hn::Set(lanes, f[3]);
  const float* const u0 = s.row(k);
  const float* const u1 = s.row(k + 1);
  const float* const u2 = s.row(k + 2);
  const float* const u3 = s.row(k + 3);
  for (std::size_t j = begin / width * width; j < end; j += width) {
    auto value = hn::LoadU(lanes, row + j);
    value = hn::NegMulAdd(f0, hn::LoadU(lanes, u0 + j), value);
    value = hn::NegMulAdd(f1, hn::LoadU(lanes, u1 + j), value);
    value = hn::NegMulAdd(f2, hn::LoadU(lanes, u2 + j), value);
    value = hn::NegMulAdd(f3, hn::LoadU(lanes, u3 + j), value);
    hn::StoreU(value, lanes, row + j);
  }
}

void Subtract1(float factor, const float* from, float* row, std::size_t begin, std::size_t end) {
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const auto f = hn::Set(lanes, factor);
  for (std::size_t j = begin / width * width; j < end; j += width) {
    hn::StoreU(hn::NegMulAdd(f, hn::LoadU(lanes, from + j), hn::LoadU(lanes, row + j)), lanes,
               row + j);
  }
}

void ScaleTail(float factor, float* row, std::size_t begin, std::size_t end) {
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const auto f = hn::Set(lanes, factor);
  for (std::size_t j = begin / width * width; j < end; j += width) {
    hn::StoreU(hn::Mul(f, hn::LoadU(lanes, row + j)), lanes, row + j);
  }
}

/// Factors rows [k, k + m) given all updates from above; the diagonal keeps 1 / u_kk.
bool FactorRows(MatrixView<float> s, std::size_t k, std::size_t m) {
  const std::size_t n = s.rows;
  for (std::size_t p = k; p < k + m; ++p) {
    for (std::size_t q = k; q < p; ++q) Subtract1(s(q, p), s.row(q), s.row(p), p, n);
    const float pivot = s(p, p);
    if (!(pivot > 0.0F)) return false;
    const float inverse = 1.0F / std::sqrt(pivot);
    ScaleTail(inverse, s.row(p), p, n);
    s(p, p) = inverse;
  }
  return true;
}

/// Right-looking Cholesky s = u^T u, four rows at a time. Parts of rows left of the diagonal are
/// scratch.
bool FactorUpper(MatrixView<float> s) {
  const std::size_t n = s.rows;
  std::size_t k = 0;
  for (; k + 4 <= n; k += 4) {
    if (!FactorRows(s, k, 4)) return false;
    for (std::size_t i = k + 4; i < n; ++i) {
      const float f[4] = {s(k, i), s(k + 1, i), s(k + 2, i), s(k + 3, i)};
      Subtract4(f, s, k, s.row(i), i, n);
    }
  }
  return FactorRows(s, k, n - k);
}

bool SolveUpper(MatrixView<float> s, float* b) {
  if (!FactorUpper(s)) return false;
  const std::size_t n = s.rows;
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  for (std::size_t k = 0; k < n; ++k) {  // u^T y = b
    b[k] *= s(k, k);
    const float* const row = s.row(k);
    const auto y = hn::Set(lanes, b[k]);
    std::size_t j = k + 1;
    for (; j < n && j % width != 0; ++j) b[j] -= b[k] * row[j];
    for (; j < n; j += width) {
      hn::StoreU(hn::NegMulAdd(y, hn::LoadU(lanes, row + j), hn::LoadU(lanes, b + j)), lanes,
                 b + j);
    }
  }
  std::fill(b + n, b + padded_size(n), 0.0F);
  for (std::size_t k = n; k-- > 0;) {  // u x = y
    float* const row = s.row(k);
    std::size_t j = k + 1;
    float sum = 0.0F;
    for (; j < n && j % width != 0; ++j) sum += row[j] * b[j];
    std::fill(row + n, row + padded_size(n), 0.0F);
    auto sums = hn::Zero(lanes);
    for (; j < n; j += width) {
      sums = hn::MulAdd(hn::LoadU(lanes, row + j), hn::LoadU(lanes, b + j), sums);
    }
    b[k] = (b[k] - sum - hn::GetLane(hn::SumOfLanes(lanes, sums))) * s(k, k);
  }
  return true;
}

void CombineRows(MatrixView<const float> z, const float* x, float* out) {
  const Lanes lanes;
  const std::size_t width = hn::Lanes(lanes);
  const std::size_t end = padded_size(z.cols);
  std::size_t j = 0;
  for (; j + 4 * width <= end; j += 4 * width) {
    auto sum0 = hn::Zero(lanes);
    auto sum1 = sum0;
    auto sum2 = sum0;
    auto sum3 = sum0;
    for (std::size_t i = 0; i < z.rows; ++i) {
      const float* const row = z.row(i) + j;
      const auto by = hn::Set(lanes, x[i]);
      sum0 = hn::MulAdd(by, hn::LoadU(lanes, row), sum0);
      sum1 = hn::MulAdd(by, hn::LoadU(lanes, row + width), sum1);
      sum2 = hn::MulAdd(by, hn::LoadU(lanes, row + 2 * width), sum2);
      sum3 = hn::MulAdd(by, hn::LoadU(lanes, row + 3 * width), sum3);
    }
    hn::StoreU(sum0, lanes, out + j);
    hn::StoreU(sum1, lanes, out + j + width);
    hn::StoreU(sum2, lanes, out + j + 2 * width);
    hn::StoreU(sum3, lanes, out + j + 3 * width);
  }
  for (; j < end; j += width) {
    auto sum = hn::Zero(lanes);
    for (std::size_t i = 0; i < z.rows; ++i) {
      sum = hn::MulAdd(hn::Set(lanes, x[i]), hn::LoadU(lanes, z.row(i) + j), sum);
    }
    hn::StoreU(sum, lanes, out + j);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace tenure::recommender::detail
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenure::recommender::detail {

HWY_EXPORT(ScaleRow);
HWY_EXPORT(IdentityPlusOuter);
HWY_EXPORT(SolveUpper);
HWY_EXPORT(CombineRows);

void scale_row(const float* row, const float* scale, float factor, std::size_t d, float* out) {
  HWY_DYNAMIC_DISPATCH(ScaleRow)(row, scale, factor, d, out);
}
void identity_plus_outer(MatrixView<const float> z, MatrixView<float> s) {
  HWY_DYNAMIC_DISPATCH(IdentityPlusOuter)(z, s);
}
bool solve_upper(MatrixView<float> s, float* b) { return HWY_DYNAMIC_DISPATCH(SolveUpper)(s, b); }
void combine_rows(MatrixView<const float> z, const float* x, float* out) {
  HWY_DYNAMIC_DISPATCH(CombineRows)(z, x, out);
}

}  // namespace tenure::recommender::detail
#endif
