#include "first_states.hpp"

namespace tenure::customers::detail {
namespace {

constexpr double kLeastPhi = 0.8;  // below, a damped trend is over at once; above, it is a trend
constexpr double kLargestPhi = 0.98;
constexpr double kSingular = 1e-10;  // of a column of A

}  // namespace

std::size_t smoothing_parameter_count(const SmoothingModel& model) {
  const std::size_t trend = model.trend == Trend::kNone ? 0 : model.trend == Trend::kDamped ? 2 : 1;
  return 1 + trend + (model.season > 0 ? 1 : 0);
}

std::size_t first_state_count(const SmoothingModel& model) {
  return 1 + (model.trend == Trend::kNone ? 0U : 1U) + (model.season > 0 ? model.season - 1 : 0);
}

SmoothingParameters parameters_from(const SmoothingModel& model, std::span<const double> shares) {
  SmoothingParameters p;
  std::size_t i = 0;
  p.alpha = shares[i++];
  if (model.trend != Trend::kNone) p.beta = p.alpha * shares[i++];
  if (model.season > 0) p.gamma = (1.0 - p.alpha) * shares[i++];
  if (model.trend == Trend::kDamped) p.phi = kLeastPhi + (kLargestPhi - kLeastPhi) * shares[i++];
  return p;
}

FirstStates::FirstStates(const SmoothingModel& model, const SmoothingParameters& parameters,
                         std::span<const double> series)
    : observations_(series.size()), basis_(first_state_basis(model)) {
  const auto n = static_cast<Eigen::Index>(series.size());
  const auto columns = static_cast<Eigen::Index>(basis_.size());
  Eigen::MatrixXd a(n, columns);
  for (Eigen::Index j = 0; j < columns; ++j) {
    const std::span<double> column(a.col(j).data(), series.size());
    run_smoothing(parameters, {}, basis_[static_cast<std::size_t>(j)], column);
  }
  a = -a;
  last_.seasonal.assign(model.season, 0.0);
  Eigen::VectorXd errors(n);
  run_smoothing(parameters, series, last_, {errors.data(), series.size()});
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(a);
  r_ = qr.matrixQR().topRows(columns).triangularView<Eigen::Upper>();
  const Eigen::VectorXd diagonal = r_.diagonal().cwiseAbs();
  if (diagonal.minCoeff() <= kSingular * diagonal.maxCoeff()) return;
  const Eigen::VectorXd rotated = qr.householderQ().adjoint() * errors;
  theta_ = r_.triangularView<Eigen::Upper>().solve(rotated.head(columns));
  sum_of_squares_ = rotated.tail(n - columns).squaredNorm();
}

double FirstStates::log_determinant() const { return r_.diagonal().cwiseAbs().array().log().sum(); }

Eigen::VectorXd FirstStates::last_state() const {
  Eigen::VectorXd state = packed(last_);
  for (std::size_t j = 0; j < basis_.size(); ++j) state += theta(j) * packed(basis_[j]);
  return state;
}

Eigen::MatrixXd FirstStates::factor() const {
  Eigen::MatrixXd moved(packed(last_).size(), r_.cols());
  for (std::size_t j = 0; j < basis_.size(); ++j) {
    moved.col(static_cast<Eigen::Index>(j)) = packed(basis_[j]);
  }
  return r_.transpose().triangularView<Eigen::Lower>().solve(moved.transpose()).transpose();
}

Eigen::VectorXd FirstStates::packed(const SmoothingState& state) const {
  const std::size_t season = state.seasonal.size();
  Eigen::VectorXd vector(2 + static_cast<Eigen::Index>(season));
  vector[0] = state.level;
  vector[1] = state.slope;
  for (std::size_t s = 0; s < season; ++s) {
    vector[2 + static_cast<Eigen::Index>(s)] = state.seasonal[(s + observations_) % season];
  }
  return vector;
}

}  // namespace tenure::customers::detail
