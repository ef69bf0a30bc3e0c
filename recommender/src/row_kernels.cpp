#include "row_kernels.hpp"

#include <hwy/cache_control.h>

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "row_kernels.cpp"
#include <hwy/foreach_target.h>
// Highway's own headers come after foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tenure::recommender::detail {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, kLine>;
using Vec = hn::Vec<Tag>;

/// Stores the sums of the lanes of four vectors side by side.
HWY_INLINE void StoreFourSums(Vec a, Vec b, Vec c, Vec e, float* out) {
  const Tag tag;
#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE
  out[0] = hn::GetLane(hn::SumOfLanes(tag, a));
  out[1] = hn::GetLane(hn::SumOfLanes(tag, b));
  out[2] = hn::GetLane(hn::SumOfLanes(tag, c));
  out[3] = hn::GetLane(hn::SumOfLanes(tag, e));
#else
  const hn::Repartition<double, Tag> wide;
  const Vec ab = hn::Add(hn::InterleaveLower(tag, a, b), hn::InterleaveUpper(tag, a, b));
  const Vec ce = hn::Add(hn::InterleaveLower(tag, c, e), hn::InterleaveUpper(tag, c, e));
  const auto low = hn::InterleaveLower(wide, hn::BitCast(wide, ab), hn::BitCast(wide, ce));
  const auto high = hn::InterleaveUpper(wide, hn::BitCast(wide, ab), hn::BitCast(wide, ce));
  const Vec sums = hn::Add(hn::BitCast(tag, low), hn::BitCast(tag, high));  // a b c e in each block
  if constexpr (hn::MaxLanes(Tag()) == 16) {
    const hn::Half<Tag> half;
    const hn::Half<decltype(half)> quarter;
    const auto folded = hn::Add(hn::LowerHalf(half, sums), hn::UpperHalf(half, sums));
    hn::StoreU(hn::Add(hn::LowerHalf(quarter, folded), hn::UpperHalf(quarter, folded)), quarter,
               out);
  } else if constexpr (hn::MaxLanes(Tag()) == 8) {
    const hn::Half<Tag> half;
    hn::StoreU(hn::Add(hn::LowerHalf(half, sums), hn::UpperHalf(half, sums)), half, out);
  } else {
    hn::StoreU(sums, tag, out);
  }
#endif
}

bool InverseRoots(const float* HWY_RESTRICT values, float factor, float shift, std::size_t n,
                  float* HWY_RESTRICT out) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  const Vec one = hn::Set(tag, 1.0F);
  const Vec by = hn::Set(tag, factor);
  const Vec plus = hn::Set(tag, shift);
  bool positive = true;
  std::size_t j = 0;
  for (; j + lanes <= n; j += lanes) {
    const Vec sum = hn::MulAdd(hn::LoadU(tag, values + j), by, plus);
    positive = positive && hn::AllTrue(tag, hn::Gt(sum, hn::Zero(tag)));
    hn::StoreU(hn::Div(one, hn::Sqrt(sum)), tag, out + j);
  }
  for (; j < n; ++j) {
    const float sum = values[j] * factor + shift;
    positive = positive && sum > 0.0F;
    out[j] = 1.0F / std::sqrt(sum);
  }
  return positive;
}

void GatherScaled(const RowSource& source, std::size_t begin, std::size_t n,
                  const float* HWY_RESTRICT weights, const float* HWY_RESTRICT scale,
                  float* HWY_RESTRICT z) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  const std::size_t stride = round_up(source.width, kPanel);
  const std::size_t whole = source.width / lanes * lanes;
  const auto row_at = [&](std::size_t r) {
    return source.rows + (source.columns == nullptr ? r : source.columns[r]) * source.stride;
  };
  constexpr std::size_t kAhead = 4;
  for (std::size_t r = 0; r < n; ++r) {
    if (r + kAhead < n) {
      const float* const later = row_at(begin + r + kAhead);
      for (std::size_t j = 0; j < source.width; j += kLine) hwy::Prefetch(later + j);
    }
    const float* const row = row_at(begin + r);
    float* const out = z + r * stride;
    const Vec weight = hn::Set(tag, weights[r]);
    for (std::size_t j = 0; j < whole; j += lanes) {
      const Vec scaled = hn::Mul(hn::Load(tag, scale + j), weight);
      hn::Store(hn::Mul(hn::LoadU(tag, row + j), scaled), tag, out + j);
    }
    for (std::size_t j = whole; j < source.width; ++j) out[j] = row[j] * (scale[j] * weights[r]);
    std::fill(out + source.width, out + stride, 0.0F);
  }
}

