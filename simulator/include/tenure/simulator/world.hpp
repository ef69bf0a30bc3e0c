#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/simulator/scenario.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// A synthetic shop with known truth, and the log it would leave. docs/SIMULATOR.md lists the keys.
namespace tenure::simulator {

struct ChannelSpec {
  std::string name;
  double share = 1.0;  ///< of the orders; all channels add up to 1
};

/// What customers buy. Each item belongs to one cluster and has a Zipf popularity; each customer
/// has two favourite clusters.
struct TasteSpec {
  std::uint32_t clusters = 50;
  double strength = 0.7;  ///< share of lines from the favourite clusters, the rest from all items
  double first_share = 0.7;    ///< of those, share of the first favourite
  double zipf_exponent = 0.8;  ///< popularity of the item of rank k is proportional to k^-exponent
};

struct World {
  std::string currency;
  std::int64_t start_seconds = 0;  ///< of the log, UTC
  double days = 0.0;               ///< length of the log
  std::uint64_t customers = 0;     ///< first orders come evenly over the whole log
  std::uint32_t items = 0;
  double price_median = 0.0;  ///< list prices are lognormal
  double price_log_sd = 0.0;
  double lines_mean = 1.0;    ///< of an order: 1 + Poisson(lines_mean - 1), at most 50
  double return_share = 0.0;  ///< of lines that come back whole
  double return_days = 1.0;   ///< mean time to a return, exponential
  TasteSpec taste;
  std::vector<ChannelSpec> channels;
  std::vector<RegionSpec> regions;

  /// @throws ArgumentError naming the first field out of range.
  void validate() const;
};

/// @throws DataError with the line of the mistake.
World read_world(const std::string& path);
World parse_world(std::string_view text, const std::string& path);

/// The world's log, in order of time. An order's value is its customer's Gamma-Gamma draw: it is
/// divided over the lines, whose quantities come from the list prices and whose unit prices are
/// rounded to cents.
/// @throws ArgumentError, Cancelled.
EventTable generate(const Execution& execution, const World& world);

}  // namespace tenure::simulator
