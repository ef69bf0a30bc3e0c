#include <tenure/core/error.hpp>
#include <tenure/recommender/model.hpp>

#include <string>

namespace tenure::recommender {

void Model::user_vectors(const UserBatch& /*batch*/, MatrixView<float> /*out*/) const {
  throw ArgumentError("the model " + std::string(name()) + " has no factors");
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
