#include "weight_options.hpp"

#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/suggest.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace tenure::apps {

namespace {

using recommender::KindWeight;

/// One "kind=weight".
KindWeight kind_weight(std::string_view part) {
  const std::size_t equals = part.find('=');
  const auto kind = event_kind_from_string(part.substr(0, equals));
  if (!kind) {
    const std::vector<std::string> known = {"purchase",  "return", "view",   "cart",
                                            "favourite", "share",  "review", "visit"};
    throw ArgumentError("--kinds: " + not_one_of(part.substr(0, equals), known));
  }
  if (equals == std::string_view::npos) return {*kind, 1.0F};
  const auto weight = parse_number(part.substr(equals + 1));
  const auto single = static_cast<float>(weight.value_or(0.0));
  if (!(single > 0.0F) || !std::isfinite(single)) {
    throw ArgumentError(
        fmt::format("--kinds: '{}' gives no weight above 0; leave a kind out to ignore it", part));
  }
  return {*kind, single};
}

std::vector<KindWeight> kind_weights(std::string_view text) {
  std::vector<KindWeight> kinds;
  while (true) {
    const std::size_t comma = text.find(',');
    kinds.push_back(kind_weight(text.substr(0, comma)));
    const bool twice = std::any_of(kinds.begin(), kinds.end() - 1, [&](const KindWeight& other) {
      return other.kind == kinds.back().kind;
    });
    if (twice) {
      throw ArgumentError(fmt::format("--kinds: {} is named twice", to_string(kinds.back().kind)));
    }
    if (comma == std::string_view::npos) return kinds;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

void add_weight_options(CLI::App& sub, WeightOptions& options) {
  const std::string group = "Weights of events";
  sub.add_option("--kinds", options.kinds,
                 "Kinds of events that count, each with its weight [purchase=1]")
      ->type_name("KIND=WEIGHT,...")
      ->group(group);
  sub.add_option("--value", options.value,
                 "What a customer's events with an item add up to: binary (the largest weight), "
                 "count (their sum), quantity (the sum of weight x quantity) [binary]")
      ->type_name("VALUE")
      ->group(group);
  sub.add_option("--decay-half-life", options.decay_half_life,
                 "Days in which the weight of an event halves, back from the last event trained "
                 "on [no decay]")
      ->type_name("DAYS")
      ->group(group);
}

recommender::InteractionOptions interaction_options(const WeightOptions& options) {
  recommender::InteractionOptions result;
  if (!options.kinds.empty()) result.kinds = kind_weights(options.kinds);
  if (!options.value.empty()) {
    const auto value = recommender::interaction_value_from_string(options.value);
    if (!value) {
      const std::vector<std::string> known = {"binary", "count", "quantity"};
      throw ArgumentError("--value: " + not_one_of(options.value, known));
    }
    result.value = *value;
  }
  if (!options.decay_half_life.empty()) {
    const auto days = parse_number(options.decay_half_life);
    if (!days || !(*days > 0.0)) {
      throw ArgumentError(fmt::format("--decay-half-life: '{}' is no positive number of days",
                                      options.decay_half_life));
    }
    result.half_life_days = *days;
  }
  return result;
}

}  // namespace tenure::apps
