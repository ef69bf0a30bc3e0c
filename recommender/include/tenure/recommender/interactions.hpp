#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tenure::recommender {

/// What the value of a (customer, item) pair is.
enum class InteractionValue : std::uint8_t {
  kBinary,    ///< the largest weight among the pair's events (1 with the default weights)
  kCount,     ///< the sum of the weights of the pair's events
  kQuantity,  ///< the sum of weight x quantity
};

/// "binary", "count", "quantity".
std::string_view to_string(InteractionValue value) noexcept;
std::optional<InteractionValue> interaction_value_from_string(std::string_view text) noexcept;

/// How much one event of a kind counts.
struct KindWeight {
  EventKind kind = EventKind::kPurchase;
  float weight = 1.0F;  ///< finite, >= 0; an event of weight 0 is left out
};

struct InteractionOptions {
  /// Kinds that count; the rest, returns among them, is ignored. Each kind at most once, at least
  /// one with a weight above 0.
  std::vector<KindWeight> kinds = {{EventKind::kPurchase, 1.0F}};
  InteractionValue value = InteractionValue::kBinary;
  /// Days > 0 in which an event's weight halves: it counts weight * 2^(-age / half-life). Empty: no
  /// decay. An old event keeps at least 2^-40 of its weight, so that no pair leaves the matrix.
  std::optional<double> half_life_days;
  /// The moment ages are taken from, in seconds since 1970; later events have age 0. Empty: the
  /// last event that counts among those the matrix is built from, so that a training matrix knows
  /// nothing of what was held out.
  std::optional<std::int64_t> now;
};

/// @throws ArgumentError that names the kind or option out of range.
void validate(const InteractionOptions& options);

/// Who had to do with what: the input of every model.
struct Interactions {
  /// n_customers x n_items, rows and columns by the store's codes. Values > 0: confidence weights.
  Csr user_items;
  /// Length n_items or empty: 1 for service items. Their columns are empty and they are never
  /// recommended.
  std::vector<std::uint8_t> item_is_service;
};

/// Weight of each row of the table by its kind, without decay: 0 where the row does not count (its
/// kind is not asked for, or it is a service line).
/// @throws ArgumentError where the options are out of range.
std::vector<float> event_weights(const EventTable& events, const InteractionOptions& options);

/// The options with `now` filled in as build_interactions() would; unchanged without a half-life.
/// What a model was trained with, for its file.
/// @throws as build_interactions().
InteractionOptions with_fixed_now(const EventTable& events, InteractionOptions options,
                                  std::span<const std::uint8_t> rows = {});

/// Builds the matrix from the rows that count; `rows` (length events.rows(), or empty for all)
/// keeps those where it is not 0.
/// @throws ArgumentError where the options are out of range or lengths differ; DataError where
/// decay is asked of a table without times.
Interactions build_interactions(const Execution& execution, const EventTable& events,
                                const InteractionOptions& options = {},
                                std::span<const std::uint8_t> rows = {});

/// The events of another table in the codes of a first one; see join_interactions.
struct JoinedInteractions {
  Csr user_items;
  std::uint64_t unknown_customers =
      0;                            ///< customers with events that count, not in the first table
  std::uint64_t unknown_items = 0;  ///< items with events that count, not in the first table
};

/// Joins a second table by external id. Rows are the codes of `customers`; customers not in it are
/// skipped and counted. Columns are the codes of `items`; an item not in it gets a column of its
/// own from items.size() on where `keep_unknown_items` (a test item nobody could have recommended
/// stays in the denominator), and is dropped otherwise (a fold-in history). Both are counted.
JoinedInteractions join_interactions(const Execution& execution, const EventTable& events,
                                     const InteractionOptions& options, const Dictionary& customers,
                                     const Dictionary& items, bool keep_unknown_items);

}  // namespace tenure::recommender