/// One 4 x 3 block of Z Z^T: rows i.. against rows j.., into three columns.
HWY_INLINE void GramBlock(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b,
                          std::size_t width, float* HWY_RESTRICT column, std::size_t stride) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  Vec s00 = hn::Zero(tag);
  Vec s10 = s00, s20 = s00, s30 = s00, s01 = s00, s11 = s00, s21 = s00, s31 = s00, s02 = s00,
      s12 = s00, s22 = s00, s32 = s00;
  for (std::size_t k = 0; k < width; k += lanes) {
    const Vec y0 = hn::Load(tag, b + k);
    const Vec y1 = hn::Load(tag, b + width + k);
    const Vec y2 = hn::Load(tag, b + 2 * width + k);
    Vec x = hn::Load(tag, a + k);
    s00 = hn::MulAdd(x, y0, s00);
    s01 = hn::MulAdd(x, y1, s01);
    s02 = hn::MulAdd(x, y2, s02);
    x = hn::Load(tag, a + width + k);
    s10 = hn::MulAdd(x, y0, s10);
    s11 = hn::MulAdd(x, y1, s11);
    s12 = hn::MulAdd(x, y2, s12);
    x = hn::Load(tag, a + 2 * width + k);
    s20 = hn::MulAdd(x, y0, s20);
    s21 = hn::MulAdd(x, y1, s21);
    s22 = hn::MulAdd(x, y2, s22);
    x = hn::Load(tag, a + 3 * width + k);
    s30 = hn::MulAdd(x, y0, s30);
    s31 = hn::MulAdd(x, y1, s31);
    s32 = hn::MulAdd(x, y2, s32);
  }
  StoreFourSums(s00, s10, s20, s30, column);
  StoreFourSums(s01, s11, s21, s31, column + stride);
  StoreFourSums(s02, s12, s22, s32, column + 2 * stride);
}

void GramRows(float* HWY_RESTRICT z, std::size_t n, std::size_t width, float* HWY_RESTRICT system) {
  const std::size_t stride = system_stride(n);
  std::fill(z + n * width, z + (n + kSpareRows) * width, 0.0F);
  for (std::size_t j = 0; j < n; j += 3) {
    const std::size_t first = j / 4 * 4;
    // The factorisation reads whole lines: no stale numbers may lie above the diagonal.
    for (std::size_t column = j; column < j + 3; ++column) {
      std::fill(system + column * stride + j / kLine * kLine, system + column * stride + first,
                0.0F);
    }
    for (std::size_t i = first; i < n; i += 4) {
      GramBlock(z + i * width, z + j * width, width, system + j * stride + i, stride);
    }
  }
  for (std::size_t i = 0; i < n; ++i) system[i * stride + i] += 1.0F;
}

void GramColumns(const float* HWY_RESTRICT z, std::size_t n, std::size_t width,
                 float* HWY_RESTRICT system, std::size_t stride) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  for (std::size_t j = 0; j < width; j += 4) {
    for (std::size_t i = j / (2 * lanes) * (2 * lanes); i < width; i += 2 * lanes) {
      Vec a0 = hn::Zero(tag);
      Vec a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      for (std::size_t r = 0; r < n; ++r) {
        const float* const row = z + r * width;
        const Vec x = hn::Load(tag, row + i);
        const Vec y = hn::Load(tag, row + i + lanes);
        Vec f = hn::Set(tag, row[j]);
        a0 = hn::MulAdd(x, f, a0);
        b0 = hn::MulAdd(y, f, b0);
        f = hn::Set(tag, row[j + 1]);
        a1 = hn::MulAdd(x, f, a1);
        b1 = hn::MulAdd(y, f, b1);
        f = hn::Set(tag, row[j + 2]);
        a2 = hn::MulAdd(x, f, a2);
        b2 = hn::MulAdd(y, f, b2);
        f = hn::Set(tag, row[j + 3]);
        a3 = hn::MulAdd(x, f, a3);
        b3 = hn::MulAdd(y, f, b3);
      }
      const auto add = [&](float* at, Vec first, Vec second) {
        hn::Store(hn::Add(hn::Load(tag, at), first), tag, at);
        hn::Store(hn::Add(hn::Load(tag, at + lanes), second), tag, at + lanes);
      };
      float* const column = system + j * stride + i;
      add(column, a0, b0);
      add(column + stride, a1, b1);
      add(column + 2 * stride, a2, b2);
      add(column + 3 * stride, a3, b3);
    }
  }
}

