#include "rule_set.hpp"

#include "kernels.hpp"

#include <tenure/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace tenure::recommender::detail {

namespace {

constexpr std::uint32_t kFewestCandidates = 100;
constexpr std::uint32_t kCandidatesPerPlace = 5;

template <class T>
void check_length(std::span<const T> values, std::uint32_t n_items, const char* what) {
  if (!values.empty() && values.size() != n_items) {
    throw ArgumentError(std::string("recommend: the ") + what +
                        " list has another length than the catalogue");
  }
}

/// How many of each category a list holds.
class CategoryCounts {
 public:
  explicit CategoryCounts(std::uint32_t cap) : cap_(cap) {}
  bool has_room(std::uint32_t category) const {
    if (cap_ == 0 || category == kNoCategory) return true;
    const auto same = std::count(taken_.begin(), taken_.end(), category);
    return static_cast<std::uint32_t>(same) < cap_;
  }
  void take(std::uint32_t category) { taken_.push_back(category); }

 private:
  std::uint32_t cap_;
  std::vector<std::uint32_t> taken_;  // as long as the list: short
};

}  // namespace

RuleSet::RuleSet(const Model& model, const ListRules& rules, std::span<const std::uint8_t> denied)
    : rules_(rules), open_items_(model.n_items()) {
  if (const auto factors = model.factors()) factors_ = factors->items;
  check(model, denied);
  close(denied, model.n_items());
  gather_boosted(model);
  if (rules_.diversity > 0.0 && factors_.rows > 0) {
    inverse_length_.resize(factors_.rows);
    for (std::size_t i = 0; i < factors_.rows; ++i) {
      const float square = dot(factors_.row(i), factors_.row(i), factors_.cols);
      inverse_length_[i] = square > 0.0F ? 1.0F / std::sqrt(square) : 0.0F;
    }
  }
}

void RuleSet::check(const Model& model, std::span<const std::uint8_t> denied) const {
  const std::uint32_t n = model.n_items();
  check_length(denied, n, "deny");
  check_length(rules_.denied, n, "deny");
  check_length(rules_.allowed, n, "allow");
  check_length(rules_.in_stock, n, "stock");
  check_length(rules_.boost_factor, n, "boost");
  check_length(rules_.boost_add, n, "boost");
  check_length(rules_.categories, n, "category");
  const auto none = [](std::uint8_t mark) { return mark == 0; };
  if (!rules_.allowed.empty() && std::all_of(rules_.allowed.begin(), rules_.allowed.end(), none)) {
    throw ArgumentError("recommend: the allow list has no item of the catalogue");
  }
  for (const float factor : rules_.boost_factor) {
    if (!std::isfinite(factor) || !(factor > 0.0F)) {
      throw ArgumentError("recommend: a boost factor must be a finite number above 0");
    }
  }
  for (const float add : rules_.boost_add) {
    if (!std::isfinite(add)) throw ArgumentError("recommend: a boost must be a finite number");
  }
  if (rules_.category_cap > 0 && rules_.categories.empty()) {
    throw ArgumentError("recommend: a cap per category needs the items' categories");
  }
  if (!(rules_.diversity >= 0.0 && rules_.diversity < 1.0)) {
    throw ArgumentError("recommend: diversity must be at least 0 and below 1");
  }
  if (rules_.diversity > 0.0 && factors_.rows == 0 && rules_.categories.empty()) {
    throw ArgumentError("recommend: the model " + std::string(model.name()) +
                        " has no factors: diversity needs the items' categories");
  }
}

void RuleSet::close(std::span<const std::uint8_t> denied, std::size_t n_items) {
  if (denied.empty() && rules_.denied.empty() && rules_.allowed.empty() &&
      rules_.in_stock.empty()) {
    return;
  }
  closed_.assign(n_items, 0);
  for (std::size_t i = 0; i < n_items; ++i) {
    const bool shut = (!denied.empty() && denied[i] != 0) ||
                      (!rules_.denied.empty() && rules_.denied[i] != 0) ||
                      (!rules_.allowed.empty() && rules_.allowed[i] == 0) ||
                      (!rules_.in_stock.empty() && rules_.in_stock[i] == 0);
    closed_[i] = shut ? 1 : 0;
    open_items_ -= shut ? 1U : 0U;
  }
}

