#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/interactions.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tenure::recommender {

/// The same ranking for everyone: the honest floor, and what a customer without history gets.
class PopularityModel final : public Model {
 public:
  /// One finite score >= 0 per item.
  PopularityModel(std::uint32_t n_users, std::vector<float> item_scores);

  std::string_view name() const noexcept override { return "popularity"; }
  std::uint32_t n_users() const noexcept override { return n_users_; }
  std::uint32_t n_items() const noexcept override {
    return static_cast<std::uint32_t>(item_scores_.size());
  }
  bool personal() const noexcept override { return false; }
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  /// Counts anew, exactly as training on the whole matrix would.
  /// @throws ArgumentError for scores that are not those counts (recent popularity forgets).
  std::unique_ptr<Model> updated(const Execution& execution,
                                 const ModelChange& change) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;
  static std::unique_ptr<PopularityModel> load(const ContainerReader& reader,
                                               const std::string& prefix);

  std::span<const float> item_scores() const noexcept { return item_scores_; }

 private:
  std::uint32_t n_users_;
  std::vector<float> item_scores_;
};

/// Overall popularity: how many users have each item.
std::unique_ptr<PopularityModel> train_popularity(const CsrView& user_items);

struct RecentPopularityOptions {
  /// The moment looked back from, in seconds since 1970; empty: the last event that counts.
  std::optional<std::int64_t> now;
  /// > 0: an event's weight halves with every half-life of age. Empty: no decay.
  std::optional<double> half_life_days;
  /// > 0: events older than this do not count. Empty: all do.
  std::optional<double> window_days;
};

/// Popularity by recent events: the sum of event weights under its own decay (that of the
/// interaction options is not used). Events after `now` do not count.
/// `rows` as in build_interactions().
/// @throws DataError where the table has no times, ArgumentError where an option is out of range.
std::unique_ptr<PopularityModel> train_recent_popularity(const EventTable& events,
                                                         const InteractionOptions& interactions,
                                                         const RecentPopularityOptions& options,
                                                         std::span<const std::uint8_t> rows = {});

}  // namespace tenure::recommender
