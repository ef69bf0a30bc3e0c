#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/random.hpp>
#include <tenure/recommender/split.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <span>
#include <string>

namespace tenure::recommender {

namespace {

constexpr std::size_t kCustomerChunk = 1024;

[[noreturn]] void bad_split(std::string_view text) {
  throw ArgumentError("split: '" + std::string(text) +
                      "' is none of temporal:SHARE, leave-last:N, random:SHARE, run:SHARE, "
                      "mixed:SHARE, items:SHARE");
}

void validate(const SplitSpec& spec) {
  if (spec.method == SplitMethod::kLeaveLast) {
    if (spec.count == 0) throw ArgumentError("split: leave-last needs a count of at least 1");
  } else if (!(spec.fraction > 0.0 && spec.fraction < 1.0)) {
    throw ArgumentError("split: the share must lie between 0 and 1, both left out");
  }
}

/// The rows that count, grouped by customer in row order.
struct RowsByCustomer {
  std::vector<std::size_t> start;  // length customers + 1
  std::vector<std::size_t> rows;
};

RowsByCustomer group_rows(const EventTable& events, const std::vector<std::size_t>& rows) {
  RowsByCustomer groups;
  groups.start.assign(std::size_t{events.customers.size()} + 1, 0);
  for (const std::size_t row : rows) ++groups.start[std::size_t{events.customer[row]} + 1];
  std::partial_sum(groups.start.begin(), groups.start.end(), groups.start.begin());
  groups.rows.resize(rows.size());
  std::vector<std::size_t> next(groups.start.begin(), groups.start.end() - 1);
  for (const std::size_t row : rows) groups.rows[next[events.customer[row]]++] = row;
  return groups;
}

void split_temporal(const EventTable& events, const std::vector<std::size_t>& rows, double fraction,
                    RowSplit& split) {
  std::vector<std::int64_t> times;
  times.reserve(rows.size());
  for (const std::size_t row : rows) times.push_back(events.time[row]);
  const double rank = std::ceil(fraction * static_cast<double>(times.size()));
  const auto at = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(times.begin(), times.begin() + at, times.end());
  const std::int64_t cut = times[static_cast<std::size_t>(at)];
  split.cut = cut;
  for (const std::size_t row : rows) (events.time[row] <= cut ? split.train : split.test)[row] = 1;
}

void leave_last(const EventTable& events, std::span<std::size_t> rows, std::uint32_t count,
                RowSplit& split) {
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::size_t a, std::size_t b) { return events.time[a] < events.time[b]; });
  const std::size_t kept = rows.size() > count ? rows.size() - count : rows.size();
  for (std::size_t i = 0; i < rows.size(); ++i) (i < kept ? split.train : split.test)[rows[i]] = 1;
}

/// A share of the items that are goods, with all their rows.
void split_items(std::uint64_t seed, const EventTable& events, const std::vector<std::size_t>& rows,
                 double fraction, RowSplit& split) {
  split.items.assign(events.items.size(), 0);
  for (std::uint32_t item = 0; item < events.items.size(); ++item) {
    if (events.is_service(item)) continue;
    RandomStream stream(seed, {Purpose::kSplit, 1, item, 0});
    split.items[item] = stream.uniform() < fraction ? 1 : 0;
  }
  for (const std::size_t row : rows) {
    (split.items[events.item[row]] != 0 ? split.test : split.train)[row] = 1;
  }
}

void hold_out_items(const EventTable& events, std::span<std::size_t> rows, double fraction,
                    RandomStream stream, RowSplit& split) {
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::size_t a, std::size_t b) { return events.item[a] < events.item[b]; });
  bool test = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 0 || events.item[rows[i]] != events.item[rows[i - 1]]) {
      test = stream.uniform() < fraction;
    }
    (test ? split.test : split.train)[rows[i]] = 1;
  }
}

void hold_out_run(const EventTable& events, std::span<std::size_t> rows, double fraction,
                  RandomStream stream, RowSplit& split) {
  if (events.has_time()) {
    std::stable_sort(rows.begin(), rows.end(),
                     [&](std::size_t a, std::size_t b) { return events.time[a] < events.time[b]; });
  }
  std::vector<std::uint32_t> known;  // rising
  std::vector<std::uint32_t> items;  // in the order of their first events
  for (const std::size_t row : rows) {
    const auto at = std::lower_bound(known.begin(), known.end(), events.item[row]);
    if (at != known.end() && *at == events.item[row]) continue;
    known.insert(at, events.item[row]);
    items.push_back(events.item[row]);
  }
  const auto n = static_cast<double>(items.size());
  const auto held = static_cast<std::ptrdiff_t>(fraction * n + stream.uniform());
  const auto starts = static_cast<std::uint32_t>(items.size() - static_cast<std::size_t>(held) + 1);
  const auto first = items.begin() + static_cast<std::ptrdiff_t>(draw_index(stream, starts));
  std::sort(first, first + held);
  for (const std::size_t row : rows) {
    const bool test = std::binary_search(first, first + held, events.item[row]);
    (test ? split.test : split.train)[row] = 1;
  }
}

}  // namespace

