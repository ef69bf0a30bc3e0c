#include <tenure/core/error.hpp>
#include <tenure/core/random.hpp>
#include <tenure/recommender/tune.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>

namespace tenure::recommender {

namespace {

constexpr std::string_view kPasses = "epochs";

bool searched(const OptionSpec& option) { return option.search_high > option.search_low; }

/// One draw from an option's search range; significant digits are few, so that a configuration
/// file holds the very value.
double draw_value(std::uint64_t seed, const OptionSpec& option, std::uint32_t candidate,
                  std::uint32_t position) {
  RandomStream stream(seed, {Purpose::kSearch, 0, candidate, position});
  const double u = stream.uniform();
  if (option.type == OptionSpec::Type::kInteger && !option.search_log) {
    return std::floor(option.search_low + u * (option.search_high - option.search_low + 1.0));
  }
  const double value = option.search_log
                           ? option.search_low * std::pow(option.search_high / option.search_low, u)
                           : option.search_low + u * (option.search_high - option.search_low);
  if (option.type == OptionSpec::Type::kInteger) return std::round(value);
  const double scale = std::pow(10.0, 2.0 - std::floor(std::log10(std::fabs(value))));
  return std::round(value * scale) / scale;
}

OptionValues draw_candidate(std::uint64_t seed, const ModelKind& kind, const OptionValues& start,
                            std::uint32_t candidate) {
  OptionValues values = start;
  if (candidate == 0) return values;
  for (std::uint32_t i = 0; i < kind.options.size(); ++i) {
    const OptionSpec& option = kind.options[i];
    if (searched(option)) values.set(option.name, draw_value(seed, option, candidate, i));
  }
  return values;
}

/// Largest cut-off a metric's name asks for: "ndcg@20" -> 20.
std::uint32_t cut_off(const std::string& metric) {
  const std::size_t at = metric.find('@');
  std::uint32_t k = 0;
  const char* const end = metric.data() + metric.size();
  if (at == std::string::npos || std::from_chars(metric.data() + at + 1, end, k).ptr != end ||
      k == 0) {
    throw ArgumentError("tune: '" + metric + "' is no metric such as ndcg@20");
  }
  return k;
}

/// Passes of each rung: the last has all, each before it a 1 / keep_one_in of the next.
std::vector<std::uint32_t> rung_passes(std::uint32_t passes, std::uint32_t candidates,
                                       std::uint32_t keep_one_in) {
  std::vector<std::uint32_t> rungs{passes};
  for (std::uint32_t left = candidates; left >= keep_one_in && rungs.front() > 1;
       left /= keep_one_in) {
    rungs.insert(rungs.begin(), std::max(1U, rungs.front() / keep_one_in));
  }
  return rungs;
}

void sort_trials(std::vector<Trial>& trials) {
  std::stable_sort(trials.begin(), trials.end(), [](const Trial& a, const Trial& b) {
    if (a.rung != b.rung) return a.rung > b.rung;
    if (a.failed != b.failed) return b.failed;
    if (a.score != b.score) return a.score > b.score;
    return a.candidate < b.candidate;
  });
}

void check(const ModelKind& kind, const TuneOptions& options) {
  if (options.candidates == 0) throw ArgumentError("tune: there must be a candidate");
  if (options.keep_one_in < 2) throw ArgumentError("tune: keep_one_in must be at least 2");
  if (std::none_of(kind.options.begin(), kind.options.end(), searched)) {
    throw ArgumentError("tune: model " + std::string(kind.name) + " has nothing to search");
  }
}

}  // namespace

TuneResult tune(const Execution& execution, const ModelKind& kind, const OptionValues& start,
                const TrainingInput& input, const EvaluationSet& validation,
                const EvaluationOptions& evaluation, const TuneOptions& options) {
  check(kind, options);
  EvaluationOptions scored = evaluation;
  scored.at = {cut_off(options.metric)};
  scored.bootstrap_samples = 0;
  const bool has_passes = start.has(kPasses);
  const auto rungs =
      has_passes ? rung_passes(start.integer(kPasses), options.candidates, options.keep_one_in)
                 : std::vector<std::uint32_t>{0};
  Execution quiet = execution;  // models would report their own passes over the search's
  quiet.progress = nullptr;
  std::vector<Trial> alive;
  for (std::uint32_t c = 0; c < options.candidates; ++c) {
    alive.push_back({c, 0, draw_candidate(execution.seed, kind, start, c), 0.0, false});
  }
  TuneResult result{{}, start};
  for (std::uint32_t rung = 0; rung < rungs.size(); ++rung) {
    for (std::size_t i = 0; i < alive.size(); ++i) {
      Trial& trial = alive[i];
      trial.rung = rung;
      if (has_passes) trial.values.set(kPasses, static_cast<double>(rungs[rung]));
      try {
        const auto model = kind.train(quiet, input, trial.values);
        trial.score = evaluate(quiet, *model, validation, scored).value(options.metric);
      } catch (const NumericalError&) {
        trial.failed = true;
        trial.score = 0.0;
      }
      execution.report("tune", i + 1, alive.size());
    }
    sort_trials(alive);
    const bool last = rung + 1 == rungs.size();
    const std::size_t kept =
        last ? 0 : std::max<std::size_t>(1, alive.size() / options.keep_one_in);
    std::move(alive.begin() + static_cast<std::ptrdiff_t>(kept), alive.end(),
              std::back_inserter(result.trials));
    alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(kept), alive.end());
  }
  sort_trials(result.trials);
  if (result.trials.front().failed) {
    throw NumericalError("tune: every candidate left the finite numbers");
  }
  result.best = result.trials.front().values;
  return result;
}

}  // namespace tenure::recommender
