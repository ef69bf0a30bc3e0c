#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/interactions.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::recommender {

enum class SplitMethod : std::uint8_t {
  kTemporal,   ///< everything after a quantile of event time is test; ties go to training
  kLeaveLast,  ///< the last events of each customer are test
  kRandom,     ///< a share of each customer's items, with all their events, is test
  /// A run of each customer's items, with all their events, is test: neighbours in the order of
  /// their first events (of the file, in a log without times), beginning anywhere. Harder than
  /// kRandom, since what goes together in time is held out together.
  kRun,
  kMixed,  ///< kRun for about half of the customers, kRandom for the others
  kItems,  ///< a share of all items, with all their events, is test: they are new to the model
};

struct SplitSpec {
  SplitMethod method = SplitMethod::kTemporal;
  /// In (0, 1): of events in training (temporal), of items in test (random, run,
  /// mixed: of each customer's; items: of all).
  double fraction = 0.8;
  std::uint32_t count = 1;  ///< > 0: events held out per customer (leave-last)
};

/// Reads "temporal:0.8", "leave-last:1", "random:0.2", "run:0.2", "mixed:0.2" or
/// "items:0.1".
/// @throws ArgumentError for anything else.
SplitSpec parse_split(std::string_view text);
/// The text parse_split() reads.
std::string to_string(const SplitSpec& spec);

/// Rows of a table on either side; rows that do not count under the interaction options are on
/// neither. Both of length events.rows(), 1 for members: masks for build_interactions().
struct RowSplit {
  std::vector<std::uint8_t> train;
  std::vector<std::uint8_t> test;
  std::uint64_t train_rows = 0;
  std::uint64_t test_rows = 0;
  std::optional<std::int64_t> cut;  ///< temporal: the last second of training
  /// items: length events.items.size(), 1 for those held out; empty for the other methods. Lists
  /// scored on them should hold no others.
  std::vector<std::uint8_t> items;
};

/// Splits the rows that count; of those, where `rows` (length events.rows()) is given, the ones it
/// keeps. Leave-last orders a customer's events by time, then by row, and
/// keeps at least one in training: a customer with `count` events or fewer is all training. Draws
/// of random, run and mixed are keyed by customer (Purpose::kSplit), so that they do not depend on
/// other customers; those of items by item.
/// @throws DataError where temporal or leave-last meets a table without times, or no row counts;
/// ArgumentError where the spec is out of range or the mask is of another length.
RowSplit split_rows(const Execution& execution, const EventTable& events, const SplitSpec& spec,
                    const InteractionOptions& options = {},
                    std::span<const std::uint8_t> rows = {});

}  // namespace tenure::recommender
