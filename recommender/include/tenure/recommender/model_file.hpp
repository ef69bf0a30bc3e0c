#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/interactions.hpp>
#include <tenure/recommender/model.hpp>
#include <tenure/recommender/regional_popularity.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenure::recommender {

/// Layout number of model.h5, described in docs/FORMATS.md.
inline constexpr int kModelVersion = 1;

/// 95 % interval of a held-out figure.
struct MetricInterval {
  std::uint32_t metric = 0;  ///< place in ModelFile::metrics
  double low = 0.0;
  double high = 0.0;

  friend bool operator==(const MetricInterval&, const MetricInterval&) = default;
};

/// All that recommending needs: the model, what its codes mean, and what was seen.
struct ModelFile {
  std::unique_ptr<Model> model;
  Dictionary customers;                       ///< length n_users
  Dictionary items;                           ///< length n_items
  std::string pseudonym_key;                  ///< EventTable::pseudonym_key of the customers
  std::vector<std::uint8_t> item_is_service;  ///< length n_items, or empty
  Csr train;                                  ///< the matrix trained on: seen items, popularity
  InteractionOptions weights;                 ///< how events became `train`, `now` filled in
  std::vector<std::pair<std::string, double>> metrics;  ///< held-out figures, may be empty
  std::vector<MetricInterval> metric_intervals;         ///< of those that have one
  /// What customers without history get: popularity by region, channel or both, as of the last
  /// training on everything; null where the log has neither.
  std::unique_ptr<RegionalPopularityModel> newcomers;
};

/// The same parts where somebody else owns them.
struct ModelFileView {
  const Model* model = nullptr;
  const Dictionary* customers = nullptr;
  const Dictionary* items = nullptr;
  std::string_view pseudonym_key;
  std::span<const std::uint8_t> item_is_service;
  CsrView train;
  InteractionOptions weights;
  std::span<const std::pair<std::string, double>> metrics;
  std::span<const MetricInterval> metric_intervals;
  const RegionalPopularityModel* newcomers = nullptr;  ///< may be null
};
ModelFileView view_of(const ModelFile& file);

/// FNV-1a over shape, offsets, columns and the bits of the values: tells one training set from
/// another.
std::uint64_t fingerprint(const CsrView& matrix) noexcept;

/// Writes model.h5; the target is whole or untouched.
/// @throws ArgumentError where the parts do not fit together, DataError where it cannot be written.
void save_model(const Execution& execution, const ModelFile& file, const std::string& path);
void save_model(const Execution& execution, const ModelFileView& file, const std::string& path);

/// Reads model.h5 and checks it, the fingerprint included.
/// @throws DataError for any file that is not an intact model.
ModelFile load_model(const Execution& execution, const std::string& path);

}  // namespace tenure::recommender
