#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/time.hpp>
#include <tenure/recommender/baskets.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace tenure::recommender {

namespace {

constexpr std::size_t kCustomerChunk = 512;

struct Line {
  std::int64_t day = 0;
  std::uint32_t item = 0;
  float weight = 0.0F;
};

/// The lines that count, customer by customer in the order of the table.
struct LinesByCustomer {
  std::vector<std::size_t> start;  // length customers + 1
  std::vector<Line> lines;
};

LinesByCustomer group_lines(const EventTable& events, const InteractionOptions& options,
                            std::span<const std::uint8_t> rows) {
  const std::vector<float> weights = event_weights(events, options);
  const auto counts = [&](std::size_t row) {
    return weights[row] > 0.0F && (rows.empty() || rows[row] != 0);
  };
  LinesByCustomer groups;
  groups.start.assign(std::size_t{events.customers.size()} + 1, 0);
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (counts(row)) ++groups.start[std::size_t{events.customer[row]} + 1];
  }
  std::partial_sum(groups.start.begin(), groups.start.end(), groups.start.begin());
  groups.lines.resize(groups.start.back());
  std::vector<std::size_t> next(groups.start.begin(), groups.start.end() - 1);
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (!counts(row)) continue;
    groups.lines[next[events.customer[row]]++] = {day_of(events.time[row]), events.item[row],
                                                  weights[row]};
  }
  return groups;
}

/// Sorts by day and item and keeps the heaviest line of each pair in front.
void sort_lines(std::span<Line> lines) {
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    if (a.day != b.day) return a.day < b.day;
    return a.item != b.item ? a.item < b.item : a.weight > b.weight;
  });
}

}  // namespace

Baskets build_baskets(const Execution& execution, const EventTable& events,
                      const InteractionOptions& options, std::span<const std::uint8_t> rows) {
  events.validate();
  validate(options);
  if (!rows.empty() && rows.size() != events.rows()) {
    throw ArgumentError("baskets: the row mask has another length than the table");
  }
  if (!events.has_time()) {
    throw DataError("store", "events/time", "baskets need event times, and this log has none");
  }
  LinesByCustomer groups = group_lines(events, options, rows);
  parallel_for(execution, events.customers.size(), kCustomerChunk, [&](const Chunk& chunk) {
    for (std::size_t customer = chunk.begin; customer < chunk.end; ++customer) {
      sort_lines(std::span(groups.lines)
                     .subspan(groups.start[customer],
                              groups.start[customer + 1] - groups.start[customer]));
    }
  });
  Baskets baskets;
  baskets.n_items = events.items.size();
  baskets.customer_start.reserve(groups.start.size());
  for (std::size_t customer = 0; customer + 1 < groups.start.size(); ++customer) {
    for (std::size_t i = groups.start[customer]; i < groups.start[customer + 1]; ++i) {
      const Line& line = groups.lines[i];
      const bool new_day = i == groups.start[customer] || line.day != groups.lines[i - 1].day;
      if (new_day) {
        if (!baskets.day.empty()) baskets.basket_start.push_back(baskets.items.size());
        baskets.day.push_back(line.day);
      } else if (line.item == baskets.items.back()) {
        continue;
      }
      baskets.items.push_back(line.item);
      baskets.weights.push_back(line.weight);
    }
    baskets.customer_start.push_back(baskets.day.size());
  }
  if (!baskets.day.empty()) baskets.basket_start.push_back(baskets.items.size());
  return baskets;
}

}  // namespace tenure::recommender