SplitSpec parse_split(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) bad_split(text);
  const std::string_view method = text.substr(0, colon);
  const std::string_view value = text.substr(colon + 1);
  const char* const end = value.data() + value.size();
  SplitSpec spec;
  if (method == "leave-last") {
    spec.method = SplitMethod::kLeaveLast;
    const auto [stop, error] = std::from_chars(value.data(), end, spec.count);
    if (error != std::errc{} || stop != end) bad_split(text);
  } else {
    if (method == "random") {
      spec.method = SplitMethod::kRandom;
    } else if (method == "run") {
      spec.method = SplitMethod::kRun;
    } else if (method == "mixed") {
      spec.method = SplitMethod::kMixed;
    } else if (method == "items") {
      spec.method = SplitMethod::kItems;
    } else if (method != "temporal") {
      bad_split(text);
    }
    const auto [stop, error] = std::from_chars(value.data(), end, spec.fraction);
    if (error != std::errc{} || stop != end) bad_split(text);
  }
  validate(spec);
  return spec;
}

std::string to_string(const SplitSpec& spec) {
  if (spec.method == SplitMethod::kLeaveLast) return "leave-last:" + std::to_string(spec.count);
  std::array<char, 32> digits{};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), spec.fraction);
  const std::string share(digits.data(), error == std::errc{} ? end : digits.data());
  const char* const name = spec.method == SplitMethod::kTemporal ? "temporal:"
                           : spec.method == SplitMethod::kRandom ? "random:"
                           : spec.method == SplitMethod::kRun    ? "run:"
                           : spec.method == SplitMethod::kMixed  ? "mixed:"
                                                                 : "items:";
  return name + share;
}

RowSplit split_rows(const Execution& execution, const EventTable& events, const SplitSpec& spec,
                    const InteractionOptions& options, std::span<const std::uint8_t> keep) {
  validate(spec);
  events.validate();
  if (!keep.empty() && keep.size() != events.rows()) {
    throw ArgumentError("split: the mask of rows does not fit the log");
  }
  const bool by_time =
      spec.method == SplitMethod::kTemporal || spec.method == SplitMethod::kLeaveLast;
  if (by_time && !events.has_time()) {
    throw DataError("store", "events/time",
                    "the split " + to_string(spec) + " needs event times, and this log has none");
  }
  const std::vector<float> weights = event_weights(events, options);
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (weights[row] > 0.0F && (keep.empty() || keep[row] != 0)) rows.push_back(row);
  }
  if (rows.empty()) throw DataError("store", "no event to split: none is of a kind that counts");
  RowSplit split;
  split.train.assign(events.rows(), 0);
  split.test.assign(events.rows(), 0);
  if (spec.method == SplitMethod::kTemporal) {
    split_temporal(events, rows, spec.fraction, split);
  } else if (spec.method == SplitMethod::kItems) {
    split_items(execution.seed, events, rows, spec.fraction, split);
  } else {
    RowsByCustomer groups = group_rows(events, rows);
    parallel_for(execution, events.customers.size(), kCustomerChunk, [&](const Chunk& chunk) {
      for (std::size_t customer = chunk.begin; customer < chunk.end; ++customer) {
        const std::size_t begin = groups.start[customer];
        const std::span<std::size_t> own(groups.rows.data() + begin,
                                         groups.start[customer + 1] - begin);
        if (spec.method == SplitMethod::kLeaveLast) {
          leave_last(events, own, spec.count, split);
          continue;
        }
        const auto code = static_cast<std::uint32_t>(customer);
        const RandomStream stream(execution.seed, {Purpose::kSplit, 0, code, 0});
        bool runs = spec.method == SplitMethod::kRun;
        if (spec.method == SplitMethod::kMixed) {
          RandomStream coin(execution.seed, {Purpose::kSplit, 2, code, 0});
          runs = draw_bernoulli(coin, 0.5);
        }
        if (!runs) {
          hold_out_items(events, own, spec.fraction, stream, split);
        } else {
          hold_out_run(events, own, spec.fraction, stream, split);
        }
      }
    });
  }
  for (const std::size_t row : rows) {
    split.train_rows += split.train[row];
    split.test_rows += split.test[row];
  }
  return split;
}

}  // namespace tenure::recommender
