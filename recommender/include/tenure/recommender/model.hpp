#pragma once

#include <tenure/core/container.hpp>
#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tenure::recommender {

/// In UserBatch::users: a customer the model was not trained on, known by its history alone.
inline constexpr std::uint32_t kNewUser = 0xFFFFFFFFU;

/// Users to score. Entry i is user users[i] (below n_users(), or kNewUser) whose known items are
/// row history_rows[i] of `histories` (n_items columns). A model that learns a vector per user
/// takes it for a known user and folds the history in for a new one; a model of items scores the
/// history.
struct UserBatch {
  std::span<const std::uint32_t> users;
  std::span<const std::uint32_t> history_rows;
  CsrView histories;

  std::size_t size() const noexcept { return users.size(); }
  std::span<const std::uint32_t> history(std::size_t i) const noexcept {
    return histories.row_columns(history_rows[i]);
  }
  std::span<const float> history_values(std::size_t i) const noexcept {
    return histories.row_values(history_rows[i]);
  }
  /// Entries [begin, end).
  UserBatch slice(std::size_t begin, std::size_t end) const noexcept {
    return {users.subspan(begin, end - begin), history_rows.subspan(begin, end - begin), histories};
  }
};

/// Score of (user, item) = dot product of their rows. Views into the model.
struct FactorView {
  MatrixView<const float> users;  ///< n_users x d
  MatrixView<const float> items;  ///< n_items x d
};

/// New events for a trained model: the training matrix before and after, codes of known users and
/// items unchanged, new ones behind them.
struct ModelChange {
  CsrView before;                        ///< n_users() x n_items()
  CsrView after;                         ///< as many rows and columns, or more
  std::span<const std::uint32_t> users;  ///< rows that differ, new ones included, rising
  std::span<const std::uint32_t> items;  ///< columns that differ, new ones included, rising
  std::uint32_t sweeps = 2;              ///< >= 1: passes of models that alternate
};

/// A trained recommender: immutable, so every call may come from any thread. Calls work in the
/// calling thread; recommend() and evaluate() spread them.
class Model {
 public:
  Model() = default;
  virtual ~Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  /// As on the command line and in files, e.g. "ials".
  virtual std::string_view name() const noexcept = 0;
  /// The solver that training took, for models that have several; empty for others.
  virtual std::string solver_used() const { return {}; }
  virtual std::uint32_t n_users() const noexcept = 0;
  virtual std::uint32_t n_items() const noexcept = 0;
  /// Whether scores differ between users; popularity's do not.
  virtual bool personal() const noexcept = 0;

  /// Scores of every item: out is batch.size() x n_items. All finite.
  /// @throws ArgumentError where the shapes or a user do not fit.
  virtual void score(const UserBatch& batch, MatrixView<float> out) const = 0;

  /// The factors, where a score is a dot product; a Retriever can then search the items.
  virtual std::optional<FactorView> factors() const noexcept { return std::nullopt; }
  /// The user side of that dot product: out is batch.size() x d. New users are folded in; a user
  /// without history gets zeros.
  /// @throws ArgumentError for a model without factors.
  virtual void user_vectors(const UserBatch& batch, MatrixView<float> out) const;

  /// Which known items made items rank: row r holds what each item of history(entry), in its order,
  /// contributes to the score of items[r]. A row adds up to the score that folding the history in
  /// gives; the trained vector of a known user may score a little differently. Empty: the model's
  /// scores are no such sums.
  /// @throws ArgumentError where batch, entry or an item do not fit, NumericalError.
  virtual std::optional<Matrix<double>> explain(const UserBatch& batch, std::size_t entry,
                                                std::span<const std::uint32_t> items) const;

  /// The model after new events, re-solving what they touch.
  /// @throws ArgumentError where the change does not fit or the model cannot be updated but only
  /// trained again; NumericalError, Cancelled.
  virtual std::unique_ptr<Model> updated(const Execution& execution,
                                         const ModelChange& change) const;

  /// Writes options as attributes and parameters as arrays, all named from `prefix` on ("model/" in
  /// a model file); ModelKind::load reads them.
  virtual void save(ContainerWriter& writer, const std::string& prefix) const = 0;
};

/// @throws ArgumentError unless the matrices of a change fit the model, users and items rise and
/// are in range, and sweeps is at least 1.
void check_change(const Model& model, const ModelChange& change);

/// @throws ArgumentError unless users are in range, histories have n_items columns and out fits.
void check_batch(const Model& model, const UserBatch& batch, MatrixView<const float> out,
                 std::size_t out_columns);

}  // namespace tenure::recommender
