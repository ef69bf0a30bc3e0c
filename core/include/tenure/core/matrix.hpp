#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <vector>

namespace tenure {

/// Memory for SIMD: every block starts on a 64-byte line.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t kAlignment{64};
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) noexcept {}  // NOLINT: allocators convert
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), kAlignment)); }
  void deallocate(T* p, std::size_t) noexcept { ::operator delete(p, kAlignment); }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) noexcept { return true; }
};

template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

/// View of a row-major matrix: rows x cols, `stride` elements from row to row. Does not own.
template <class T>
struct MatrixView {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;

  T* row(std::size_t i) const noexcept { return data + i * stride; }
  std::span<T> row_span(std::size_t i) const noexcept { return {row(i), cols}; }
  T& operator()(std::size_t i, std::size_t j) const noexcept { return data[i * stride + j]; }
  operator MatrixView<const T>() const noexcept { return {data, rows, cols, stride}; }
};

/// Owning row-major matrix, zero-filled, rows packed (stride = cols).
template <class T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t cols) : rows_(rows), cols_(cols), data_(rows * cols) {}

  std::size_t rows() const noexcept { return rows_; }
  std::size_t cols() const noexcept { return cols_; }
  std::size_t size() const noexcept { return data_.size(); }
  T* data() noexcept { return data_.data(); }
  const T* data() const noexcept { return data_.data(); }
  T* row(std::size_t i) noexcept { return data_.data() + i * cols_; }
  const T* row(std::size_t i) const noexcept { return data_.data() + i * cols_; }
  T& operator()(std::size_t i, std::size_t j) noexcept { return data_[i * cols_ + j]; }
  const T& operator()(std::size_t i, std::size_t j) const noexcept { return data_[i * cols_ + j]; }
  MatrixView<T> view() noexcept { return {data_.data(), rows_, cols_, cols_}; }
  MatrixView<const T> view() const noexcept { return {data_.data(), rows_, cols_, cols_}; }

 private:
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  AlignedVector<T> data_;
};

}  // namespace tenure
