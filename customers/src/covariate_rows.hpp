#pragma once

#include "maximum_likelihood.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/customers/covariate_fit.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace tenure::customers::detail {

/// A customer's log-likelihood in the four logarithms of its own parameters, added to `sum`.
using AddRow = void (*)(std::span<const double> theta, double x, double t_x, double age,
                        double weight, Derivatives& sum);

/// How coefficients move a model's parameters.
struct CovariateModel {
  std::string_view title;
  AddRow add_row;
  std::size_t rate_parameter;     ///< falls with gamma_rate' z
  std::size_t dropout_parameter;  ///< rises or falls with gamma_dropout' z:
  double dropout_sign;
};

/// Customers with equal history and covariates put together, in a fixed order. Covariates are
/// divided by their standard deviation.
class CovariateRows {
 public:
  /// @throws ArgumentError where the design does not fit the data, or tells nobody apart.
  CovariateRows(const CovariateModel& model, const RecencyFrequency& data,
                const CovariateDesign& design, double time_scale);

  std::size_t coefficients() const noexcept { return deviations_.size(); }
  std::span<const double> deviations() const noexcept { return deviations_; }

  /// Total log-likelihood at (four log-parameters, rate coefficients, dropout coefficients).
  Derivatives evaluate(const Execution& execution, std::span<const double> theta) const;

 private:
  void add(std::size_t row, std::span<const double> theta, Derivatives& core,
           Derivatives& sum) const;

  CovariateModel model_;
  std::size_t rate_columns_ = 0;
  std::vector<double> deviations_;
  std::vector<double> x_, t_x_, age_, weight_;
  std::vector<double> z_;  // rows x coefficients(), standardised
};

}  // namespace tenure::customers::detail
