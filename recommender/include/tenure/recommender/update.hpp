#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/interactions.hpp>
#include <tenure/recommender/model_file.hpp>

#include <cstdint>

namespace tenure::recommender {

struct UpdateOptions {
  /// How new events become weights: as the model's own did. A pair known already keeps the larger
  /// weight where values are binary, and gets the sum else.
  InteractionOptions interactions;
  std::uint32_t sweeps = 2;  ///< >= 1: passes over the customers, then the items, that changed
};

/// What new events brought.
struct UpdateReport {
  std::uint64_t new_customers = 0;
  std::uint64_t new_items = 0;
  std::uint64_t new_pairs = 0;          ///< that the model did not know
  std::uint64_t changed_customers = 0;  ///< re-solved, new ones included
  std::uint64_t changed_items = 0;      ///< re-solved, new ones included
};

/// A model after further events of known and new customers with known and new items, joined by
/// external id: new ids get the codes behind the known ones. Only what the events touch is solved
/// again, so that the result is near, not equal to, training on everything (docs/SERVING.md
/// tells how near). The held-out figures of the old model are dropped: they are not the new one's.
/// Byte-identical at any number of threads.
/// @throws ArgumentError (options; a model that cannot be updated; ids that are not pseudonyms of
/// one key in both), NumericalError, Cancelled.
ModelFile update_model(const Execution& execution, const ModelFile& file, const EventTable& events,
                       const UpdateOptions& options = {}, UpdateReport* report = nullptr);

}  // namespace tenure::recommender
