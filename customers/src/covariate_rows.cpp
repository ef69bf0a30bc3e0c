#include "covariate_rows.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace tenure::customers::detail {
namespace {

constexpr std::size_t kRowsPerChunk = 512;
constexpr std::size_t kCore = 4;

// Values of row i, the rate's and then the dropout's.
std::vector<double> joined(const CovariateDesign& design, std::size_t i) {
  const auto rate = design.rate.row(i);
  const auto dropout = design.dropout.row(i);
  std::vector<double> values(rate.begin(), rate.end());
  values.insert(values.end(), dropout.begin(), dropout.end());
  return values;
}

void check_design(const RecencyFrequency& data, const CovariateDesign& design) {
  if (design.rate.columns() + design.dropout.columns() == 0) {
    throw ArgumentError("covariates: there is no column");
  }
  for (const Covariates* part : {&design.rate, &design.dropout}) {
    if (part->values.size() != part->columns() * data.size()) {
      throw ArgumentError("covariates: their rows are not those of the customers");
    }
    for (std::size_t i = 0; i < part->values.size(); ++i) {
      if (!std::isfinite(part->values[i])) {
        throw ArgumentError("covariates: '" + part->names[i % part->columns()] + "' of row " +
                            std::to_string(i / part->columns()) + " is not finite");
      }
    }
  }
}

}  // namespace

CovariateRows::CovariateRows(const CovariateModel& model, const RecencyFrequency& data,
                             const CovariateDesign& design, double time_scale)
    : model_(model), rate_columns_(design.rate.columns()) {
  check_design(data, design);
  const std::size_t columns = design.rate.columns() + design.dropout.columns();
  struct Row {
    double x, t_x, age, weight;
    std::vector<double> z;
  };
  std::vector<Row> rows(data.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {data.frequency[i], data.recency[i], data.age[i], data.weight_of(i),
               joined(design, i)};
  }
  const auto order = [](const Row& l, const Row& r) {
    if (l.x != r.x) return l.x < r.x;
    if (l.t_x != r.t_x) return l.t_x < r.t_x;
    if (l.age != r.age) return l.age < r.age;
    if (l.z != r.z) return l.z < r.z;
    return l.weight < r.weight;
  };
  std::sort(rows.begin(), rows.end(), order);

  double customers = 0.0;
  std::vector<double> mean(columns), square(columns);
  for (const Row& row : rows) {
    customers += row.weight;
    for (std::size_t k = 0; k < columns; ++k) mean[k] += row.weight * row.z[k];
  }
  for (double& m : mean) m /= customers;
  for (const Row& row : rows) {
    for (std::size_t k = 0; k < columns; ++k) {
      square[k] += row.weight * (row.z[k] - mean[k]) * (row.z[k] - mean[k]);
    }
  }
  for (std::size_t k = 0; k < columns; ++k) {
    const double deviation = std::sqrt(square[k] / customers);
    if (!(deviation > 1e-12 * std::abs(mean[k])) || !std::isfinite(deviation)) {
      const bool rate = k < rate_columns_;
      throw ArgumentError("covariates: '" +
                          (rate ? design.rate.names[k] : design.dropout.names[k - rate_columns_]) +
                          "' is the same for all customers");
    }
    deviations_.push_back(deviation);
  }

  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    if (i > 0 && rows[i - 1].x == row.x && rows[i - 1].t_x == row.t_x &&
        rows[i - 1].age == row.age && rows[i - 1].z == row.z) {
      weight_.back() += row.weight;
      continue;
    }
    x_.push_back(row.x);
    t_x_.push_back(row.t_x / time_scale);
    age_.push_back(row.age / time_scale);
    weight_.push_back(row.weight);
    for (std::size_t k = 0; k < columns; ++k) z_.push_back(row.z[k] / deviations_[k]);
  }
}

// Every parameter of the whole problem is, for one row, a multiple of one of its four: itself, or
// -z (sign z) times the logarithm that its coefficient moves.
void CovariateRows::add(std::size_t row, std::span<const double> theta, Derivatives& core,
                        Derivatives& sum) const {
  const std::size_t columns = coefficients();
  const auto z = std::span(z_).subspan(row * columns, columns);
  const auto parameter = [&](std::size_t p) {
    if (p < kCore) return p;
    return p - kCore < rate_columns_ ? model_.rate_parameter : model_.dropout_parameter;
  };
  const auto factor = [&](std::size_t p) {
    if (p < kCore) return 1.0;
    const std::size_t k = p - kCore;
    return k < rate_columns_ ? -z[k] : model_.dropout_sign * z[k];
  };
  std::array<double, kCore> own{};
  for (std::size_t p = 0; p < theta.size(); ++p) own[parameter(p)] += factor(p) * theta[p];

  core.value = 0.0;
  std::fill(core.gradient.begin(), core.gradient.end(), 0.0);
  std::fill(core.hessian.begin(), core.hessian.end(), 0.0);
  model_.add_row(own, x_[row], t_x_[row], age_[row], weight_[row], core);
  core.mirror();

  const std::size_t n = theta.size();
  sum.value += core.value;
  for (std::size_t p = 0; p < n; ++p) {
    sum.gradient[p] += factor(p) * core.gradient[parameter(p)];
    for (std::size_t q = p; q < n; ++q) {
      sum.hessian[p * n + q] +=
          factor(p) * factor(q) * core.hessian[parameter(p) * kCore + parameter(q)];
    }
  }
}

Derivatives CovariateRows::evaluate(const Execution& execution,
                                    std::span<const double> theta) const {
  Derivatives total = parallel_reduce(
      execution, x_.size(), kRowsPerChunk, Derivatives(theta.size()),
      [&](const Chunk& chunk) {
        Derivatives sum(theta.size());
        Derivatives core(kCore);
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) add(i, theta, core, sum);
        return sum;
      },
      [](Derivatives& into, Derivatives&& from) { into.add(from); });
  total.mirror();
  return total;
}

}  // namespace tenure::customers::detail
