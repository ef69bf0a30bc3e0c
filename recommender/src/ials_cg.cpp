#include "ials_cg.hpp"

#include "kernels.hpp"

#include <algorithm>
#include <cmath>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kRowsAtOnce = 32;  // rows of Z that stay in the first cache for both products
// What a residual falls to by rounding alone, squared, and no room for its square to underflow.
constexpr float kVanished = 1e-14F;
constexpr float kSmallest = 1e-30F;

}  // namespace

GradientSolver::GradientSolver(const GramBasis& basis, double unobserved_weight,
                               std::uint32_t steps)
    : basis_(basis),
      unobserved_weight_(static_cast<float>(unobserved_weight)),
      steps_(steps),
      d_(basis.eigenvalues.size()),
      width_(round_up(d_, kPanel)),
      inverse_root_(width_),
      roots_(kLongBlock),
      block_(kLongBlock * width_),
      products_(kRowsAtOnce),
      solution_(width_),
      residual_(width_),
      direction_(width_),
      image_(width_) {}

void GradientSolver::load(std::span<const float> values, const RowSource& rows, std::size_t begin,
                          std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) roots_[i] = std::sqrt(values[begin + i]);
  gather_scaled(rows, begin, n, roots_.data(), inverse_root_.data(), block_.data());
}

void GradientSolver::apply(std::span<const float> values, const RowSource& rows, bool residual,
                           const float* x, float* out) {
  for (std::size_t begin = 0; begin < values.size(); begin += kLongBlock) {
    const std::size_t n = std::min(kLongBlock, values.size() - begin);
    if (residual || values.size() > kLongBlock) load(values, rows, begin, n);
    for (std::size_t at = 0; at < n; at += kRowsAtOnce) {
      const std::size_t count = std::min(kRowsAtOnce, n - at);
      const float* const z = block_.data() + at * width_;
      row_dots({z, width_, width_, nullptr}, 0, count, x, products_.data());
      if (residual) {
        for (std::size_t i = 0; i < count; ++i) products_[i] = roots_[at + i] - products_[i];
      }
      combine_rows(z, count, width_, products_.data(), out);
    }
  }
}

bool GradientSolver::solve(std::span<const float> values, double lambda, const RowSource& rows,
                           float* w) {
  if (values.empty()) {
    std::fill(w, w + d_, 0.0F);
    return true;
  }
  if (!inverse_roots(basis_.eigenvalues.data(), unobserved_weight_, static_cast<float>(lambda), d_,
                     inverse_root_.data())) {
    return false;
  }
  // What pads the vectors is 0 from the start and stays so.
  for (std::size_t j = 0; j < d_; ++j) {
    solution_[j] = w[j] / inverse_root_[j];
    residual_[j] = -solution_[j];
  }
  apply(values, rows, true, solution_.data(), residual_.data());
  std::copy(residual_.begin(), residual_.end(), direction_.begin());
  float square = dot(residual_.data(), residual_.data(), width_);
  if (!std::isfinite(square)) return false;
  const float vanished = std::max(kVanished * square, kSmallest);
  for (std::uint32_t step = 0; step < steps_ && square > vanished; ++step) {
    std::copy(direction_.begin(), direction_.end(), image_.begin());
    apply(values, rows, false, direction_.data(), image_.data());
    square = gradient_step(image_.data(), square, width_, solution_.data(), residual_.data(),
                           direction_.data());
  }
  for (std::size_t j = 0; j < d_; ++j) w[j] = solution_[j] * inverse_root_[j];
  return std::all_of(w, w + d_, [](float value) { return std::isfinite(value); });
}

}  // namespace tenure::recommender::detail
