#include "ials_solver.hpp"
#include "ials_state.hpp"

#include <tenure/core/error.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <string>

namespace tenure::recommender {

namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::VectorXd row_of(const Matrix<float>& matrix, std::size_t row) {
  return Eigen::Map<const Eigen::VectorXf>(matrix.row(row),
                                           static_cast<Eigen::Index>(matrix.cols()))
      .cast<double>();
}

/// unobserved_weight H^T H + lambda I, from the eigenbasis of the Gram matrix.
Eigen::MatrixXd shifted_gram(const detail::GramBasis& basis, double unobserved_weight,
                             double lambda) {
  const auto d = static_cast<Eigen::Index>(basis.eigenvalues.size());
  const Eigen::MatrixXd q = Eigen::Map<const RowMajor>(basis.rotation.data(), d, d).cast<double>();
  const Eigen::VectorXd values =
      unobserved_weight *
          Eigen::Map<const Eigen::VectorXf>(basis.eigenvalues.data(), d).cast<double>().array() +
      lambda;
  return q * values.asDiagonal() * q.transpose();
}

}  // namespace

std::optional<Matrix<double>> IalsModel::explain(const UserBatch& batch, std::size_t entry,
                                                 std::span<const std::uint32_t> items) const {
  const State& state = *state_;
  check_batch(*this, batch, {nullptr, batch.size(), 0, 0}, 0);
  if (entry >= batch.size()) throw ArgumentError("explain: the entry is outside the batch");
  for (const std::uint32_t item : items) {
    if (item >= n_items()) throw ArgumentError("explain: an item is outside the catalogue");
  }
  const auto history = batch.history(entry);
  const auto values = batch.history_values(entry);
  const double lambda =
      detail::row_regularization(state.options, history.size(), state.items.rows());
  Eigen::MatrixXd system = shifted_gram(state.basis, state.options.unobserved_weight, lambda);
  const auto d = static_cast<Eigen::Index>(state.items.cols());
  Eigen::MatrixXd known(d, static_cast<Eigen::Index>(history.size()));
  for (std::size_t j = 0; j < history.size(); ++j) {
    const auto column = static_cast<Eigen::Index>(j);
    known.col(column) = row_of(state.items, history[j]);
    system += static_cast<double>(values[j]) * known.col(column) * known.col(column).transpose();
  }
  const Eigen::LLT<Eigen::MatrixXd> factor(system);
  if (factor.info() != Eigen::Success) {
    throw NumericalError("ials: explaining history " + std::to_string(batch.history_rows[entry]) +
                         ": a singular system; raise the regularization");
  }
  Matrix<double> contributions(items.size(), history.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Eigen::VectorXd solved = factor.solve(row_of(state.items, items[i]));
    for (std::size_t j = 0; j < history.size(); ++j) {
      contributions(i, j) =
          static_cast<double>(values[j]) * known.col(static_cast<Eigen::Index>(j)).dot(solved);
    }
  }
  return contributions;
}

}  // namespace tenure::recommender
