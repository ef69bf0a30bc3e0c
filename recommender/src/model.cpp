#include <tenure/core/error.hpp>
#include <tenure/recommender/model.hpp>

#include <string>

namespace tenure::recommender {

void Model::user_vectors(const UserBatch& /*batch*/, MatrixView<float> /*out*/) const {
  throw ArgumentError("the model " + std::string(name()) + " has no factors");
}

std::optional<Matrix<double>> Model::explain(const UserBatch& /*batch*/, std::size_t /*entry*/,
                                             std::span<const std::uint32_t> /*items*/) const {
  return std::nullopt;
}

std::unique_ptr<Model> Model::updated(const Execution& /*execution*/,
                                      const ModelChange& /*change*/) const {
  throw ArgumentError("the model " + std::string(name()) +
                      " cannot be updated; train it again on all events");
}

void check_change(const Model& model, const ModelChange& change) {
  const auto check_codes = [](std::span<const std::uint32_t> codes, std::size_t end) {
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (codes[i] >= end || (i > 0 && codes[i] <= codes[i - 1])) {
        throw ArgumentError("update: the codes of what changed do not rise or are out of range");
      }
    }
  };
  csr_validate(change.before);
  csr_validate(change.after);
  if (change.before.rows() != model.n_users() || change.before.n_columns != model.n_items() ||
      change.after.rows() < change.before.rows() ||
      change.after.n_columns < change.before.n_columns || change.after.rows() >= kNewUser) {
    throw ArgumentError("update: the matrices do not fit the model");
  }
  check_codes(change.users, change.after.rows());
  check_codes(change.items, change.after.n_columns);
  if (change.sweeps == 0) throw ArgumentError("update: sweeps must be at least 1");
}

void check_batch(const Model& model, const UserBatch& batch, MatrixView<const float> out,
                 std::size_t out_columns) {
  if (batch.users.size() != batch.history_rows.size()) {
    throw ArgumentError("a batch needs one history row for each user");
  }
  if (batch.histories.n_columns != model.n_items()) {
    throw ArgumentError("histories have " + std::to_string(batch.histories.n_columns) +
                        " columns, the model " + std::to_string(model.n_items()) + " items");
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.users[i] != kNewUser && batch.users[i] >= model.n_users()) {
      throw ArgumentError("user " + std::to_string(batch.users[i]) + " is outside the model's " +
                          std::to_string(model.n_users()));
    }
    if (batch.history_rows[i] >= batch.histories.rows()) {
      throw ArgumentError("history row " + std::to_string(batch.history_rows[i]) +
                          " is outside the histories");
    }
  }
  if (out.rows != batch.size() || out.cols != out_columns || out.stride < out_columns) {
    throw ArgumentError("the output of a batch has the wrong shape");
  }
}

}  // namespace tenure::recommender
