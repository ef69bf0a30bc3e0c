#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tenure::recommender::detail {

/// The item graph P = (N^T N)^(o power) of graph_filter.hpp, and how signals pass through it.
class GraphOperator {
 public:
  /// Signals handled together: one number each in a cache line per item.
  static constexpr std::size_t kLanes = 16;
  using Lanes = std::array<float, kLanes>;

  GraphOperator(const Execution& execution, const CsrView& pairs, double user_exponent,
                double power);

  /// Memory of a calling thread.
  struct Scratch {
    std::vector<float> user_sums;
    std::vector<std::uint32_t> touched;
    std::vector<Lanes> users;
  };

  /// out = x P for a sparse x; out has n_items numbers.
  void apply(std::span<const std::uint32_t> items, std::span<const float> values, Scratch& scratch,
             float* out) const;
  /// out = in P, both n_items long, a signal in each lane.
  void apply(std::span<const Lanes> in, Scratch& scratch, std::span<Lanes> out) const;

  CsrView by_user() const noexcept { return by_user_; }
  CsrView by_item() const noexcept { return by_item_; }

 private:
  Csr by_user_;                 ///< N
  Csr by_item_;                 ///< N^T
  std::optional<Csr> product_;  ///< P, where power is not 1
};

/// Sums of the values of each row and of each column.
struct PairSums {
  std::vector<double> users;
  std::vector<double> items;
};
PairSums pair_sums(const CsrView& pairs);

}  // namespace tenure::recommender::detail
