#pragma once

#include <cstdint>
#include <span>

namespace tenure::recommender {

/// In ListRules::categories: an item of no category, which no cap limits.
inline constexpr std::uint32_t kNoCategory = 0xFFFFFFFFU;

/// What a shop wants of its lists, whatever model ranks the items. Applied while items are
/// searched, not to a finished list: a list is as long as asked for wherever the catalogue allows
/// it. Every span has length n_items or is empty; the memory behind it must outlive its use.
///
/// The score that ranks an item is, with s the model's score,
///   s * factor + add where s >= 0, s / factor + add where s < 0,
/// so that a factor above 1 raises every item.
///
/// Diversity is maximal marginal relevance (Carbonell and Goldstein 1998): items are taken one by
/// one, each time the one of largest
///   (1 - diversity) * relevance - diversity * max over those taken of similarity,
/// relevance being the score on a scale from 0 (worst of the candidates) to 1 (best), similarity
/// the cosine of the item factors, or for models without factors 1 within a category and else 0.
/// Candidates are the max(100, 5 k) best items; more where caps exhaust them. A list then stands in
/// the order in which its items were taken.
struct ListRules {
  std::span<const std::uint8_t> allowed;      ///< only items marked other than 0 are listed
  std::span<const std::uint8_t> denied;       ///< items marked other than 0 are not
  std::span<const std::uint8_t> in_stock;     ///< items marked 0 are not listed
  std::span<const float> boost_factor;        ///< finite, > 0; 1 changes nothing
  std::span<const float> boost_add;           ///< finite; 0 changes nothing
  std::span<const std::uint32_t> categories;  ///< category of each item, or kNoCategory
  std::uint32_t category_cap = 0;  ///< at most so many of a category in a list; 0: no cap
  double diversity = 0.0;          ///< in [0, 1); 0: by score alone
};

}  // namespace tenure::recommender
