#include <tenure/core/matrix.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <utility>

namespace tenure {
namespace {

bool on_a_cache_line(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % 64 == 0; }

TEST(AlignedVector, StartsOnACacheLineWhateverItsSize) {
  for (std::size_t n = 1; n < 200; ++n) {
    EXPECT_TRUE(on_a_cache_line(AlignedVector<float>(n).data()));
    EXPECT_TRUE(on_a_cache_line(AlignedVector<std::uint8_t>(n).data()));
    EXPECT_TRUE(on_a_cache_line(Matrix<double>(n, 3).data()));
  }
}

TEST(Matrix, IsZeroFilledAndRowMajor) {
  Matrix<float> m(3, 4);
  EXPECT_EQ(m.rows(), 3U);
  EXPECT_EQ(m.cols(), 4U);
  EXPECT_EQ(m.size(), 12U);
  EXPECT_EQ(std::accumulate(m.data(), m.data() + m.size(), 0.0F), 0.0F);
  m(1, 2) = 7.0F;
  EXPECT_EQ(m.data()[6], 7.0F);
  EXPECT_EQ(m.row(1), m.data() + 4);
  EXPECT_EQ(std::as_const(m)(1, 2), 7.0F);
}

TEST(Matrix, OfNoRowsOrColumnsIsEmpty) {
  EXPECT_EQ(Matrix<float>().size(), 0U);
  EXPECT_EQ(Matrix<float>(0, 5).size(), 0U);
  EXPECT_EQ(Matrix<float>(5, 0).size(), 0U);
  EXPECT_EQ(Matrix<float>(5, 0).rows(), 5U);
}

TEST(MatrixView, WalksRowsByItsStride) {
  Matrix<int> m(4, 5);
  std::iota(m.data(), m.data() + m.size(), 0);
  const MatrixView<int> corner{m.row(1) + 1, 2, 3, 5};
  EXPECT_EQ(corner(0, 0), 6);
  EXPECT_EQ(corner(1, 2), 13);
  EXPECT_EQ(corner.row_span(1).size(), 3U);
  EXPECT_EQ(corner.row_span(1)[0], 11);
  corner(1, 0) = -1;
  EXPECT_EQ(m(2, 1), -1);
  const MatrixView<const int> readable = corner;
  EXPECT_EQ(readable(1, 0), -1);
  EXPECT_EQ(readable.stride, 5U);
  EXPECT_EQ(m.view().stride, 5U);
}

}  // namespace
}  // namespace tenure
