#include "sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tenure::report {

namespace {

using simulator::Interval;
using simulator::StrategyReturn;

/// Under so many draws a chance is read off too few worlds, and over so much noise the interval is
/// mostly the simulation's own.
constexpr std::uint32_t kFewDraws = 40;
constexpr double kMostlyNoise = 0.5;

bool holds_zero(const std::optional<Interval>& interval) {
  return interval && interval->low <= 0.0 && interval->high >= 0.0;
}

/// The world's interval, or the simulation's where nothing is uncertain.
const std::optional<Interval>& interval_of(const ResultView& view,
                                           const simulator::Estimate& estimate) {
  return view.outcome.uncertain ? estimate.interval : estimate.mc_interval;
}

std::string with_interval(const ResultView& view, const simulator::Estimate& estimate, Unit unit,
                          const char* of = "") {
  const Format format = view.format.spoken();
  const auto& interval = interval_of(view, estimate);
  std::string text = format.text(estimate.value, unit) + of;
  if (interval) {
    text += " (95\u00a0% interval " + format.range(interval->low, interval->high, unit) + ")";
  }
  return text;
}

std::string roi_text(const ResultView& view, const StrategyReturn& s) {
  return s.roi ? "a return of " + with_interval(view, *s.roi, Unit::kReturn, " on its cost")
               : std::string("at no cost");
}

std::string headline(const ResultView& view, const StrategyReturn& s) {
  const std::string span = span_of_days(view.outcome.horizon_days);
  const Format spoken = view.format.spoken();
  if (s.rank == 1) {
    return fmt::format("Choose \u201c{}\u201d: over {} it adds {} after its costs, {}.", s.name,
                       span, spoken.text(s.net.value, Unit::kMoney), roi_text(view, s));
  }
  return fmt::format(
      "Keep to what is done today: no strategy looked at pays for itself over {}. \u201c{}\u201d "
      "comes nearest: it would change the result by {}, {}.",
      span, s.name, spoken.text(s.net.value, Unit::kMoney), roi_text(view, s));
}

/// "in all 40", "in 31 of 40", "in none of 40".
std::string in_worlds(double share, std::uint32_t worlds) {
  const double n = worlds;
  if (share >= 1.0) return "in all " + grouped(n, 0);
  if (share <= 0.0) return "in none of " + grouped(n, 0);
  return "in " + grouped(share * n, 0) + " of " + grouped(n, 0);
}

/// What so many worlds tell of a chance: "91 % or more", "62 to 88 %".
std::string chance_text(const Format& format, const Interval& limits) {
  if (limits.high >= 1.0) return format.text(limits.low, Unit::kChance) + " or more";
  if (limits.low <= 0.0) return format.text(limits.high, Unit::kChance) + " or less";
  return format.range(limits.low, limits.high, Unit::kChance);
}

std::string certainty(const ResultView& view, const StrategyReturn& s) {
  const auto& outcome = view.outcome;
  if (!outcome.uncertain) {
    return "The scenario states nothing as uncertain: these intervals are the simulation\u2019s "
           "own "
           "error, and say nothing about how well the assumptions are known.";
  }
  const auto& best = view.best();
  const auto& limits = s.probability_positive.mc_interval;
  const Format& format = view.format;
  std::string text = fmt::format(
      "How sure: {} possible worlds, each a set of assumptions drawn within what is known of them, "
      "it pays back more than it costs.{} {} leaves the most {}.",
      in_worlds(s.probability_positive.value, outcome.parameter_draws),
      limits ? " So many worlds put the chance at " + chance_text(format, *limits) + "." : "",
      best.rank == s.rank ? "It" : "Doing nothing more",
      in_worlds(best.probability_best, outcome.parameter_draws));
  if (outcome.parameter_draws < kFewDraws) {
    text +=
        " So few worlds make the chances and the ends of the intervals rough: repeat with 40 or "
        "more "
        "before deciding.";
  }
  return text;
}

/// The strategy with the greatest return, where it is another one.
std::string thrift(const ResultView& view, const StrategyReturn& s) {
  const StrategyReturn* thriftiest = nullptr;
  for (const StrategyReturn& other : view.returns.strategies) {
    if (!other.roi) continue;
    if (thriftiest == nullptr || other.roi->value > thriftiest->roi->value) thriftiest = &other;
  }
  if (thriftiest == nullptr || thriftiest == &s || thriftiest->roi->value <= 0.0) return {};
  const std::string& currency = view.format.currency();
  return fmt::format(
      "Where money is short, \u201c{}\u201d gives more for each {} spent: {}. It costs {} and "
      "leaves "
      "{}.",
      thriftiest->name, currency.empty() ? "unit" : currency, roi_text(view, *thriftiest),
      view.format.spoken().text(thriftiest->cost.value, Unit::kMoney),
      with_interval(view, thriftiest->net, Unit::kMoney));
}

std::string caution(const ResultView& view, const StrategyReturn& s) {
  std::string text;
  if (s.noise_share && *s.noise_share > kMostlyNoise) {
    text += fmt::format(
        "Caution: {:.0f}\u00a0% of the spread of its return between the worlds is noise of the "
        "simulation. That part is taken out of the interval, but what is left is known badly; more "
        "replications or customers make it firm. ",
        100.0 * *s.noise_share);
  }
  for (const StrategyReturn& other : view.returns.strategies) {
    if (other.rank == 1 || !holds_zero(other.behind_best.mc_interval)) continue;
    text += fmt::format(
        "The simulation is too small to tell \u201c{}\u201d from the first: more replications "
        "could change their order. ",
        other.name);
  }
  return text;
}

Card payback_card(const ResultView& view, const StrategyReturn& s) {
  Card card{"Paid back after", "not within the horizon", ""};
  if (s.payback.days)
    card.value = view.format.text(static_cast<double>(*s.payback.days), Unit::kDays);
  const auto& range = s.payback.interval;
  if (!range || !s.payback.days) return card;
  if (range->low == range->high) {
    if (view.outcome.uncertain) card.range = "the same in 95 of 100 worlds";
    return card;
  }
  const auto end = [&](const std::optional<std::int64_t>& days) {
    return days ? grouped(static_cast<double>(*days), 0) : std::string("beyond the horizon");
  };
  card.range = "95\u00a0% interval " + end(range->low) + "\u00a0to\u00a0" + end(range->high);
  return card;
}

std::vector<Card> cards(const ResultView& view, const StrategyReturn& s) {
  const Format format = view.format.spoken();
  const auto card = [&](std::string label, const simulator::Estimate& estimate, Unit unit,
                        const std::optional<Interval>& limits) {
    return Card{std::move(label), format.text(estimate.value, unit),
                limits ? "95\u00a0% interval " + format.range(limits->low, limits->high, unit)
                       : "interval not known: one replication"};
  };
  std::vector<Card> list;
  list.push_back(card("Net", s.net, Unit::kMoney, interval_of(view, s.net)));
  if (s.roi) {
    list.push_back(card("Return on cost", *s.roi, Unit::kReturn, interval_of(view, *s.roi)));
  } else {
    list.push_back({"Return on cost", "\u2013", "it costs nothing"});
  }
  list.push_back(card("Cost", s.cost, Unit::kMoney, interval_of(view, s.cost)));
  if (view.outcome.uncertain) {
    // Of a chance the limits are those of so many draws.
    const auto& chance = s.probability_positive;
    const double worlds = view.outcome.parameter_draws;
    list.push_back(
        {"Worlds it pays back in", grouped(chance.value * worlds, 0) + " of " + grouped(worlds, 0),
         chance.mc_interval ? "a chance of " + chance_text(view.format, *chance.mc_interval) : ""});
  }
  list.push_back(payback_card(view, s));
  return list;
}

}  // namespace

