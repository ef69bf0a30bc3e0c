#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// Recency, frequency, monetary value: scores from 1 (worst) to `groups` (best) on each axis, and
/// RFM-3D, eight classes from three binary axes with social activity as the third.
namespace tenure::customers {

enum class RfmCuts : std::uint8_t { kQuantile, kFixed };

struct RfmOptions {
  RfmCuts cuts = RfmCuts::kQuantile;
  int groups = 5;           ///< 2 to 10
  bool mean_money = false;  ///< monetary is the mean value of an order, not the total
  /// With fixed cuts: groups - 1 bounds an axis, of scores 2, 3, ... in that order. Recency falls
  /// strictly, the others rise strictly.
  std::vector<double> recency_days = {365, 180, 90, 30};
  std::vector<double> frequency = {2, 3, 6, 12};
  std::vector<double> monetary = {50, 150, 500, 1500};
  friend bool operator==(const RfmOptions&, const RfmOptions&) = default;
};

/// The least good value that still has score s is at s - 2; empty where no value reaches it.
using RfmAxis = std::vector<std::optional<double>>;
struct RfmScale {
  RfmAxis recency;    ///< days since the last order, at most this many
  RfmAxis frequency;  ///< orders, at least this many
  RfmAxis monetary;   ///< currency units, at least this much; empty without prices
};

struct RfmScores {
  std::uint8_t recency = 1;
  std::uint8_t frequency = 1;
  std::uint8_t monetary = 0;  ///< 0: the log has no prices
  friend bool operator==(const RfmScores&, const RfmScores&) = default;
};

/// The bounds of each score. Quantiles: score = 1 + floor(groups x share of customers who are
/// strictly worse), so equal values have equal scores, whatever their order, and where all are
/// equal everyone has 1. Spans are parallel, one value a customer; `monetary` is empty without
/// prices.
/// @throws ArgumentError where lengths differ, a value is not finite or fixed cuts do not fit.
RfmScale make_rfm_scale(const RfmOptions& options, std::span<const double> recency_days,
                        std::span<const double> orders, std::span<const double> monetary);

/// `monetary` is ignored where the scale has no such axis.
RfmScores rfm_scores(const RfmScale& scale, double recency_days, double orders, double monetary);

/// RFM-3D. The bits of the number: 4 recent, 2 valuable, 1 social.
enum class CustomerClass : std::uint8_t {
  kFadingCasual = 0,
  kFadingPromoter = 1,
  kFadingLoyal = 2,
  kFadingAdvocate = 3,
  kCasual = 4,
  kPromoter = 5,
  kLoyal = 6,
  kAdvocate = 7,
};
inline constexpr std::size_t kCustomerClasses = 8;
/// "fading-casual", ..., "advocate".
std::string_view to_string(CustomerClass customer_class) noexcept;

struct ClassOptions {
  int recent_score = 3;  ///< recent from this recency score
  /// Valuable from this mean of the frequency and monetary scores (frequency alone without prices).
  double value_score = 3.0;
  int social_events = 1;  ///< social from this many shares and reviews in the window
  friend bool operator==(const ClassOptions&, const ClassOptions&) = default;
};

/// Class from scores and the number of shares and reviews.
CustomerClass customer_class(const RfmScores& scores, std::uint64_t social_events,
                             const ClassOptions& options = {}) noexcept;

}  // namespace tenure::customers
