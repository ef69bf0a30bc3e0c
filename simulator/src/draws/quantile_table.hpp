#pragma once

#include "draws/unit_draws.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tenure::simulator {

/// Quantile function of one distribution, from a random word: the inverse of its distribution
/// function at u = (word + 1/2) / 2^32, or a transform of it. Cubic Hermite polynomials over 16
/// cells an octave of u below 1/2, and of 1 - u above it: 2 x 513 cells of 16 bytes, of which
/// nearly all draws read the few near 1/2. The cell and the place in it are bits of the float u, so
/// that there is no search and no logarithm.
class QuantileTable {
 public:
  /// What the polynomials hold.
  enum class Form : std::uint8_t {
    kValue,  ///< the quantile q
    kLog,    ///< log q
    kLogit,  ///< log(q / (1 - q))
  };
  static constexpr std::uint32_t kCellBits = 19;  // of the mantissa: the place within a cell
  static constexpr std::uint32_t kFirstCell = (127 - 33) << 4;  // bits of 2^-33 >> kCellBits
  static constexpr std::uint32_t kCellsPerHalf = 32 * 16 + 1;   // the last for u = 1/2 itself

  QuantileTable() = default;  ///< of nothing: to be assigned to

  /// Gamma(shape, 1): form kValue for shapes of 1/2 and more, else kLog. Relative error of the
  /// quantile: 1e-6 for kValue; kLog as log_gamma.
  /// @throws ArgumentError (shape not positive and finite), NumericalError; so below.
  static QuantileTable gamma(double shape);
  /// Logarithm of Gamma(shape, 1). Absolute error under 4e-7 / min(1, shape) plus float's rounding.
  static QuantileTable log_gamma(double shape);
  /// Logit of Beta(a, b). Absolute error as log_gamma with the smaller of a and b.
  static QuantileTable logit_beta(double a, double b);

  Form form() const noexcept { return form_; }
  const float* cells() const noexcept { return cells_.front().data(); }  ///< aligned to 16 bytes

  /// The polynomials' value: q, log q or logit q.
  float raw(std::uint32_t word) const noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(signed_unit(word));
    const std::uint32_t half = (word >> 31) * kCellsPerHalf;
    const auto& c = cells_[((bits & 0x7FFFFFFFU) >> kCellBits) - kFirstCell + half];
    const std::uint32_t place = (bits & ((1U << kCellBits) - 1U)) << (23 - kCellBits);
    const float t = std::bit_cast<float>(place | 0x3F800000U) - 1.0F;
    return ((c[3] * t + c[2]) * t + c[1]) * t + c[0];
  }
  /// The quantile itself.
  float operator()(std::uint32_t word) const noexcept {
    const float y = raw(word);
    if (form_ == Form::kValue) return y;
    if (form_ == Form::kLog) return bounded_exp(y);
    return 1.0F / (bounded_exp(0.0F - y) + 1.0F);
  }

 private:
  struct alignas(16) Cell : std::array<float, 4> {};

  /// A half's nodes, by rising distance from its end: value and derivative by that distance.
  struct Node {
    double value = 0.0;
    double slope = 0.0;
  };
  using Nodes = std::vector<Node>;
  static Nodes gamma_half(double shape, bool upper, double start);
  static Nodes beta_half(double a, double b);
  QuantileTable(Form form, const Nodes& lower, const Nodes& upper);

  Form form_ = Form::kValue;
  std::vector<Cell> cells_;
};

}  // namespace tenure::simulator
