#include "blas.hpp"
#include "ials_cost.hpp"
#include "ials_side.hpp"
#include "ials_solver.hpp"
#include "ials_state.hpp"
#include "model_arrays.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/random.hpp>
#include <tenure/recommender/ials.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace tenure::recommender {

namespace {

constexpr std::uint32_t kMaxFactors = 4096;
constexpr std::uint32_t kMaxSteps = 1000;
constexpr std::size_t kRowChunk = 1024;
constexpr std::array<std::pair<std::string_view, IalsSolver>, 4> kSolverNames{
    {{"auto", IalsSolver::kAuto},
     {"exact", IalsSolver::kExact},
     {"cg", IalsSolver::kConjugateGradient},
     {"block", IalsSolver::kBlock}}};

/// @throws ArgumentError unless the matrix can be trained on. Returns whether it holds zeros.
bool check_pairs(const CsrView& pairs) {
  if (pairs.rows() == 0 || pairs.n_columns == 0) {
    throw ArgumentError("ials: the matrix has no users or no items");
  }
  if (pairs.rows() >= kNewUser) throw ArgumentError("ials: at most 2^32 - 2 users");
  csr_validate(pairs);
  bool zeros = false;
  bool any = false;
  for (std::size_t row = 0; row < pairs.rows(); ++row) {
    for (const float value : pairs.row_values(row)) {
      if (value < 0.0F) {
        throw ArgumentError("ials: user " + std::to_string(row) + " has a negative weight");
      }
      zeros = zeros || value == 0.0F;
      any = any || value > 0.0F;
    }
  }
  if (!any) throw ArgumentError("ials: no pair has a weight above 0");
  return zeros;
}

Csr without_zeros(const CsrView& pairs) {
  Csr kept;
  kept.n_columns = pairs.n_columns;
  kept.row_start.assign(pairs.rows() + 1, 0);
  for (std::size_t row = 0; row < pairs.rows(); ++row) {
    for (std::size_t i = 0; i < pairs.row_size(row); ++i) {
      if (pairs.row_values(row)[i] == 0.0F) continue;
      kept.columns.push_back(pairs.row_columns(row)[i]);
      kept.values.push_back(pairs.row_values(row)[i]);
    }
    kept.row_start[row + 1] = kept.columns.size();
  }
  return kept;
}

/// Starting factors of the items; those without pairs are 0 from the start.
Matrix<float> first_items(const Execution& execution, const CsrView& by_item,
                          const IalsOptions& options) {
  Matrix<float> items(by_item.rows(), options.factors);
  const double scale = options.init_scale / std::sqrt(static_cast<double>(options.factors));
  parallel_for(execution, items.rows(), kRowChunk, [&](const Chunk& chunk) {
    for (std::size_t item = chunk.begin; item < chunk.end; ++item) {
      if (by_item.row_size(item) == 0) continue;
      RandomStream stream(execution.seed,
                          {Purpose::kModelInit, 0, static_cast<std::uint32_t>(item), 0});
      for (std::size_t j = 0; j < items.cols(); ++j) {
        items(item, j) = static_cast<float>(scale * draw_normal(stream));
      }
    }
  });
  return items;
}

Matrix<float> without_rows(Matrix<float> matrix, std::span<const std::uint8_t> apart) {
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    if (apart[row] != 0) std::fill_n(matrix.row(row), matrix.cols(), 0.0F);
  }
  return matrix;
}

}  // namespace

std::string_view to_string(IalsSolver solver) noexcept {
  return kSolverNames[static_cast<std::size_t>(solver)].first;
}

std::optional<IalsSolver> ials_solver_from_string(std::string_view text) noexcept {
  for (const auto& [name, solver] : kSolverNames) {
    if (name == text) return solver;
  }
  return std::nullopt;
}

