#pragma once

#include <tenure/core/matrix.hpp>

#include <cstddef>

/// The few BLAS and LAPACK calls in use, on row-major views, each in the calling thread. OpenBLAS
/// chooses its kernels for the machine at run time.
namespace tenure::recommender::detail {

/// Holds OpenBLAS to the calling thread: our tasks are the parallelism. Cheap; every public call
/// that reaches BLAS makes it first.
void use_one_blas_thread();

/// out = a b, or a b^T where `transpose_b`.
void multiply(MatrixView<const float> a, MatrixView<const float> b, bool transpose_b,
              MatrixView<float> out);

/// out = a^T b (a is n x k, b n x d, out k x d).
void multiply_transposed(MatrixView<const float> a, MatrixView<const float> b,
                         MatrixView<float> out);

/// out += scale a b^T.
void add_product(float scale, MatrixView<const float> a, MatrixView<const float> b,
                 MatrixView<float> out);

/// Upper triangle of out = a a^T + beta out (a is n x d, out n x n).
void outer_product(MatrixView<const float> a, float beta, MatrixView<float> out);
/// Upper triangle of out = a^T a + beta out (a is n x d, out d x d).
void inner_product(MatrixView<const float> a, float beta, MatrixView<float> out);

/// y = a x + beta y, or y = a^T x + beta y where `transpose`.
void multiply_vector(MatrixView<const float> a, bool transpose, const float* x, float beta,
                     float* y);

/// Solves s x = b in place of b by Cholesky; s holds its upper triangle and is overwritten.
/// False where s is not positive definite.
bool solve_positive(MatrixView<float> s, float* b);

/// Replaces s, which holds its upper triangle, by its whole inverse. False where s is not positive
/// definite.
bool invert_positive(MatrixView<float> s);

/// Eigenvalues, rising, and orthonormal eigenvectors of a symmetric matrix. On return row j of
/// `matrix` is the eigenvector of values[j]. False where LAPACK did not converge.
bool symmetric_eigen(MatrixView<double> matrix, double* values);

}  // namespace tenure::recommender::detail
