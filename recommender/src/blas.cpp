#include "blas.hpp"

#include <cblas.h>

#include <algorithm>
#include <vector>

// LAPACK as OpenBLAS exports it; Debian ships no C header beside OpenBLAS's own cblas.h.
extern "C" {
void spotrf_(const char* uplo, const int* n, float* a, const int* lda, int* info);
void spotrs_(const char* uplo, const int* n, const int* nrhs, const float* a, const int* lda,
             float* b, const int* ldb, int* info);
void spotri_(const char* uplo, const int* n, float* a, const int* lda, int* info);
void dsyevd_(const char* jobz, const char* uplo, const int* n, double* a, const int* lda, double* w,
             double* work, const int* lwork, int* iwork, const int* liwork, int* info);
}

namespace tenure::recommender::detail {

namespace {

int size(std::size_t n) { return static_cast<int>(n); }

}  // namespace

void use_one_blas_thread() { openblas_set_num_threads(1); }

void multiply(MatrixView<const float> a, MatrixView<const float> b, bool transpose_b,
              MatrixView<float> out) {
  if (out.rows == 0 || out.cols == 0) return;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, size(out.rows),
              size(out.cols), size(a.cols), 1.0F, a.data, size(a.stride), b.data, size(b.stride),
              0.0F, out.data, size(out.stride));
}

void multiply_transposed(MatrixView<const float> a, MatrixView<const float> b,
                         MatrixView<float> out) {
  if (out.rows == 0 || out.cols == 0) return;
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, size(out.rows), size(out.cols), size(a.rows),
              1.0F, a.data, size(a.stride), b.data, size(b.stride), 0.0F, out.data,
              size(out.stride));
}

void add_product(float scale, MatrixView<const float> a, MatrixView<const float> b,
                 MatrixView<float> out) {
  if (out.rows == 0 || out.cols == 0) return;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, size(out.rows), size(out.cols), size(a.cols),
              scale, a.data, size(a.stride), b.data, size(b.stride), 1.0F, out.data,
              size(out.stride));
}

void outer_product(MatrixView<const float> a, float beta, MatrixView<float> out) {
  cblas_ssyrk(CblasRowMajor, CblasUpper, CblasNoTrans, size(a.rows), size(a.cols), 1.0F, a.data,
              size(a.stride), beta, out.data, size(out.stride));
}

void inner_product(MatrixView<const float> a, float beta, MatrixView<float> out) {
  cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, size(a.cols), size(a.rows), 1.0F, a.data,
              size(a.stride), beta, out.data, size(out.stride));
}

void multiply_vector(MatrixView<const float> a, bool transpose, const float* x, float beta,
                     float* y) {
  cblas_sgemv(CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, size(a.rows), size(a.cols),
              1.0F, a.data, size(a.stride), x, 1, beta, y, 1);
}

bool solve_positive(MatrixView<float> s, float* b) {
  // LAPACK counts by columns: our upper triangle is its lower one.
  const int n = size(s.rows);
  const int stride = size(s.stride);
  const int one = 1;
  int info = 0;
  spotrf_("L", &n, s.data, &stride, &info);
  if (info != 0) return false;
  spotrs_("L", &n, &one, s.data, &stride, b, &n, &info);
  return info == 0;
}

bool invert_positive(MatrixView<float> s) {
  const int n = size(s.rows);
  const int stride = size(s.stride);
  int info = 0;
  spotrf_("L", &n, s.data, &stride, &info);
  if (info != 0) return false;
  spotri_("L", &n, s.data, &stride, &info);
  if (info != 0) return false;
  for (std::size_t i = 0; i < s.rows; ++i) {
    for (std::size_t j = 0; j < i; ++j) s(i, j) = s(j, i);
  }
  return true;
}

bool symmetric_eigen(MatrixView<double> matrix, double* values) {
  const int n = size(matrix.rows);
  const int stride = size(matrix.stride);
  int info = 0;
  double work_size = 0.0;
  int iwork_size = 0;
  const int query = -1;
  dsyevd_("V", "U", &n, matrix.data, &stride, values, &work_size, &query, &iwork_size, &query,
          &info);
  if (info != 0) return false;
  std::vector<double> work(static_cast<std::size_t>(work_size));
  std::vector<int> iwork(static_cast<std::size_t>(iwork_size));
  const int work_length = size(work.size());
  dsyevd_("V", "U", &n, matrix.data, &stride, values, work.data(), &work_length, iwork.data(),
          &iwork_size, &info);
  return info == 0;
}

}  // namespace tenure::recommender::detail
