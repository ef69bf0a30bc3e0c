#include "scenario/population_config.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/random.hpp>
#include <tenure/core/time.hpp>
#include <tenure/simulator/world.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>
#include <tuple>

namespace tenure::simulator {

namespace {

constexpr std::size_t kCustomersPerChunk = 1024;
constexpr std::uint64_t kMaxLines = 50;
constexpr int kTries = 8;  // at an item the order does not hold yet
constexpr std::uint32_t kNoCode = std::numeric_limits<std::uint32_t>::max();

// Streams of Purpose::kWorldCustomer of one customer, told apart by event.
constexpr std::uint32_t kCustomerEvent = 0;
constexpr std::uint32_t kLifetimeEvent = 1;
constexpr std::uint32_t kSpendEvent = 2;

/// One line of the log before it gets its codes.
struct Line {
  std::int64_t time = 0;
  std::uint32_t customer = 0;
  std::uint32_t order = 0;  ///< of the customer; returns of line j of order k come after all orders
  std::uint32_t item = 0;
  std::uint32_t channel = 0;
  float quantity = 1.0F;
  double unit_price = 0.0;
  EventKind kind = EventKind::kPurchase;

  auto key() const { return std::tie(time, customer, kind, order, item); }
};

/// Draws positions with probability proportional to a weight.
class Wheel {
 public:
  void add(double weight) { ends_.push_back((ends_.empty() ? 0.0 : ends_.back()) + weight); }
  std::size_t spin(RandomStream& stream) const {
    const double at = stream.uniform() * ends_.back();
    const auto it = std::upper_bound(ends_.begin(), ends_.end(), at);
    return std::min(static_cast<std::size_t>(it - ends_.begin()), ends_.size() - 1);
  }

 private:
  std::vector<double> ends_;
};

/// What is sold: item i has popularity rank i + 1 and belongs to cluster i mod clusters.
class Catalogue {
 public:
  Catalogue(const Execution& execution, const World& world)
      : clusters_(world.taste.clusters), by_cluster_(world.taste.clusters) {
    for (std::uint32_t item = 0; item < world.items; ++item) {
      RandomStream stream(execution.seed, {Purpose::kWorldItem, 0, item, 0});
      prices_.push_back(world.price_median * std::exp(world.price_log_sd * draw_normal(stream)));
      const double weight = std::pow(static_cast<double>(item) + 1.0, -world.taste.zipf_exponent);
      all_.add(weight);
      by_cluster_[item % clusters_].add(weight);
    }
  }
  double price(std::uint32_t item) const { return prices_[item]; }
  std::uint32_t any(RandomStream& stream) const {
    return static_cast<std::uint32_t>(all_.spin(stream));
  }
  std::uint32_t from(std::uint32_t cluster, RandomStream& stream) const {
    return static_cast<std::uint32_t>(by_cluster_[cluster].spin(stream)) * clusters_ + cluster;
  }

 private:
  std::uint32_t clusters_;
  std::vector<double> prices_;
  Wheel all_;
  std::vector<Wheel> by_cluster_;
};

/// Writes one customer's lines.
class Shopper {
 public:
  Shopper(const Execution& execution, const World& world, const Catalogue& catalogue,
          const Wheel& channels, std::uint32_t customer, std::vector<Line>& lines)
      : seed_(execution.seed),
        world_(world),
        catalogue_(catalogue),
        channels_(channels),
        customer_(customer),
        lines_(lines) {}

  void live(const LifetimeModel& model) {
    RandomStream self(seed_, {Purpose::kWorldCustomer, 0, customer_, kCustomerEvent});
    RandomStream lifetime(seed_, {Purpose::kWorldCustomer, 0, customer_, kLifetimeEvent});
    RandomStream spend(seed_, {Purpose::kWorldCustomer, 0, customer_, kSpendEvent});
    double day = self.uniform() * world_.days;
    first_ = draw_index(self, world_.taste.clusters);
    second_ = draw_index(self, world_.taste.clusters);
    const customers::BgNbdLatent latent = customers::draw_bg_nbd_prior(lifetime, model.orders);
    const double value_rate = customers::draw_gamma_gamma_rate(spend, model.spend, 0.0, 0.0);
    const double rate = std::max(latent.rate / model.days_per_unit, 1e-25);
    for (std::uint32_t order = 0;; ++order) {
      RandomStream stream(seed_, {Purpose::kWorldOrder, 0, customer_, order});
      const double gap = draw_exponential(stream, rate);
      const double dropout = stream.uniform();
      if (order > 0) day += gap;
      if (!(day < world_.days)) return;
      place_order(stream, order, day, draw_gamma(stream, model.spend.p, value_rate));
      if (order > 0 && dropout < latent.dropout) return;
    }
  }

 private:
  std::int64_t seconds(double day) const {
    return world_.start_seconds +
           static_cast<std::int64_t>(day * static_cast<double>(kSecondsPerDay));
  }

  std::uint32_t choose(RandomStream& stream) const {
    if (!draw_bernoulli(stream, world_.taste.strength)) return catalogue_.any(stream);
    const bool first = draw_bernoulli(stream, world_.taste.first_share);
    return catalogue_.from(first ? first_ : second_, stream);
  }

