// The inner loops of exact iALS against plain double precision, on every instruction set that this
// machine has.
#include <tenure/core/distributions.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/core/random.hpp>

#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <kernels.hpp>
#include <row_kernels.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace tenure::recommender::detail {
namespace {

/// Runs a check under each instruction set in turn.
template <class Check>
void on_every_target(const Check& check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    check(hwy::TargetName(target));
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// n x width with `columns` filled and the padding zero, room for the spare rows.
AlignedVector<float> random_rows(std::size_t n, std::size_t columns, std::size_t width) {
  AlignedVector<float> rows((n + kSpareRows) * width);
  RandomStream stream(3, {Purpose::kTest, 0, static_cast<std::uint32_t>(n), 0});
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      rows[i * width + j] = static_cast<float>(draw_normal(stream));
    }
  }
  return rows;
}

double row_product(const AlignedVector<float>& z, std::size_t width, std::size_t i, std::size_t j) {
  double sum = 0.0;
  for (std::size_t k = 0; k < width; ++k) {
    sum += static_cast<double>(z[i * width + k]) * static_cast<double>(z[j * width + k]);
  }
  return sum;
}

// Rounding: some hundred terms of about 1 in single precision, each with an error of 6e-8 of the
// sum.
constexpr double kTolerance = 2e-4;

class RowKernels : public testing::TestWithParam<std::size_t> {};

TEST_P(RowKernels, GramOfRowsSolvedMatchesDoublePrecision) {
  const std::size_t n = GetParam();
  constexpr std::size_t kColumns = 70;
  const std::size_t width = round_up(kColumns, kPanel);
  on_every_target([&](const char* target) {
    AlignedVector<float> z = random_rows(n, kColumns, width);
    AlignedVector<float> system(system_stride(n) * (n + kSpareRows));
    gram_rows(z.data(), n, width, system.data());
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t i = j; i < n; ++i) {
        const double exact = row_product(z, width, i, j) + (i == j ? 1.0 : 0.0);
        ASSERT_NEAR(static_cast<double>(system[j * system_stride(n) + i]), exact, kTolerance)
            << target << " " << i << " " << j;
      }
    }
    std::vector<float> right(n);
    for (std::size_t i = 0; i < n; ++i) right[i] = 1.0F + 0.01F * static_cast<float>(i);
    AlignedVector<float> x(round_up(n, kLine));
    ASSERT_TRUE(cholesky_solve(system.data(), n, system_stride(n), right.data(), x.data()));
    for (std::size_t i = 0; i < n; ++i) {  // the residual of I + Z Z^T, whose entries reach 100
      double residual = static_cast<double>(x[i]) - static_cast<double>(right[i]);
      for (std::size_t j = 0; j < n; ++j) {
        residual += row_product(z, width, i, j) * static_cast<double>(x[j]);
      }
      EXPECT_NEAR(residual, 0.0, 2e-3) << target << " " << i;
    }
  });
}

TEST_P(RowKernels, GramOfColumnsAddsUp) {
  const std::size_t n = GetParam();
  constexpr std::size_t kWidth = 96;
  on_every_target([&](const char* target) {
    const AlignedVector<float> z = random_rows(n, kWidth, kWidth);
    const std::size_t stride = system_stride(kWidth);
    AlignedVector<float> system(stride * (kWidth + kSpareRows), 0.5F);
    gram_columns(z.data(), n, kWidth, system.data(), stride);
    for (std::size_t j = 0; j < kWidth; ++j) {
      for (std::size_t i = j; i < kWidth; ++i) {
        double exact = 0.5;
        for (std::size_t r = 0; r < n; ++r) {
          exact += static_cast<double>(z[r * kWidth + i]) * static_cast<double>(z[r * kWidth + j]);
        }
        ASSERT_NEAR(static_cast<double>(system[j * stride + i]), exact, kTolerance) << target;
      }
    }
  });
}

TEST_P(RowKernels, RowsAreGatheredScaledAndCombined) {
  const std::size_t n = GetParam();
  constexpr std::size_t kColumns = 41;  // no whole number of vectors
  const std::size_t width = round_up(kColumns, kPanel);
  on_every_target([&](const char* target) {
    const AlignedVector<float> table = random_rows(50, kColumns, kColumns);
    std::vector<std::uint32_t> columns(n + 1);
    std::vector<float> weights(n);
    for (std::size_t i = 0; i <= n; ++i) columns[i] = static_cast<std::uint32_t>(i * 7 % 50);
    for (std::size_t i = 0; i < n; ++i) weights[i] = 1.0F + static_cast<float>(i % 3);
    AlignedVector<float> scale(width);
    for (std::size_t j = 0; j < kColumns; ++j) scale[j] = 0.5F + 0.01F * static_cast<float>(j);
    AlignedVector<float> z(n * width, 7.0F);
    gather_scaled({table.data(), kColumns, kColumns, columns.data()}, 1, n, weights.data(),
                  scale.data(), z.data());
    AlignedVector<float> sums(width, 0.25F);
    combine_rows(z.data(), n, width, weights.data(), sums.data());
    for (std::size_t j = 0; j < width; ++j) {
      double exact = 0.25;
      for (std::size_t r = 0; r < n; ++r) {
        const double value =
            j < kColumns ? static_cast<double>(table[columns[r + 1] * kColumns + j]) *
                               static_cast<double>(scale[j]) * static_cast<double>(weights[r])
                         : 0.0;
        ASSERT_NEAR(static_cast<double>(z[r * width + j]), value, 1e-5) << target;
        exact += value * static_cast<double>(weights[r]);
      }
      EXPECT_NEAR(static_cast<double>(sums[j]), exact, 2e-3) << target;
    }
  });
}

