#include "held_out.hpp"

#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/pseudonym.hpp>
#include <tenure/core/store.hpp>
#include <tenure/core/time.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/split.hpp>

#include <fmt/format.h>

#include <utility>

namespace tenure::apps {

namespace {

/// Test items are members of a set: their age is of no use, and their log may have no times.
recommender::InteractionOptions without_decay(recommender::InteractionOptions weights) {
  weights.half_life_days.reset();
  return weights;
}

}  // namespace

HeldOut hold_out(const Execution& execution, const EventTable& events, const std::string& split,
                 const recommender::InteractionOptions& weights) {
  const std::string text = !split.empty()      ? split
                           : events.has_time() ? "temporal:0.8"
                                               : "random:0.2";
  const recommender::SplitSpec spec = recommender::parse_split(text);
  recommender::RowSplit rows = recommender::split_rows(execution, events, spec, weights);
  HeldOut data;
  data.weights = recommender::with_fixed_now(events, weights, rows.train);
  data.train = recommender::build_interactions(execution, events, data.weights, rows.train);
  data.known = data.train.user_items;
  data.test =
      recommender::build_interactions(execution, events, without_decay(data.weights), rows.test)
          .user_items;
  data.train_rows = std::move(rows.train);
  data.description =
      fmt::format("split {}: {} events to train on, {} held out", recommender::to_string(spec),
                  with_commas(rows.train_rows), with_commas(rows.test_rows));
  if (rows.cut) data.description += ", cut after " + format_time(*rows.cut);
  data.denied = data.train.item_is_service;
  if (!rows.items.empty()) {
    data.denied.resize(rows.items.size());
    std::uint64_t left = 0;
    for (std::size_t item = 0; item < rows.items.size(); ++item) {
      if (rows.items[item] == 0) data.denied[item] = 1;
      left += data.denied[item] == 0 ? 1U : 0U;
    }
    data.description += fmt::format(", lists of the {} items held out", with_commas(left));
  }
  return data;
}

HeldOut hold_out_store(const Execution& execution, const TestFiles& files, const EventTable& events,
                       const recommender::InteractionOptions& weights) {
  HeldOut data;
  data.weights = recommender::with_fixed_now(events, weights);
  data.train = recommender::build_interactions(execution, events, data.weights);
  data.denied = data.train.item_is_service;
  const EventTable test_events = read_store(execution, files.test);
  data.fold_in = !files.fold_in.empty();
  recommender::JoinedInteractions test;
  if (data.fold_in) {
    const EventTable known_events = read_store(execution, files.fold_in);
    check_same_pseudonyms(files.fold_in, known_events.pseudonym_key, files.test,
                          test_events.pseudonym_key);
    data.known = recommender::join_interactions(execution, known_events, data.weights,
                                                known_events.customers, events.items, false)
                     .user_items;
    test = recommender::join_interactions(execution, test_events, without_decay(data.weights),
                                          known_events.customers, events.items, true);
  } else {
    check_same_pseudonyms(files.input, events.pseudonym_key, files.test, test_events.pseudonym_key);
    data.known = data.train.user_items;
    test = recommender::join_interactions(execution, test_events, without_decay(data.weights),
                                          events.customers, events.items, true);
  }
  data.test = std::move(test.user_items);
  data.description =
      fmt::format("test {}{}: {} test pairs, {} customers and {} items unknown in training",
                  files.test, data.fold_in ? " with known events of " + files.fold_in : "",
                  with_commas(data.test.nonzeros()), with_commas(test.unknown_customers),
                  with_commas(test.unknown_items));
  return data;
}

recommender::Evaluation score_held_out(const Execution& execution, const recommender::Model& model,
                                       const HeldOut& data, const std::vector<std::uint32_t>& at,
                                       bool rebuy) {
  const auto popularity = recommender::train_popularity(data.train.user_items);
  recommender::EvaluationOptions options;
  options.at = at;
  options.allow_seen = rebuy;
  options.denied = data.denied;
  options.fallback = popularity.get();
  options.train = data.train.user_items;
  options.keep_user_values = true;
  recommender::EvaluationSet set;
  set.known = data.known;
  set.test = data.test;
  set.fold_in = data.fold_in;
  return recommender::evaluate(execution, model, set, options);
}

}  // namespace tenure::apps
