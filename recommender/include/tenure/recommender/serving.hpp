#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/list_rules.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/recommender/retriever.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A model as a service holds it: answers single requests by external ids, and is replaced while
/// requests are under way.
namespace tenure::recommender {

struct ListRequest {
  std::uint32_t k = 10;     ///< >= 1; a list is shorter where the catalogue is
  bool allow_seen = false;  ///< items of the history may come again (rebuy)
  ListRules rules;          ///< spans of the model's n_items; service items are denied besides
};

struct ServedList {
  std::vector<std::uint32_t> items;  ///< codes of ServedModel::items(), best first
  std::vector<float> scores;         ///< finite
  bool fallback = false;             ///< popular items stood in for a history there is not
};

/// A loaded model with all that single requests need. Immutable: every call may come from any
/// thread, and works in the calling one.
class ServedModel {
 public:
  /// Takes a model that was loaded or just trained.
  /// @throws ArgumentError where the retriever's options do not fit it.
  ServedModel(const Execution& execution, ModelFile file, const RetrieverOptions& options = {});
  /// Reads model.h5. @throws as load_model().
  static std::shared_ptr<const ServedModel> load(const Execution& execution,
                                                 const std::string& path,
                                                 const RetrieverOptions& options = {});
  ServedModel(const ServedModel&) = delete;
  ServedModel& operator=(const ServedModel&) = delete;

  const ModelFile& file() const noexcept { return file_; }
  const Dictionary& items() const noexcept { return file_.items; }
  /// What searches the items; null for models that score the whole catalogue.
  const Retriever* retriever() const noexcept { return retriever_.get(); }
  std::optional<std::uint32_t> item_code(std::string_view item) const {
    return item_index_.find(item);
  }

  /// For a customer the model was trained on.
  /// @throws ArgumentError for an unknown id, k of 0 or rules that do not fit.
  ServedList recommend(std::string_view customer, const ListRequest& request) const;
  /// For whoever has this history, known or not: folded in. Items that the model does not know are
  /// left out, an item named twice counts once with its greater weight. `weights` is empty or as
  /// long as `history`, finite and positive; 1 by default.
  /// @throws ArgumentError for weights that are neither, k of 0 or rules that do not fit.
  ServedList recommend_history(std::span<const std::string_view> history,
                               std::span<const float> weights, const ListRequest& request) const;
  /// The k items nearest to one, by the cosine of their factors.
  /// @throws ArgumentError for an unknown item, a model without factors, k of 0.
  ServedList similar_items(std::string_view item, std::uint32_t k) const;

 private:
  ServedList list_for(std::uint32_t user, std::uint32_t row, const CsrView& histories,
                      const ListRequest& request) const;

  ModelFile file_;
  DictionaryIndex customer_index_;
  DictionaryIndex item_index_;
  std::unique_ptr<Retriever> retriever_;
  std::unique_ptr<Model> popularity_;
};

/// The model that answers now. A request takes current() once and keeps it for as long as it works
/// with its lists: a swap frees the old model when its last request has ended.
class ModelSlot {
 public:
  /// @throws ArgumentError for none.
  explicit ModelSlot(std::shared_ptr<const ServedModel> model);
  std::shared_ptr<const ServedModel> current() const;
  /// From the return on new requests get `model`. @throws ArgumentError for none.
  void swap(std::shared_ptr<const ServedModel> model);
  /// How many swaps there were.
  std::uint64_t generation() const;

 private:
  mutable std::mutex mutex_;  // held for the copy of a pointer alone
  std::shared_ptr<const ServedModel> model_;
  std::uint64_t generation_ = 0;
};

}  // namespace tenure::recommender