void validate(const IalsOptions& options) {
  const auto at_least_zero = [](double value, const char* name) {
    if (!std::isfinite(value) || value < 0.0) {
      throw ArgumentError(std::string("ials: ") + name + " must be a finite number of at least 0");
    }
  };
  if (options.factors == 0 || options.factors > kMaxFactors) {
    throw ArgumentError("ials: factors must be 1 to " + std::to_string(kMaxFactors));
  }
  at_least_zero(options.regularization, "regularization");
  at_least_zero(options.unobserved_weight, "unobserved weight");
  at_least_zero(options.regularization_exponent, "regularization exponent");
  if (options.epochs == 0) throw ArgumentError("ials: epochs must be at least 1");
  if (!std::isfinite(options.init_scale) || options.init_scale <= 0.0) {
    throw ArgumentError("ials: init scale must be a finite number above 0");
  }
  if (options.cg_steps == 0 || options.cg_steps > kMaxSteps) {
    throw ArgumentError("ials: cg steps must be 1 to " + std::to_string(kMaxSteps));
  }
  if (options.block_size == 0 || options.block_size > kMaxFactors) {
    throw ArgumentError("ials: block size must be 1 to " + std::to_string(kMaxFactors));
  }
}

IalsModel::IalsModel(const Execution& execution, const IalsOptions& options,
                     Matrix<float> user_factors, Matrix<float> item_factors, IalsSolver solver_used,
                     std::span<const std::uint8_t> apart) {
  validate(options);
  if (solver_used == IalsSolver::kAuto) {
    throw ArgumentError("ials: auto is no solver that finds factors");
  }
  if (user_factors.cols() != options.factors || item_factors.cols() != options.factors ||
      item_factors.rows() == 0 || item_factors.rows() >= kNewUser ||
      user_factors.rows() >= kNewUser || (!apart.empty() && apart.size() != item_factors.rows())) {
    throw ArgumentError("ials: the factors have the wrong shape");
  }
  if (!detail::all_finite(user_factors) || !detail::all_finite(item_factors)) {
    throw NumericalError("ials: a factor is not a finite number");
  }
  detail::use_one_blas_thread();
  const auto basis_of = [&](const Matrix<float>& items) {
    return detail::gram_basis(execution, items.view(), "ials: the item factors");
  };
  detail::GramBasis basis =
      apart.empty() ? basis_of(item_factors) : basis_of(without_rows(item_factors, apart));
  state_ = std::make_unique<const State>(State{options, solver_used, std::move(user_factors),
                                               std::move(item_factors), std::move(basis)});
}

IalsModel::~IalsModel() = default;

std::string IalsModel::solver_used() const { return std::string(to_string(state_->solver)); }
std::uint32_t IalsModel::n_users() const noexcept {
  return static_cast<std::uint32_t>(state_->users.rows());
}
std::uint32_t IalsModel::n_items() const noexcept {
  return static_cast<std::uint32_t>(state_->items.rows());
}
const IalsOptions& IalsModel::options() const noexcept { return state_->options; }

std::optional<FactorView> IalsModel::factors() const noexcept {
  return FactorView{state_->users.view(), state_->items.view()};
}

void IalsModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  Matrix<float> vectors(batch.size(), state_->items.cols());
  user_vectors(batch, vectors.view());
  detail::multiply(vectors.view(), state_->items.view(), true, out);
}

void IalsModel::user_vectors(const UserBatch& batch, MatrixView<float> out) const {
  const std::size_t d = state_->items.cols();
  check_batch(*this, batch, out, d);
  detail::use_one_blas_thread();
  std::optional<detail::RowSolver> solver;
  const Matrix<float>& rotation = state_->basis.rotation;
  std::vector<float> rotated(d);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.users[i] != kNewUser) {
      std::copy_n(state_->users.row(batch.users[i]), d, out.row(i));
      continue;
    }
    if (!solver) solver.emplace(state_->basis, state_->options.unobserved_weight);
    const auto history = batch.history(i);
    AlignedVector<float> known;
    known.reserve(history.size() * d);
    for (std::size_t k = 0; k < history.size(); ++k) {
      known.insert(known.end(), state_->items.row(history[k]), state_->items.row(history[k]) + d);
    }
    AlignedVector<float> turned(known.size());
    detail::multiply({known.data(), history.size(), d, d}, rotation.view(), false,
                     {turned.data(), history.size(), d, d});
    const detail::RowSource rows{turned.data(), d, d, nullptr};
    const double lambda =
        detail::row_regularization(state_->options, history.size(), state_->items.rows());
    if (!solver->solve(batch.history_values(i), lambda, rows, rotated.data())) {
      throw NumericalError("ials: folding in history " + std::to_string(batch.history_rows[i]) +
                           ": no finite solution; raise the regularization");
    }
    detail::multiply_vector(rotation.view(), false, rotated.data(), 0.0F, out.row(i));
  }
}

