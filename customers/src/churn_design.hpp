#pragma once

#include <tenure/customers/churn_model.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// From snapshots to matrices.
namespace tenure::customers::detail {

/// Rows of chosen factors, row-major.
struct Design {
  std::vector<double> x;
  std::size_t columns = 0;
  std::vector<std::uint8_t> y;  ///< empty for rows to be scored

  std::size_t rows() const noexcept { return columns == 0 ? 0 : x.size() / columns; }
};

/// The table's values of the factors `ids`. @throws ArgumentError where it lacks one.
Design design_of(const ChurnFactors& table, std::span<const std::size_t> ids);

/// Rows of all snapshots one after the other, with their outcomes.
Design stack(std::span<const ChurnSnapshot* const> snapshots, std::span<const std::size_t> ids);

/// Factors that every snapshot has and the options let in.
std::vector<std::size_t> common_factors(std::span<const ChurnSnapshot* const> snapshots,
                                        const ChurnModelOptions& options);

/// Columns' means and standard deviations.
struct Moments {
  std::vector<double> mean;
  std::vector<double> deviation;
};
Moments moments_of(const Design& design);

}  // namespace tenure::customers::detail