  void place_order(RandomStream& stream, std::uint32_t order, double day, double value) {
    const auto channel =
        world_.channels.empty() ? 0U : static_cast<std::uint32_t>(channels_.spin(stream));
    const std::uint64_t wanted =
        std::min(kMaxLines, 1 + draw_poisson(stream, world_.lines_mean - 1.0));
    const std::size_t first_line = lines_.size();
    double total = 0.0;
    for (std::uint64_t i = 0; i < wanted; ++i) {
      const auto item = new_item(stream, first_line);
      if (item == kNoCode) continue;
      // Pieces wanted of each item; kept in unit_price until the order's value is divided.
      const double worth = catalogue_.price(item) * (0.5 + draw_exponential(stream));
      total += worth;
      lines_.push_back({seconds(day), customer_, order, item, channel, 1.0F, worth});
    }
    for (std::size_t i = first_line; i < lines_.size(); ++i) {
      Line& line = lines_[i];
      const double share = value * line.unit_price / total;
      const double pieces = std::clamp(std::round(share / catalogue_.price(line.item)), 1.0, 1e4);
      line.quantity = static_cast<float>(pieces);
      line.unit_price = std::max(0.01, std::round(share / pieces * 100.0) / 100.0);
    }
    send_back(stream, first_line, day);
  }

  std::uint32_t new_item(RandomStream& stream, std::size_t first_line) const {
    for (int attempt = 0; attempt < kTries; ++attempt) {
      const std::uint32_t item = choose(stream);
      const bool held = std::any_of(lines_.begin() + static_cast<std::ptrdiff_t>(first_line),
                                    lines_.end(), [item](const Line& l) { return l.item == item; });
      if (!held) return item;
    }
    return kNoCode;
  }

  void send_back(RandomStream& stream, std::size_t first_line, double day) {
    const std::size_t end = lines_.size();
    for (std::size_t i = first_line; i < end; ++i) {
      if (!draw_bernoulli(stream, world_.return_share)) continue;
      const double back = day + draw_exponential(stream, 1.0 / world_.return_days);
      if (!(back < world_.days)) continue;
      Line line = lines_[i];
      line.time = seconds(back);
      line.kind = EventKind::kReturn;
      lines_.push_back(line);
    }
  }

  std::uint64_t seed_;
  const World& world_;
  const Catalogue& catalogue_;
  const Wheel& channels_;
  std::uint32_t customer_;
  std::vector<Line>& lines_;
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

/// "C000042": a letter and the number, padded to the width of the largest.
std::string padded(char letter, std::uint64_t number, std::uint64_t largest) {
  const std::string digits = std::to_string(number);
  return letter + std::string(std::to_string(largest).size() - digits.size(), '0') + digits;
}

/// Codes in order of first appearance.
class Codes {
 public:
  Codes(std::size_t size, Dictionary& dictionary)
      : codes_(size, kNoCode), dictionary_(dictionary) {}
  template <class Name>
  std::uint32_t of(std::uint32_t number, const Name& name) {
    if (codes_[number] == kNoCode) codes_[number] = dictionary_.append(name());
    return codes_[number];
  }

 private:
  std::vector<std::uint32_t> codes_;
  Dictionary& dictionary_;
};

EventTable to_table(const World& world, const std::vector<Line>& lines,
                    const std::vector<std::uint64_t>& bounds) {
  EventTable table;
  table.currency = world.currency;
  Codes customers(world.customers, table.customers);
  Codes items(world.items, table.items);
  Codes regions(world.regions.size(), table.regions);
  Codes channels(world.channels.size(), table.channels);
  const Line* previous = nullptr;
  for (const Line& line : lines) {
    const bool same_order = previous != nullptr && previous->customer == line.customer &&
                            previous->order == line.order && previous->time == line.time &&
                            previous->kind == line.kind;
    if (!same_order) {
      table.orders.append(padded('O', std::uint64_t{table.orders.size()} + 1, lines.size()));
    }
    previous = &line;
    const std::uint32_t region = region_of(bounds, line.customer);
    table.customer.push_back(customers.of(line.customer, [&] {
      return padded('C', std::uint64_t{line.customer} + 1, world.customers);
    }));
    table.item.push_back(items.of(
        line.item, [&] { return padded('I', std::uint64_t{line.item} + 1, world.items); }));
    table.region.push_back(regions.of(region, [&] { return world.regions[region].name; }));
    if (!world.channels.empty()) {
      table.channel.push_back(
          channels.of(line.channel, [&] { return world.channels[line.channel].name; }));
    }
    table.order.push_back(table.orders.size() - 1);
    table.time.push_back(line.time);
    table.quantity.push_back(line.quantity);
    table.unit_price.push_back(line.unit_price);
    table.kind.push_back(line.kind);
  }
  table.counts.rows = lines.size();
  table.counts.kept = lines.size();
  return table;
}

}  // namespace

EventTable generate(const Execution& execution, const World& world) {
  world.validate();
  const Catalogue catalogue(execution, world);
  Wheel channels;
  for (const ChannelSpec& channel : world.channels) channels.add(channel.share);
  const std::vector<std::uint64_t> bounds = region_bounds(world.regions, world.customers);
  const std::size_t chunks = (world.customers + kCustomersPerChunk - 1) / kCustomersPerChunk;
  std::vector<std::vector<Line>> parts(chunks);
  parallel_for(
      execution, world.customers, kCustomersPerChunk,
      [&](const Chunk& chunk) {
        for (std::size_t c = chunk.begin; c < chunk.end; ++c) {
          Shopper shopper(execution, world, catalogue, channels, static_cast<std::uint32_t>(c),
                          parts[chunk.index]);
          shopper.live(world.regions[region_of(bounds, c)].model);
        }
      },
      "generate");
  std::vector<Line> lines;
  for (std::vector<Line>& part : parts) {
    lines.insert(lines.end(), part.begin(), part.end());
    part = {};
  }
  execution.check_cancelled();
  std::sort(lines.begin(), lines.end(),
            [](const Line& a, const Line& b) { return a.key() < b.key(); });
  return to_table(world, lines, bounds);
}

}  // namespace tenure::simulator