TEST_P(RowKernels, RowsTimesAVectorMatchDoublePrecision) {
  const std::size_t n = GetParam();
  constexpr std::size_t kColumns = 41;
  on_every_target([&](const char* target) {
    const AlignedVector<float> table = random_rows(50, kColumns, kColumns);
    const AlignedVector<float> x = random_rows(1, kColumns, kColumns);
    std::vector<std::uint32_t> columns(n + 2);
    for (std::size_t i = 0; i < n + 2; ++i) columns[i] = static_cast<std::uint32_t>(i * 7 % 50);
    std::vector<float> out(n + 1, -9.0F);
    row_dots({table.data(), kColumns, kColumns, columns.data()}, 2, n, x.data(), out.data());
    for (std::size_t r = 0; r < n; ++r) {
      double exact = 0.0;
      for (std::size_t j = 0; j < kColumns; ++j) {
        exact +=
            static_cast<double>(table[columns[r + 2] * kColumns + j]) * static_cast<double>(x[j]);
      }
      ASSERT_NEAR(static_cast<double>(out[r]), exact, 1e-5) << target << " " << r;
    }
    EXPECT_EQ(out[n], -9.0F) << target;
    const std::size_t few = std::min<std::size_t>(n, 40);
    row_dots({table.data(), kColumns, kColumns, nullptr}, 3, few, x.data(), out.data());
    for (std::size_t r = 0; r < few; ++r) {
      double exact = 0.0;
      for (std::size_t j = 0; j < kColumns; ++j) {
        exact += static_cast<double>(table[(r + 3) * kColumns + j]) * static_cast<double>(x[j]);
      }
      ASSERT_NEAR(static_cast<double>(out[r]), exact, 1e-5) << target << " " << r;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Rows, RowKernels, testing::Values(1, 2, 3, 4, 5, 15, 16, 17, 27, 64, 99));

TEST(GradientStep, SolvesASystemOfFewEigenvaluesInAsManySteps) {
  on_every_target([](const char* target) {
    constexpr std::size_t kSize = 37;
    std::vector<float> eigenvalues(kSize);
    for (std::size_t i = 0; i < kSize; ++i) eigenvalues[i] = 1.0F + static_cast<float>(i % 3);
    std::vector<float> y(kSize, 0.0F);
    std::vector<float> r(kSize, 1.0F);
    std::vector<float> p = r;
    auto square = static_cast<float>(kSize);
    for (int step = 0; step < 3; ++step) {
      std::vector<float> q(kSize);
      for (std::size_t i = 0; i < kSize; ++i) q[i] = eigenvalues[i] * p[i];
      square = gradient_step(q.data(), square, kSize, y.data(), r.data(), p.data());
      double exact = 0.0;
      for (const float value : r) exact += std::pow(static_cast<double>(value), 2);
      EXPECT_NEAR(static_cast<double>(square), exact, 1e-5 * exact + 1e-12) << target;
    }
    for (std::size_t i = 0; i < kSize; ++i) {
      EXPECT_NEAR(y[i], 1.0F / eigenvalues[i], 1e-6F) << target << " " << i;
    }
  });
}

TEST(RowKernelsPivot, ThatIsNotPositiveIsRefused) {
  on_every_target([](const char* target) {
    constexpr std::size_t kSize = 6;
    AlignedVector<float> system(system_stride(kSize) * (kSize + kSpareRows));
    for (std::size_t i = 0; i < kSize; ++i) {
      system[i * system_stride(kSize) + i] = i == 4 ? -1.0F : 1.0F;
    }
    const std::vector<float> right(kSize, 1.0F);
    AlignedVector<float> x(round_up(kSize, kLine));
    EXPECT_FALSE(cholesky_solve(system.data(), kSize, system_stride(kSize), right.data(), x.data()))
        << target;
    const std::vector<float> values = {1.0F, 2.0F, -1.0F};
    std::vector<float> roots(values.size());
    EXPECT_FALSE(inverse_roots(values.data(), 1.0F, 0.5F, values.size(), roots.data())) << target;
    EXPECT_TRUE(inverse_roots(values.data(), 1.0F, 1.5F, values.size(), roots.data())) << target;
    EXPECT_NEAR(static_cast<double>(roots[2]), std::sqrt(2.0), 1e-6) << target;
  });
}

}  // namespace
}  // namespace tenure::recommender::detail
