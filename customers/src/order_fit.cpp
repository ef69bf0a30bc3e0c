#include "order_fit.hpp"

#include <tenure/core/error.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::customers::detail {
namespace {

// From here on the coarse copy pays for itself.
constexpr std::size_t kManyRows = 1500;
constexpr std::size_t kCoarseRows = 400;

}  // namespace

OrderTotals order_totals(const RecencyFrequency& rows) {
  OrderTotals sum;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sum.customers += rows.weight_of(i);
    sum.repeat_orders += rows.weight_of(i) * rows.frequency[i];
    sum.age += rows.weight_of(i) * rows.age[i];
  }
  return sum;
}

OrderTotals check_order_data(std::string_view model, const FitOptions& options,
                             const RecencyFrequency& rows) {
  const std::string name(model);
  if (options.starts < 1 || options.max_iterations < 1 || !(options.tolerance > 0)) {
    throw ArgumentError(name + ": starts, max_iterations and tolerance must be positive");
  }
  if (rows.size() == 0) throw ArgumentError(name + ": no customers to fit");
  const OrderTotals sum = order_totals(rows);
  if (sum.repeat_orders == 0) {
    throw NumericalError(name +
                         ": no customer has a repeat order, so nothing tells how often the " +
                         std::to_string(std::llround(sum.customers)) +
                         " of the log come back: one repeat order is the least, some dozens make "
                         "figures to act on");
  }
  if (!std::isfinite(sum.age) || !(sum.age > 0)) {
    throw NumericalError(name + ": the customers were observed for no time, or for no finite one");
  }
  return sum;
}

RecencyFrequency coarsen(const RecencyFrequency& data, std::size_t rows) {
  const std::size_t run = (data.size() + rows - 1) / rows;
  RecencyFrequency result;
  result.days_per_unit = data.days_per_unit;
  for (std::size_t i = 0; i < data.size();) {
    double weight = 0, recency = 0, age = 0;
    const double x = data.frequency[i];
    const std::size_t end = std::min(i + run, data.size());
    for (; i < end && data.frequency[i] == x; ++i) {
      weight += data.weight_of(i);
      recency += data.weight_of(i) * data.recency[i];
      age += data.weight_of(i) * data.age[i];
    }
    result.frequency.push_back(x);
    result.age.push_back(age / weight);
    result.recency.push_back(std::min(recency / weight, age / weight));
    result.weight.push_back(weight);
  }
  return result;
}

Maximum fit_orders(const Execution& execution, const OrderProblem& orders,
                   const RecencyFrequency& rows, const FitOptions& options) {
  const double customers = order_totals(rows).customers;
  MaximumProblem problem;
  problem.model = orders.model;
  problem.names = orders.names;
  problem.scales = orders.scales;
  problem.coefficients = orders.coefficients;
  problem.prior = orders.prior;
  problem.customers = customers;
  problem.constant = orders.constant;
  problem.max_iterations = options.max_iterations;
  problem.tolerance = options.tolerance;
  if (!options.first_start.empty()) {
    problem.starts = {log_parameters(problem, options.first_start)};
  } else {
    problem.starts =
        starting_points(execution, orders.starts, static_cast<std::size_t>(options.starts));
  }
  const auto mean_of = [&](const TotalLikelihood& total) {
    return [&execution, &total, customers](std::span<const double> theta) {
      Derivatives at = total(execution, theta);
      at.scale(1.0 / customers);
      return at;
    };
  };
  const TotalLikelihood full = orders.likelihood(rows);
  return search_as(options.prior, std::move(problem), [&](MaximumProblem one) {
    if (rows.size() > kManyRows && one.starts.size() > 1) {
      const TotalLikelihood coarse = orders.likelihood(coarsen(rows, kCoarseRows));
      one.starts = summits(execution, one, mean_of(coarse));
    }
    return maximize(execution, one, mean_of(full));
  });
}

}  // namespace tenure::customers::detail
