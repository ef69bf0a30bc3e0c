#include "blas.hpp"

#include "synthetic.hpp"

#include <tenure/recommender/ials.hpp>

#include <cblas.h>
#include <gtest/gtest.h>

namespace tenure::recommender {
namespace {

TEST(Blas, IsHeldToOneThreadByTraining) {
  // Threads of BLAS below our own tasks would be as many again on each core.
  openblas_set_num_threads(4);
  IalsOptions options;
  options.epochs = 1;
  train_ials(test::threads(2), test::synthetic_matrix(50, 20, 4), options);
  EXPECT_EQ(openblas_get_num_threads(), 1);
}

TEST(Blas, MultipliesATransposedMatrix) {
  const Matrix<float> a = test::random_factors(5, 3, 1);
  const Matrix<float> b = test::random_factors(5, 4, 2);
  Matrix<float> out(3, 4);
  detail::multiply_transposed(a.view(), b.view(), out.view());
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < 5; ++k) {
        sum += static_cast<double>(a(k, i)) * static_cast<double>(b(k, j));
      }
      EXPECT_NEAR(static_cast<double>(out(i, j)), sum, 1e-5);
    }
  }
}

}  // namespace
}  // namespace tenure::recommender
