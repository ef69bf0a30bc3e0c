#pragma once

#include "order_fit.hpp"

#include <tenure/customers/recency_frequency.hpp>

#include <string_view>

/// The maximum-likelihood problems of the order models in continuous time.
namespace tenure::customers::detail {

/// BG/NBD: (ln r, ln alpha, ln a, ln b), MBG/CNBD-k the same, Pareto/NBD: (ln r, ln alpha, ln s,
/// ln beta), times in mean ages of `totals`. Self-contained: keeps no reference. Its `constant` is
/// that of the data of `totals`, without that of the gaps.
OrderProblem bg_nbd_problem(const OrderTotals& totals);
OrderProblem mbg_cnbd_problem(const OrderTotals& totals, int k);
OrderProblem pareto_nbd_problem(const OrderTotals& totals);

/// Of a kind by its command-line name; k for mbg-cnbd.
OrderProblem order_problem(std::string_view kind, int k, const OrderTotals& totals);

/// What scaling time by `scale` takes out of the log-likelihood of data with so many ticks of the
/// order clock (repeat orders x k).
double time_constant(const OrderTotals& totals, int k, double scale);

/// The density of the gaps beside the likelihood of (x, t_x, T) in MBG/CNBD-k: product of
/// gap^(k - 1) / (k - 1)!. @throws ArgumentError where k > 1 and the gaps are not known.
double gap_constant(const RecencyFrequency& rows, int k);

}  // namespace tenure::customers::detail
