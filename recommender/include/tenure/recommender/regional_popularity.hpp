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
#include <string_view>
#include <vector>

namespace tenure::recommender {

/// No region, channel or other group: all customers.
inline constexpr std::uint32_t kNoRegion = 0xFFFFFFFFU;

/// What customers are grouped by.
enum class PopularityBy : std::uint8_t {
  kRegion,
  kChannel,
  kRegionChannel,  ///< both, each pair inside its region
};
/// "region", "channel", "region+channel".
std::string_view to_string(PopularityBy by) noexcept;
std::optional<PopularityBy> popularity_by_from_string(std::string_view text) noexcept;

struct RegionalPopularityOptions {
  /// >= 0: a group's shares are mixed with those of the group around it as if that many more of its
  /// customers bought as all there do, so that small groups fall back on larger ones.
  double smoothing = 100.0;
  PopularityBy by = PopularityBy::kRegion;
};

/// Groups of customers. `parent` is the group around each, which comes before it, or kNoRegion for
/// all customers; `also` another one whose customers its own are (a pair's channel), or kNoRegion.
/// Both of length names.size() or empty, which is kNoRegion throughout.
struct CustomerGroups {
  Dictionary names;
  std::vector<std::uint32_t> parent;
  std::vector<std::uint32_t> also;
};

/// Popularity in the customer's region, channel or both: with c_gi of the n_g customers of group g
/// having item i, and s_i the score in the group around it (of a region: p_i, the share of all
/// customers), the score is (c_gi + smoothing s_i) / (n_g + smoothing). New users and customers
/// without a group score p_i; scores_of() serves a new customer whose region or channel is known.
class RegionalPopularityModel final : public Model {
 public:
  /// `user_group` (length n_users, codes of groups or kNoRegion) and which users have which items
  /// (values are not looked at).
  /// @throws ArgumentError where they do not fit together or smoothing is out of range.
  RegionalPopularityModel(const RegionalPopularityOptions& options, CustomerGroups groups,
                          std::vector<std::uint32_t> user_group, const CsrView& user_items);

  std::string_view name() const noexcept override { return "regional-popularity"; }
  std::uint32_t n_users() const noexcept override {
    return static_cast<std::uint32_t>(user_group_.size());
  }
  std::uint32_t n_items() const noexcept override {
    return static_cast<std::uint32_t>(overall_.size());
  }
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;
  static std::unique_ptr<RegionalPopularityModel> load(const ContainerReader& reader,
                                                       const std::string& prefix);

  PopularityBy by() const noexcept { return by_; }
  /// By region or channel their names; by both "REGION\tCHANNEL", one of them empty where a group
  /// is of the other alone.
  const Dictionary& groups() const noexcept { return names_; }
  /// The finest group with customers that is known of a customer: region and channel, then region,
  /// then channel; kNoRegion where neither is known.
  std::uint32_t find_group(std::string_view region, std::string_view channel) const;
  /// Scores of every item for a group, or kNoRegion for all customers; out has length n_items.
  /// @throws ArgumentError where the group or the length is out of range.
  void scores_of(std::uint32_t group, std::span<float> out) const;
  /// The same counts for a model with more users (of no group) and items (that nobody has).
  /// @throws ArgumentError where there would be fewer.
  std::unique_ptr<RegionalPopularityModel> extended(std::uint32_t users, std::uint32_t items) const;
  /// The same groups counted again without some users, codes in rising order: of what those that
  /// stay hold in `user_items`, one row each.
  /// @throws ArgumentError where they do not fit.
  std::unique_ptr<RegionalPopularityModel> without(std::span<const std::uint32_t> users,
                                                   const CsrView& user_items) const;
  /// The group of a trained user, or kNoRegion.
  std::uint32_t group_of(std::uint32_t user) const { return user_group_.at(user); }

 private:
  RegionalPopularityModel() = default;
  void check() const;

  double smoothing_ = 0.0;
  PopularityBy by_ = PopularityBy::kRegion;
  Dictionary names_;
  std::vector<std::uint32_t> parent_;  // length groups
  std::vector<std::uint32_t> user_group_;
  std::vector<float> overall_;              // p_i, length n_items
  std::vector<std::uint64_t> group_users_;  // n_g, length groups
  Csr counts_;                              // c_gi, groups x items
};

/// The row of each customer's latest event that counts (of one time: the last row), without one
/// that of its latest event of any kind; events.rows() without any. `rows` as in
/// build_interactions().
/// @throws DataError where the table has no times.
std::vector<std::size_t> latest_rows(const EventTable& events,
                                     const InteractionOptions& options = {},
                                     std::span<const std::uint8_t> rows = {});

/// Groups customers by their latest_rows() and counts; `user_items` is the matrix of the same rows.
/// @throws DataError where the table has no regions, channels or times; ArgumentError.
std::unique_ptr<RegionalPopularityModel> train_regional_popularity(
    const EventTable& events, const CsrView& user_items, const RegionalPopularityOptions& options,
    const InteractionOptions& interactions = {}, std::span<const std::uint8_t> rows = {});

/// The one for customers without history that a model's file carries: by region, channel or both,
/// as the log has them; null where it has neither, or no times.
std::unique_ptr<RegionalPopularityModel> train_newcomers(const EventTable& events,
                                                         const CsrView& user_items,
                                                         const InteractionOptions& interactions);

}  // namespace tenure::recommender
