#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/interactions.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::recommender {

/// A customer without a region.
inline constexpr std::uint32_t kNoRegion = 0xFFFFFFFFU;

struct RegionalPopularityOptions {
  /// >= 0: a region's shares are mixed with those of all regions as if that many more of its
  /// customers bought as all do, so that small regions fall back on overall popularity.
  double smoothing = 100.0;
};

/// Popularity in the customer's region: with c_ri of the n_r customers of region r having item i,
/// and p_i the share of all customers, the score is (c_ri + smoothing p_i) / (n_r + smoothing). New
/// users and customers without a region score p_i; scores_of() serves a new customer whose region
/// is known.
class RegionalPopularityModel final : public Model {
 public:
  /// `user_region` (length n_users, codes into `regions` or kNoRegion) and which users have which
  /// items (values are not looked at).
  /// @throws ArgumentError where they do not fit together or smoothing is out of range.
  RegionalPopularityModel(const RegionalPopularityOptions& options, Dictionary regions,
                          std::vector<std::uint32_t> user_region, const CsrView& user_items);

  std::string_view name() const noexcept override { return "regional-popularity"; }
  std::uint32_t n_users() const noexcept override {
    return static_cast<std::uint32_t>(user_region_.size());
  }
  std::uint32_t n_items() const noexcept override {
    return static_cast<std::uint32_t>(overall_.size());
  }
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;
  static std::unique_ptr<RegionalPopularityModel> load(const ContainerReader& reader,
                                                       const std::string& prefix);

  const Dictionary& regions() const noexcept { return regions_; }
  /// Scores of every item for a region's code, or kNoRegion; out has length n_items.
  /// @throws ArgumentError where the region or the length is out of range.
  void scores_of(std::uint32_t region, std::span<float> out) const;

 private:
  RegionalPopularityModel() = default;
  void check() const;

  double smoothing_ = 0.0;
  Dictionary regions_;
  std::vector<std::uint32_t> user_region_;
  std::vector<float> overall_;               // p_i, length n_items
  std::vector<std::uint64_t> region_users_;  // n_r, length regions
  Csr counts_;                               // c_ri, regions x items
};

/// The region of each customer's latest event that counts (of one time: the last row); kNoRegion
/// without one. `rows` as in build_interactions().
/// @throws DataError where the table has no regions or no times.
std::vector<std::uint32_t> latest_regions(const EventTable& events,
                                          const InteractionOptions& options = {},
                                          std::span<const std::uint8_t> rows = {});

}  // namespace tenure::recommender
