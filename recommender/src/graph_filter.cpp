#include "blas.hpp"
#include "graph_operator.hpp"
#include "item_products.hpp"
#include "model_arrays.hpp"
#include "subspace.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/graph_filter.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace tenure::recommender {

namespace {

using detail::GraphOperator;
using Lanes = GraphOperator::Lanes;

/// f(P) = c_1 P + c_2 P^2 + c_3 P^3.
using Polynomial = std::array<float, 3>;

Polynomial polynomial(std::uint32_t filter) {
  switch (filter) {
    case 1:
      return {1.0F, 0.0F, 0.0F};
    case 2:
      return {2.0F, -1.0F, 0.0F};
    default:
      return {1.0F - 0.29F, 0.1F, -0.01F};
  }
}

void validate(const GraphFilterOptions& options, const std::string& name) {
  const auto within = [&](double value, double low, double high, const char* what) {
    if (!(value >= low && value <= high)) {
      throw ArgumentError(name + ": " + what + " is out of range");
    }
  };
  within(options.user_exponent, 0.0, 1.0, "user exponent");
  within(options.power, 0.01, 10.0, "power");
  within(options.filter, 1, 3, "filter");
  within(options.low_pass_weight, 0.0, 1e6, "low-pass weight");
  within(options.rank, 1, 4096, "rank");
  within(options.iterations, 1, 1e6, "iterations");
  if (options.low_pass_weight > 0.0 && options.user_exponent != 0.5) {
    throw ArgumentError(name + ": the ideal low-pass filter needs a user exponent of 1/2");
  }
}

/// The ideal low-pass filter as a product of two thin matrices.
struct LowPass {
  Matrix<float> in;   ///< n_items x rank: D_I^-1/2 V
  Matrix<float> out;  ///< n_items x rank: weight D_I^1/2 V = weight D_I in
};

/// D_I^-1/2 V.
Matrix<float> scaled_vectors(const Execution& execution, const GraphOperator& graph,
                             const std::vector<double>& item_sums,
                             const GraphFilterOptions& options) {
  Matrix<float> vectors = detail::leading_right_vectors(execution, graph.by_user(), graph.by_item(),
                                                        options.rank, options.iterations);
  for (std::size_t item = 0; item < item_sums.size(); ++item) {
    const double sum = item_sums[item];
    const auto scale = static_cast<float>(sum > 0.0 ? 1.0 / std::sqrt(sum) : 0.0);
    for (std::size_t j = 0; j < vectors.cols(); ++j) vectors(item, j) *= scale;
  }
  return vectors;
}

LowPass low_pass(Matrix<float> in, const std::vector<double>& item_sums, double weight) {
  LowPass filter{std::move(in), {}};
  filter.out = filter.in;
  for (std::size_t item = 0; item < item_sums.size(); ++item) {
    const auto scale = static_cast<float>(weight * item_sums[item]);
    for (std::size_t j = 0; j < filter.out.cols(); ++j) filter.out(item, j) *= scale;
  }
  return filter;
}

/// rows = f(P) applied, given rows = x P, for up to kLanes rows.
void apply_polynomial(const GraphOperator& graph, const Polynomial& c,
                      GraphOperator::Scratch& scratch, MatrixView<float> rows) {
  std::vector<Lanes> power(rows.cols);
  std::vector<Lanes> next(rows.cols);
  for (std::size_t lane = 0; lane < rows.rows; ++lane) {
    for (std::size_t item = 0; item < rows.cols; ++item) {
      power[item][lane] = rows(lane, item);
      rows(lane, item) *= c[0];
    }
  }
  for (std::size_t p = 1; p < c.size() && c[p] != 0.0F; ++p) {
    graph.apply(power, scratch, next);
    power.swap(next);
    for (std::size_t lane = 0; lane < rows.rows; ++lane) {
      for (std::size_t item = 0; item < rows.cols; ++item) {
        rows(lane, item) += c[p] * power[item][lane];
      }
    }
  }
}

}  // namespace

struct GraphFilterModel::State {
  std::string name;
  GraphFilterOptions options;
  Csr pairs;
  GraphOperator graph;
  LowPass low_pass;  // empty where its weight is 0
};

GraphFilterModel::GraphFilterModel(const Execution& execution, std::string_view name,
                                   const CsrView& user_items, const GraphFilterOptions& options,
                                   Matrix<float> low_pass_vectors) {
  validate(options, std::string(name));
  Csr pairs = detail::positive_pairs(user_items, name);
  GraphOperator graph(execution, pairs, options.user_exponent, options.power);
  LowPass filter;
  if (options.low_pass_weight > 0.0) {
    const std::vector<double> sums = detail::pair_sums(pairs).items;
    if (low_pass_vectors.size() == 0) {
      low_pass_vectors = scaled_vectors(execution, graph, sums, options);
    }
    if (low_pass_vectors.rows() != sums.size() || low_pass_vectors.cols() > options.rank ||
        !detail::all_finite(low_pass_vectors)) {
      throw ArgumentError(std::string(name) + ": the low-pass vectors do not fit the pairs");
    }
    filter = low_pass(std::move(low_pass_vectors), sums, options.low_pass_weight);
  }
  state_ = std::make_unique<const State>(
      State{std::string(name), options, std::move(pairs), std::move(graph), std::move(filter)});
}

GraphFilterModel::~GraphFilterModel() = default;

std::string_view GraphFilterModel::name() const noexcept { return state_->name; }
std::uint32_t GraphFilterModel::n_users() const noexcept {
  return static_cast<std::uint32_t>(state_->pairs.rows());
}
std::uint32_t GraphFilterModel::n_items() const noexcept { return state_->pairs.n_columns; }
const GraphFilterOptions& GraphFilterModel::options() const noexcept { return state_->options; }
CsrView GraphFilterModel::pairs() const noexcept { return state_->pairs; }
MatrixView<const float> GraphFilterModel::low_pass_vectors() const noexcept {
  return state_->low_pass.in.view();
}

void GraphFilterModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  detail::use_one_blas_thread();
  const LowPass& filter = state_->low_pass;
  Matrix<float> spectrum(batch.size(), filter.in.cols());
  if (filter.in.size() > 0) {
    for (std::size_t b = 0; b < batch.size(); ++b) {
      for (std::size_t k = 0; k < batch.history(b).size(); ++k) {
        const float value = batch.history_values(b)[k];
        const float* const row = filter.in.row(batch.history(b)[k]);
        for (std::size_t j = 0; j < spectrum.cols(); ++j) spectrum(b, j) += value * row[j];
      }
    }
  }
  GraphOperator::Scratch scratch;
  const Polynomial terms = polynomial(state_->options.filter);
  for (std::size_t b = 0; b < batch.size(); ++b) {
    state_->graph.apply(batch.history(b), batch.history_values(b), scratch, out.row(b));
  }
  if (terms[1] != 0.0F) {
    for (std::size_t b = 0; b < batch.size(); b += GraphOperator::kLanes) {
      const std::size_t n = std::min(GraphOperator::kLanes, batch.size() - b);
      apply_polynomial(state_->graph, terms, scratch, {out.row(b), n, out.cols, out.stride});
    }
  }
  if (filter.in.size() > 0) detail::add_product(1.0F, spectrum.view(), filter.out.view(), out);
}

}  // namespace tenure::recommender