/// Four rows at once share the loads of x.
void RowDots(const RowSource& source, std::size_t begin, std::size_t n, const float* HWY_RESTRICT x,
             float* HWY_RESTRICT out) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  const std::size_t whole = source.width / lanes * lanes;
  const auto row_at = [&](std::size_t r) {
    return source.rows +
           (source.columns == nullptr ? begin + r : source.columns[begin + r]) * source.stride;
  };
  const auto rest = [&](const float* row) {
    float sum = 0.0F;
    for (std::size_t j = whole; j < source.width; ++j) sum += row[j] * x[j];
    return sum;
  };
  constexpr std::size_t kRows = 4;
  std::size_t r = 0;
  for (; r + kRows <= n; r += kRows) {
    const float* const a = row_at(r);
    const float* const b = row_at(r + 1);
    const float* const c = row_at(r + 2);
    const float* const e = row_at(r + 3);
    Vec s0 = hn::Zero(tag);
    Vec s1 = s0, s2 = s0, s3 = s0;
    for (std::size_t j = 0; j < whole; j += lanes) {
      const Vec v = hn::LoadU(tag, x + j);
      s0 = hn::MulAdd(hn::LoadU(tag, a + j), v, s0);
      s1 = hn::MulAdd(hn::LoadU(tag, b + j), v, s1);
      s2 = hn::MulAdd(hn::LoadU(tag, c + j), v, s2);
      s3 = hn::MulAdd(hn::LoadU(tag, e + j), v, s3);
    }
    StoreFourSums(s0, s1, s2, s3, out + r);
    if (whole == source.width) continue;
    out[r] += rest(a);
    out[r + 1] += rest(b);
    out[r + 2] += rest(c);
    out[r + 3] += rest(e);
  }
  for (; r < n; ++r) {
    const float* const a = row_at(r);
    Vec sum = hn::Zero(tag);
    for (std::size_t j = 0; j < whole; j += lanes) {
      sum = hn::MulAdd(hn::LoadU(tag, a + j), hn::LoadU(tag, x + j), sum);
    }
    out[r] = hn::GetLane(hn::SumOfLanes(tag, sum)) + rest(a);
  }
}

void CombineRows(const float* HWY_RESTRICT z, std::size_t n, std::size_t width,
                 const float* HWY_RESTRICT x, float* HWY_RESTRICT out) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  for (std::size_t j = 0; j < width; j += 2 * lanes) {
    Vec a = hn::Load(tag, out + j);
    Vec b = hn::Load(tag, out + j + lanes);
    for (std::size_t r = 0; r < n; ++r) {
      const Vec f = hn::Set(tag, x[r]);
      a = hn::MulAdd(hn::Load(tag, z + r * width + j), f, a);
      b = hn::MulAdd(hn::Load(tag, z + r * width + j + lanes), f, b);
    }
    hn::Store(a, tag, out + j);
    hn::Store(b, tag, out + j + lanes);
  }
}

/// Factors columns [j, j + count) of the panel; the right-hand side is row n.
HWY_INLINE bool FactorPanel(float* HWY_RESTRICT system, std::size_t n, std::size_t stride,
                            std::size_t j, std::size_t count) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  for (std::size_t t = j; t < j + count; ++t) {
    float* const column = system + t * stride;
    const std::size_t start = t / lanes * lanes;
    for (std::size_t s = j; s < t; ++s) {
      const float* const earlier = system + s * stride;
      const Vec f = hn::Set(tag, earlier[t]);
      for (std::size_t i = start; i <= n; i += lanes) {
        hn::Store(hn::NegMulAdd(hn::Load(tag, earlier + i), f, hn::Load(tag, column + i)), tag,
                  column + i);
      }
    }
    const float pivot = column[t];
    if (!(pivot > 0.0F)) return false;
    const Vec inverse = hn::Set(tag, 1.0F / std::sqrt(pivot));
    for (std::size_t i = start; i <= n; i += lanes) {
      hn::Store(hn::Mul(hn::Load(tag, column + i), inverse), tag, column + i);
    }
  }
  return true;
}

