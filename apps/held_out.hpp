#pragma once

#include "model_options.hpp"
#include "run.hpp"

#include <tenure/core/events.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/interactions.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tenure::apps {

/// What a model may know and what it is asked for.
struct HeldOut {
  std::vector<std::uint8_t> train_rows;  ///< mask of the events; empty: all
  recommender::Interactions train;
  recommender::InteractionOptions weights;  ///< those of `train`, ages as of its last event
  Csr known;  ///< histories of the test users: train's matrix, or folded-in ones
  Csr test;
  bool fold_in = false;
  /// Length n_items or empty, 1 for items no list may hold: service items and, where the split
  /// holds out whole items, all but those.
  std::vector<std::uint8_t> denied;
  std::string description;  ///< for people: how it was held out
};

/// Help of the option that hold_out() reads.
inline constexpr const char* kSplitHelp =
    "What to hold out: temporal:0.8 (default with times), leave-last:1, random:0.2, run:0.2 (a run "
    "of each customer's items in order), mixed:0.2 (runs of half of the customers, drawn items of "
    "the others), items:0.1 (all events of a share of the items; lists hold only those)";

/// Holds out a part of the log itself; an empty spec means temporal:0.8 where there are times and
/// random:0.2 where there are none.
HeldOut hold_out(const Execution& execution, const EventTable& events, const std::string& split,
                 const recommender::InteractionOptions& weights = {});

/// The files of a test on another store.
struct TestFiles {
  const std::string& input;  ///< trained on: for messages
  const std::string& test;
  const std::string& fold_in;  ///< may be empty
};

/// Takes the test items from another store, joined by external id; with `fold_in` the test users
/// are that store's customers and their known events are its events.
/// @throws DataError where the joined ids are not pseudonyms of one key.
HeldOut hold_out_store(const Execution& execution, const TestFiles& files, const EventTable& events,
                       const recommender::InteractionOptions& weights = {});

/// Scores a model on what was held out: popularity for users without history, each user's values
/// kept for a comparison; with `rebuy` known items may be listed and count as test items, without
/// they do neither.
recommender::Evaluation score_held_out(const Execution& execution, const recommender::Model& model,
                                       const HeldOut& data, const std::vector<std::uint32_t>& at,
                                       bool rebuy = false);

}  // namespace tenure::apps