void RuleSet::gather_boosted(const Model& model) {
  for (std::uint32_t i = 0; i < model.n_items(); ++i) {
    const bool factor = !rules_.boost_factor.empty() && rules_.boost_factor[i] != 1.0F;
    const bool add = !rules_.boost_add.empty() && rules_.boost_add[i] != 0.0F;
    if ((factor || add) && (closed_.empty() || closed_[i] == 0)) boosted_.push_back(i);
  }
  if (boosted_.empty() || factors_.rows == 0) return;
  closed_or_boosted_ = closed_;
  closed_or_boosted_.resize(model.n_items());
  boosted_factors_ = Matrix<float>(boosted_.size(), factors_.cols);
  for (std::size_t i = 0; i < boosted_.size(); ++i) {
    closed_or_boosted_[boosted_[i]] = 1;
    std::copy_n(factors_.row(boosted_[i]), factors_.cols, boosted_factors_.row(i));
  }
}

float RuleSet::boost(std::uint32_t item, float score) const noexcept {
  if (!rules_.boost_factor.empty()) {
    const float factor = rules_.boost_factor[item];
    score = score >= 0.0F ? score * factor : score / factor;
  }
  return rules_.boost_add.empty() ? score : score + rules_.boost_add[item];
}

std::uint32_t RuleSet::first_candidates(std::uint32_t k) const noexcept {
  const std::uint64_t wanted = std::uint64_t{k} * kCandidatesPerPlace;
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wanted, kFewestCandidates, kNoItem));
}

void RuleSet::pick(std::span<const std::uint32_t> ids, std::span<const float> scores,
                   ListSlot slot) const {
  std::fill(slot.ids.begin(), slot.ids.end(), kNoItem);
  std::fill(slot.scores.begin(), slot.scores.end(), 0.0F);
  *slot.count = 0;
  if (rules_.diversity > 0.0) {
    pick_diverse(ids, scores, slot);
  } else {
    pick_by_score(ids, scores, slot);
  }
}

void RuleSet::pick_by_score(std::span<const std::uint32_t> ids, std::span<const float> scores,
                            ListSlot slot) const {
  CategoryCounts counts(rules_.category_cap);
  for (std::size_t i = 0; i < ids.size() && *slot.count < slot.ids.size(); ++i) {
    const std::uint32_t category = category_of(ids[i]);
    if (!counts.has_room(category)) continue;
    counts.take(category);
    slot.ids[*slot.count] = ids[i];
    slot.scores[(*slot.count)++] = scores[i];
  }
}

void RuleSet::raise_similarity(std::span<const std::uint32_t> ids, std::uint32_t taken,
                               std::vector<double>& similarity) const {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    double like = 0.0;
    if (factors_.rows > 0) {
      const float cosine = dot(factors_.row(taken), factors_.row(ids[i]), factors_.cols) *
                           inverse_length_[taken] * inverse_length_[ids[i]];
      like = static_cast<double>(cosine);
    } else {
      const std::uint32_t category = category_of(taken);
      like = category != kNoCategory && category == category_of(ids[i]) ? 1.0 : 0.0;
    }
    similarity[i] = std::max(similarity[i], like);
  }
}

void RuleSet::pick_diverse(std::span<const std::uint32_t> ids, std::span<const float> scores,
                           ListSlot slot) const {
  if (ids.empty()) return;
  const auto worst = static_cast<double>(scores.back());
  const double range = static_cast<double>(scores.front()) - worst;
  std::vector<double> similarity(ids.size(), -1.0);
  std::vector<std::uint8_t> used(ids.size());
  CategoryCounts counts(rules_.category_cap);
  while (*slot.count < slot.ids.size()) {
    std::size_t best = ids.size();
    double best_value = 0.0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (used[i] != 0 || !counts.has_room(category_of(ids[i]))) continue;
      const double relevance = range > 0.0 ? (static_cast<double>(scores[i]) - worst) / range : 1.0;
      const double likeness = *slot.count == 0 ? 0.0 : similarity[i];
      const double value = (1.0 - rules_.diversity) * relevance - rules_.diversity * likeness;
      if (best == ids.size() || value > best_value) {
        best = i;
        best_value = value;
      }
    }
    if (best == ids.size()) return;
    used[best] = 1;
    counts.take(category_of(ids[best]));
    raise_similarity(ids, ids[best], similarity);
    slot.ids[*slot.count] = ids[best];
    slot.scores[(*slot.count)++] = scores[best];
  }
}

}  // namespace tenure::recommender::detail
