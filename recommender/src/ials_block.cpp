#include "ials_block.hpp"

#include <algorithm>
#include <cmath>

namespace tenure::recommender::detail {

BlockSolver::BlockSolver(const GramBasis& basis, double unobserved_weight, std::size_t block_size,
                         std::size_t longest)
    : basis_(basis),
      unobserved_weight_(static_cast<float>(unobserved_weight)),
      d_(basis.eigenvalues.size()),
      block_size_(std::min(block_size, d_)),
      inverse_root_(d_),
      scale_(round_up(block_size_, kPanel)),
      roots_(longest),
      lacking_(round_up(longest, kLine)),
      products_(std::max(kLongBlock, block_size_)),
      block_((std::max(kLongBlock, block_size_) + kSpareRows) * scale_.size()),
      system_(system_stride(scale_.size()) * (scale_.size() + kSpareRows)),
      step_(scale_.size()),
      right_(scale_.size()) {}

bool BlockSolver::solve(std::span<const float> values, double lambda, const RowSource& rows,
                        float* w) {
  const std::size_t n = values.size();
  if (n == 0) {
    std::fill(w, w + d_, 0.0F);
    return true;
  }
  if (!inverse_roots(basis_.eigenvalues.data(), unobserved_weight_, static_cast<float>(lambda), d_,
                     inverse_root_.data())) {
    return false;
  }
  row_dots(rows, 0, n, w, lacking_.data());
  for (std::size_t i = 0; i < n; ++i) {
    roots_[i] = std::sqrt(values[i]);
    lacking_[i] = roots_[i] * (1.0F - lacking_[i]);
  }
  // The last block first: there the Gram matrix has its largest eigenvalues.
  for (std::size_t block = (d_ + block_size_ - 1) / block_size_; block-- > 0;) {
    const std::size_t begin = block * block_size_;
    const std::size_t width = std::min(block_size_, d_ - begin);
    std::copy_n(inverse_root_.begin() + static_cast<std::ptrdiff_t>(begin), width, scale_.begin());
    std::fill(step_.begin(), step_.end(), 0.0F);
    for (std::size_t j = 0; j < width; ++j) step_[j] = w[begin + j] / scale_[j];
    const RowSource part{rows.rows + begin, rows.stride, width, rows.columns};
    if (!(n < width ? solve_short(n, part) : solve_long(n, part))) return false;
    for (std::size_t j = 0; j < width; ++j) w[begin + j] = step_[j] * scale_[j];
  }
  return std::all_of(w, w + d_, [](float value) { return std::isfinite(value); });
}

void BlockSolver::shift_lacking(std::size_t begin, std::size_t n, std::size_t width, float sign) {
  row_dots({block_.data(), width, width, nullptr}, 0, n, step_.data(), products_.data());
  for (std::size_t i = 0; i < n; ++i) lacking_[begin + i] += sign * products_[i];
}

bool BlockSolver::solve_short(std::size_t n, const RowSource& part) {
  const std::size_t width = round_up(part.width, kPanel);
  gather_scaled(part, 0, n, roots_.data(), scale_.data(), block_.data());
  shift_lacking(0, n, width, 1.0F);
  gram_rows(block_.data(), n, width, system_.data());
  if (!cholesky_solve(system_.data(), n, system_stride(n), lacking_.data(), lacking_.data())) {
    return false;
  }
  std::fill_n(step_.begin(), width, 0.0F);
  combine_rows(block_.data(), n, width, lacking_.data(), step_.data());
  return true;
}

bool BlockSolver::solve_long(std::size_t n, const RowSource& part) {
  const std::size_t width = round_up(part.width, kPanel);
  const std::size_t stride = system_stride(width);
  const auto load = [&](std::size_t begin) {
    const std::size_t count = std::min(kLongBlock, n - begin);
    gather_scaled(part, begin, count, roots_.data() + begin, scale_.data(), block_.data());
    return count;
  };
  std::fill_n(system_.begin(), stride * width, 0.0F);
  for (std::size_t i = 0; i < width; ++i) system_[i * stride + i] = 1.0F;
  std::fill(right_.begin(), right_.end(), 0.0F);
  for (std::size_t begin = 0; begin < n; begin += kLongBlock) {
    const std::size_t count = load(begin);
    shift_lacking(begin, count, width, 1.0F);
    gram_columns(block_.data(), count, width, system_.data(), stride);
    combine_rows(block_.data(), count, width, lacking_.data() + begin, right_.data());
  }
  if (!cholesky_solve(system_.data(), part.width, stride, right_.data(), step_.data()))
    return false;
  for (std::size_t begin = 0; begin < n; begin += kLongBlock) {
    const std::size_t count = n <= kLongBlock ? n : load(begin);
    shift_lacking(begin, count, width, -1.0F);
  }
  return true;
}

}  // namespace tenure::recommender::detail
