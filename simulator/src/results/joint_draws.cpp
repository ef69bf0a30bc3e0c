#include "results/joint_draws.hpp"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenure::simulator {

namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using Index = Eigen::Index;

Index as_index(std::size_t n) { return static_cast<Index>(n); }

/// Covariance of the mean residuals of a draw.
Matrix noise_of(const std::vector<RatioSamples>& figures) {
  const std::size_t draws = figures.front().draws();
  const std::size_t replications = figures.front().replications();
  Matrix sum = Matrix::Zero(as_index(figures.size()), as_index(figures.size()));
  if (replications < 2) return sum;
  Vector left(as_index(figures.size()));
  for (std::size_t draw = 0; draw < draws; ++draw) {
    for (std::size_t r = 0; r < replications; ++r) {
      for (std::size_t i = 0; i < figures.size(); ++i) {
        left[as_index(i)] = figures[i].residual(draw, r);
      }
      sum += left * left.transpose();
    }
  }
  const double degrees = static_cast<double>(draws) * (static_cast<double>(replications) - 1.0);
  return sum / degrees / static_cast<double>(replications);
}

/// A with A B A' = (B - N) without its negative part, in the metric of B.
Matrix shrinkage(const Matrix& between, const Matrix& noise) {
  constexpr double kLeast = 1e-12;  // of the greatest eigenvalue: directions that do not vary
  const Eigen::SelfAdjointEigenSolver<Matrix> axes(between);
  const double greatest = axes.eigenvalues().maxCoeff();
  const Index size = between.rows();
  Matrix whiten = Matrix::Zero(size, size);
  Matrix colour = Matrix::Zero(size, size);
  for (Index i = 0; i < size; ++i) {
    const double value = axes.eigenvalues()[i];
    if (!(value > kLeast * greatest)) continue;
    const Vector axis = axes.eigenvectors().col(i);
    whiten += axis * axis.transpose() / std::sqrt(value);
    colour += axis * axis.transpose() * std::sqrt(value);
  }
  const Matrix white_noise = whiten * noise * whiten.transpose();
  const Eigen::SelfAdjointEigenSolver<Matrix> parts(white_noise);
  const Vector kept = (1.0 - parts.eigenvalues().array()).max(0.0).sqrt();
  return colour * parts.eigenvectors() * kept.asDiagonal() * parts.eigenvectors().transpose() *
         whiten;
}

}  // namespace

DrawnRows without_noise(const std::vector<RatioSamples>& figures) {
  const std::size_t draws = figures.front().draws();
  const Index rows = as_index(figures.size());
  Matrix deviations(rows, as_index(draws));
  Vector scale(rows);
  for (Index i = 0; i < rows; ++i) {
    for (std::size_t draw = 0; draw < draws; ++draw) {
      deviations(i, as_index(draw)) = figures[static_cast<std::size_t>(i)].ratio_of(draw);
    }
    deviations.row(i).array() -= deviations.row(i).mean();
    // Figures of any size weigh the same.
    scale[i] = deviations.row(i).norm();
    if (!(scale[i] > 0.0)) scale[i] = 1.0;
  }
  const Vector inverse = scale.cwiseInverse();
  const Matrix scaled = inverse.asDiagonal() * deviations;
  const Matrix between = scaled * scaled.transpose() / (static_cast<double>(draws) - 1.0);
  const Matrix noise = inverse.asDiagonal() * noise_of(figures) * inverse.asDiagonal();
  const Matrix shrunk = scale.asDiagonal() * shrinkage(between, noise) * scaled;
  DrawnRows values(figures.size(), std::vector<double>(draws));
  for (std::size_t i = 0; i < figures.size(); ++i) {
    for (std::size_t draw = 0; draw < draws; ++draw) {
      values[i][draw] = figures[i].ratio() + shrunk(as_index(i), as_index(draw));
    }
  }
  return values;
}

std::vector<double> probability_greatest(const DrawnRows& rows) {
  constexpr double kTie = 1e-12;
  std::vector<double> shares(rows.size(), 0.0);
  const std::size_t draws = rows.front().size();
  for (std::size_t draw = 0; draw < draws; ++draw) {
    double greatest = -std::numeric_limits<double>::infinity();
    double size = 0.0;
    for (const auto& row : rows) {
      greatest = std::max(greatest, row[draw]);
      size = std::max(size, std::abs(row[draw]));
    }
    const auto first = [&](const std::vector<double>& row) {
      return row[draw] >= greatest - kTie * size;
    };
    const auto ties = static_cast<double>(std::count_if(rows.begin(), rows.end(), first));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (first(rows[i])) shares[i] += 1.0 / ties / static_cast<double>(draws);
    }
  }
  return shares;
}

}  // namespace tenure::simulator