const StrategyReturn& ResultView::best() const {
  for (const StrategyReturn& s : returns.strategies) {
    if (s.rank == 1) return s;
  }
  return returns.baseline;
}

const StrategyReturn* ResultView::first_strategy() const {
  const StrategyReturn* first = nullptr;
  for (const StrategyReturn& s : returns.strategies) {
    if (first == nullptr || s.rank < first->rank) first = &s;
  }
  return first;
}

std::size_t ResultView::index_of(const StrategyReturn& strategy) const {
  for (std::size_t i = 0; i < returns.strategies.size(); ++i) {
    if (&returns.strategies[i] == &strategy) return i + 1;
  }
  return 0;
}

Section decision_section(const ResultView& view) {
  Section section{"decision", "The decision", {}, {}, {}, {}};
  const auto& outcome = view.outcome;
  const StrategyReturn* s = view.first_strategy();
  if (s == nullptr) {
    section.sentences.emplace_back(
        "The result holds the baseline alone: there is nothing to choose.");
  } else {
    section.sentences = {headline(view, *s), certainty(view, *s), thrift(view, *s),
                         caution(view, *s)};
    section.cards = cards(view, *s);
  }
  section.sentences.push_back(fmt::format(
      "Simulated: {} of day one over {}, {} and the baseline, {} \u00d7 {}; gross margin "
      "{:.0f}\u00a0% "
      "of revenue. Amounts are discounted to day one. What the levers cost and do is the "
      "scenario\u2019s assumption.",
      counted(outcome.customers, "customer", "customers"), span_of_days(outcome.horizon_days),
      counted(view.returns.strategies.size(), "strategy", "strategies"),
      counted(outcome.parameter_draws, "world", "worlds"),
      counted(outcome.replications, "replication", "replications"), 100.0 * outcome.gross_margin));
  if (!outcome.caveat.empty()) {
    section.sentences.push_back("Few customers to learn from: " + outcome.caveat + ".");
  }
  std::erase(section.sentences, std::string());
  return section;
}

}  // namespace tenure::report