/// Takes the four columns from j off columns k and k + 1.
HWY_INLINE void UpdateTwo(float* HWY_RESTRICT system, std::size_t n, std::size_t stride,
                          std::size_t j, std::size_t k) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  const float* const p0 = system + j * stride;
  const float* const p1 = p0 + stride;
  const float* const p2 = p1 + stride;
  const float* const p3 = p2 + stride;
  const Vec f0 = hn::Set(tag, p0[k]), f1 = hn::Set(tag, p1[k]), f2 = hn::Set(tag, p2[k]),
            f3 = hn::Set(tag, p3[k]);
  const Vec g0 = hn::Set(tag, p0[k + 1]), g1 = hn::Set(tag, p1[k + 1]),
            g2 = hn::Set(tag, p2[k + 1]), g3 = hn::Set(tag, p3[k + 1]);
  float* const first = system + k * stride;
  float* const second = first + stride;
  for (std::size_t i = k / lanes * lanes; i <= n; i += lanes) {
    Vec a = hn::Load(tag, first + i);
    Vec b = hn::Load(tag, second + i);
    Vec v = hn::Load(tag, p0 + i);
    a = hn::NegMulAdd(v, f0, a);
    b = hn::NegMulAdd(v, g0, b);
    v = hn::Load(tag, p1 + i);
    a = hn::NegMulAdd(v, f1, a);
    b = hn::NegMulAdd(v, g1, b);
    v = hn::Load(tag, p2 + i);
    a = hn::NegMulAdd(v, f2, a);
    b = hn::NegMulAdd(v, g2, b);
    v = hn::Load(tag, p3 + i);
    a = hn::NegMulAdd(v, f3, a);
    b = hn::NegMulAdd(v, g3, b);
    hn::Store(a, tag, first + i);
    hn::Store(b, tag, second + i);
  }
}

/// x = L^-T y, y being row n.
HWY_INLINE void SolveBackward(const float* HWY_RESTRICT system, std::size_t n, std::size_t stride,
                              float* HWY_RESTRICT x) {
  const Tag tag;
  const std::size_t lanes = hn::Lanes(tag);
  std::fill(x, x + round_up(n, kLine), 0.0F);  // what is not solved yet takes no part
  for (std::size_t j = n; j-- > 0;) {
    const float* const column = system + j * stride;
    Vec sum = hn::Zero(tag);
    for (std::size_t i = j / lanes * lanes; i < n; i += lanes) {
      sum = hn::MulAdd(hn::Load(tag, column + i), hn::Load(tag, x + i), sum);
    }
    x[j] = (column[n] - hn::GetLane(hn::SumOfLanes(tag, sum))) / column[j];
  }
}

bool CholeskySolve(float* HWY_RESTRICT system, std::size_t n, std::size_t stride,
                   const float* right, float* x) {
  // The right-hand side goes along as row n, so that it is solved forward on the way; what is left
  // of its line must be no stale number.
  for (std::size_t j = 0; j < n; ++j) {
    float* const below = system + j * stride + n;
    below[0] = right[j];
    std::fill(below + 1, system + j * stride + round_up(n + 1, kLine), 0.0F);
  }
  constexpr std::size_t kColumns = 4;
  for (std::size_t j = 0; j < n; j += kColumns) {
    const std::size_t count = std::min(kColumns, n - j);
    if (!FactorPanel(system, n, stride, j, count)) return false;
    // A column too many is scratch: the storage has room for it.
    for (std::size_t k = j + kColumns; k < n; k += 2) UpdateTwo(system, n, stride, j, k);
  }
  SolveBackward(system, n, stride, x);
  return true;
}

}  // namespace HWY_NAMESPACE
}  // namespace tenure::recommender::detail
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenure::recommender::detail {

HWY_EXPORT(InverseRoots);
HWY_EXPORT(GatherScaled);
HWY_EXPORT(GramRows);
HWY_EXPORT(GramColumns);
HWY_EXPORT(RowDots);
HWY_EXPORT(CombineRows);
HWY_EXPORT(CholeskySolve);

bool inverse_roots(const float* values, float factor, float shift, std::size_t n, float* out) {
  return HWY_DYNAMIC_DISPATCH(InverseRoots)(values, factor, shift, n, out);
}
void gather_scaled(const RowSource& source, std::size_t begin, std::size_t n, const float* weights,
                   const float* scale, float* z) {
  HWY_DYNAMIC_DISPATCH(GatherScaled)(source, begin, n, weights, scale, z);
}
void gram_rows(float* z, std::size_t n, std::size_t width, float* system) {
  HWY_DYNAMIC_DISPATCH(GramRows)(z, n, width, system);
}
void gram_columns(const float* z, std::size_t n, std::size_t width, float* system,
                  std::size_t stride) {
  HWY_DYNAMIC_DISPATCH(GramColumns)(z, n, width, system, stride);
}
void row_dots(const RowSource& source, std::size_t begin, std::size_t n, const float* x,
              float* out) {
  HWY_DYNAMIC_DISPATCH(RowDots)(source, begin, n, x, out);
}
void combine_rows(const float* z, std::size_t n, std::size_t width, const float* x, float* out) {
  HWY_DYNAMIC_DISPATCH(CombineRows)(z, n, width, x, out);
}
bool cholesky_solve(float* system, std::size_t n, std::size_t stride, const float* right,
                    float* x) {
  return HWY_DYNAMIC_DISPATCH(CholeskySolve)(system, n, stride, right, x);
}

}  // namespace tenure::recommender::detail
#endif