std::unique_ptr<IalsModel> train_ials(const Execution& execution, const CsrView& user_items,
                                      const IalsOptions& options, const IalsEpochSink& on_epoch) {
  validate(options);
  Csr cleaned;
  CsrView pairs = user_items;
  if (check_pairs(user_items)) {
    cleaned = without_zeros(user_items);
    pairs = cleaned;
  }
  detail::use_one_blas_thread();
  const Csr by_item = csr_transpose(execution, pairs);
  const IalsSolver solver = detail::chosen_solver(options, pairs, by_item);
  Matrix<float> users(pairs.rows(), options.factors);
  Matrix<float> items = first_items(execution, by_item, options);
  const std::uint64_t halves = std::uint64_t{2} * options.epochs;
  for (std::uint32_t epoch = 1; epoch <= options.epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    detail::solve_side(execution, pairs, options, solver, {epoch, "user"}, items, users);
    execution.report("train", std::uint64_t{2} * epoch - 1, halves);
    detail::solve_side(execution, by_item, options, solver, {epoch, "item"}, users, items);
    execution.report("train", std::uint64_t{2} * epoch, halves);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    if (on_epoch) on_epoch({epoch, options.epochs, elapsed.count()});
  }
  return std::make_unique<IalsModel>(execution, options, std::move(users), std::move(items),
                                     solver);
}

double ials_loss(const Execution& execution, const CsrView& user_items, const FactorView& factors,
                 const IalsOptions& options) {
  validate(options);
  if (factors.users.rows != user_items.rows() || factors.items.rows != user_items.n_columns ||
      factors.users.cols != factors.items.cols) {
    throw ArgumentError("ials: the factors do not fit the matrix");
  }
  detail::use_one_blas_thread();
  const std::size_t d = factors.users.cols;
  const auto squares = [d](const float* row) {
    double sum = 0.0;
    for (std::size_t j = 0; j < d; ++j)
      sum += static_cast<double>(row[j]) * static_cast<double>(row[j]);
    return sum;
  };
  std::vector<std::size_t> item_pairs(factors.items.rows);
  for (std::size_t i = 0; i < user_items.nonzeros(); ++i) {
    if (user_items.values[i] > 0.0F) ++item_pairs[user_items.columns[i]];
  }
  double loss = parallel_reduce(
      execution, user_items.rows(), kRowChunk, 0.0,
      [&](const Chunk& chunk) {
        double sum = 0.0;
        for (std::size_t user = chunk.begin; user < chunk.end; ++user) {
          const float* const w = factors.users.row(user);
          std::size_t n = 0;
          for (std::size_t i = 0; i < user_items.row_size(user); ++i) {
            const double value = static_cast<double>(user_items.row_values(user)[i]);
            const float* const h = factors.items.row(user_items.row_columns(user)[i]);
            double score = 0.0;
            for (std::size_t j = 0; j < d; ++j)
              score += static_cast<double>(w[j]) * static_cast<double>(h[j]);
            sum += value * (1.0 - score) * (1.0 - score);
            n += value > 0.0 ? 1U : 0U;
          }
          sum += detail::row_regularization(options, n, factors.items.rows) * squares(w);
        }
        return sum;
      },
      [](double& into, double from) { into += from; });
  for (std::size_t item = 0; item < factors.items.rows; ++item) {
    loss += detail::row_regularization(options, item_pairs[item], factors.users.rows) *
            squares(factors.items.row(item));
  }
  const Matrix<double> users = detail::gram_matrix(execution, factors.users);
  const Matrix<double> items = detail::gram_matrix(execution, factors.items);
  double all = 0.0;
  for (std::size_t i = 0; i < users.size(); ++i) all += users.data()[i] * items.data()[i];
  return loss + options.unobserved_weight * all;
}

}  // namespace tenure::recommender
