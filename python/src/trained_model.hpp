#pragma once

#include "support.hpp"

#include <tenure/recommender/model_file.hpp>
#include <tenure/recommender/model_kind.hpp>
#include <tenure/recommender/recommend.hpp>
#include <tenure/recommender/retriever.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tenure::python {

/// A kind of model with options and, for kinds that need them, components: what fit() takes.
struct ModelPlan {
  const recommender::ModelKind* kind = nullptr;
  recommender::OptionValues values;
  std::vector<recommender::ModelComponent> components;
};

/// A trained model with all that recommending needs, as a model file holds it. The matrix trained
/// on stays where Python has it.
class TrainedModel {
 public:
  /// On a matrix of Python's: codes are ids.
  static std::unique_ptr<TrainedModel> train(const RunOptions& run, const ModelPlan& plan,
                                             CsrArrays matrix);
  /// On a log: what `tenure train` writes, the held-out figures aside.
  static std::unique_ptr<TrainedModel> train(const RunOptions& run, const ModelPlan& plan,
                                             const SharedEvents& events,
                                             const recommender::InteractionOptions& weights);
  static std::unique_ptr<TrainedModel> load(const RunOptions& run, const std::string& path);

  /// Ids in place of codes are those of the model where it has some, else `users` and `items`, else
  /// the codes in digits.
  void save(const RunOptions& run, const std::string& path,
            const std::optional<std::vector<std::string>>& users,
            const std::optional<std::vector<std::string>>& items) const;

  const recommender::Model& model() const noexcept { return *file_.model; }
  const CsrView& train_matrix() const noexcept { return train_; }
  const recommender::ModelFile& file() const noexcept { return file_; }
  bool has_ids() const noexcept { return !file_.customers.empty(); }
  /// Popularity, by region where the log had regions: for customers without history.
  const recommender::Model& fallback() const;
  /// Searches the items of a model with factors; null for others. Built at the first call.
  const recommender::Retriever* retriever(const Execution& execution) const;

 private:
  TrainedModel() = default;

  recommender::ModelFile file_;
  std::optional<CsrArrays> given_;  ///< set: the matrix is Python's, file_.train is empty
  CsrView train_;
  std::unique_ptr<recommender::Model> popularity_;
  mutable std::mutex mutex_;  ///< of what follows
  mutable std::unique_ptr<recommender::Retriever> retriever_;
};

}  // namespace tenure::python
