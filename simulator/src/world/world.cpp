#include "scenario/population_config.hpp"
#include "world/world_file.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/simulator/world.hpp>

#include <cmath>

namespace tenure::simulator {

namespace {

constexpr std::int64_t kMaxItems = 100'000'000;
constexpr double kMaxDays = 36500.0;
constexpr double kMaxLines = 50.0;
constexpr double kShareTolerance = 1e-6;

void require(bool ok, const std::string& message) {
  if (!ok) throw ArgumentError("world: " + message);
}

std::vector<ChannelSpec> read_channels(const ConfigTable& root) {
  std::vector<ChannelSpec> channels;
  std::vector<std::string> names;
  double total = 0.0;
  const std::vector<ConfigTable> tables = root.tables("channel");
  for (const ConfigTable& table : tables) {
    channels.push_back({table.text("name"), table.real("share", kProbability)});
    add_unique(table, "channel", channels.back().name, names);
    total += channels.back().share;
  }
  if (!tables.empty() && std::fabs(total - 1.0) > kShareTolerance) {
    tables.back().fail("share",
                       "the channels' shares add up to " + std::to_string(total) + ", not 1");
  }
  return channels;
}

TasteSpec read_taste(const ConfigTable& table, std::int64_t items) {
  TasteSpec taste;
  taste.clusters = static_cast<std::uint32_t>(table.integer("clusters", 1, items));
  taste.strength = table.real("strength", kProbability);
  taste.first_share = table.real_or("first_share", taste.first_share, kProbability);
  taste.zipf_exponent = table.real("zipf_exponent", {0.0, 5.0, false, false});
  return taste;
}

}  // namespace

World world_from(const ConfigFile& file) {
  const ConfigTable root = file.root();
  World world;
  world.currency = root.text_or("currency", "");
  const auto start = parse_time(root.text("start"));
  if (!start) root.fail("start", "'start' must be a date such as \"2024-01-01\"");
  world.start_seconds = *start;
  world.days = root.real("days", {1.0, kMaxDays, false, false});
  world.customers = static_cast<std::uint64_t>(
      root.integer("customers", 1, static_cast<std::int64_t>(kMaxCustomers)));
  const std::int64_t items = root.integer("items", 1, kMaxItems);
  world.items = static_cast<std::uint32_t>(items);
  const ConfigTable prices = root.table("prices");
  world.price_median = prices.real("median", {0.01, kMaxCost, false, false});
  world.price_log_sd = prices.real("log_sd", {0.0, kMaxLogError, false, false});
  const ConfigTable orders = root.table("orders");
  world.lines_mean = orders.real("lines_mean", {1.0, kMaxLines, false, false});
  if (const auto returns = root.table_if("returns")) {
    world.return_share = returns->real("share", kProbability);
    world.return_days = returns->real("mean_days", {0.0, kMaxDays, true, false});
  }
  world.taste = read_taste(root.table("taste"), items);
  world.channels = read_channels(root);
  world.regions = read_regions(root, read_days_per_unit(root), RegionKeys::kWorld);
  file.finish();
  world.validate();
  return world;
}

void World::validate() const {
  require(days >= 1.0 && days <= kMaxDays, "days must be between 1 and 36500");
  require(customers >= 1 && customers <= kMaxCustomers, "customers must be 1 to 2^32 - 2");
  require(items >= 1 && items <= kMaxItems, "items must be between 1 and 1e8");
  require(price_median >= 0.01 && price_median <= kMaxCost, "price_median must be 0.01 to 1e9");
  require(price_log_sd >= 0.0 && price_log_sd <= kMaxLogError, "price_log_sd must be 0 to 5");
  require(lines_mean >= 1.0 && lines_mean <= kMaxLines, "lines_mean must be between 1 and 50");
  require(return_share >= 0.0 && return_share <= 1.0, "return_share must be a probability");
  require(return_days > 0.0 && return_days <= kMaxDays, "return_days must be 0 to 36500");
  require(taste.clusters >= 1 && taste.clusters <= items, "clusters must be 1 to items");
  require(taste.strength >= 0.0 && taste.strength <= 1.0, "strength must be a probability");
  require(taste.first_share >= 0.0 && taste.first_share <= 1.0, "first_share is a probability");
  require(taste.zipf_exponent >= 0.0 && taste.zipf_exponent <= 5.0, "zipf_exponent must be 0 to 5");
  double total = channels.empty() ? 1.0 : 0.0;
  for (const ChannelSpec& channel : channels) {
    require(channel.share >= 0.0, "channel shares must not be negative");
    total += channel.share;
  }
  require(std::fabs(total - 1.0) <= kShareTolerance, "channel shares must add up to 1");
  validate_regions(regions);
}

World read_world(const std::string& path) { return world_from(ConfigFile::read(path)); }

World parse_world(std::string_view text, const std::string& path) {
  return world_from(ConfigFile::parse(text, path));
}

}  // namespace tenure::simulator
