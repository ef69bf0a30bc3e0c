#include "settings_files.hpp"

#include <tenure/core/config.hpp>
#include <tenure/customers/segment_options.hpp>

#include <cstdint>

namespace tenure::customers {
namespace {

constexpr std::int64_t kMostDays = 36500;
constexpr std::int64_t kMostEvents = 1000000;

int days_or(const ConfigTable& table, std::string_view key, int fallback, std::int64_t low = 1) {
  return static_cast<int>(table.integer_or(key, fallback, low, kMostDays));
}

int count_or(const ConfigTable& table, std::string_view key, int fallback) {
  return static_cast<int>(table.integer_or(key, fallback, 1, kMostEvents));
}

void read_cuts(const ConfigTable& table, std::string_view key, const RfmOptions& rfm, bool rises,
               std::vector<double>& cuts) {
  const auto wanted = static_cast<std::size_t>(rfm.groups - 1);
  if (!table.has(key)) {
    if (rfm.cuts == RfmCuts::kFixed && cuts.size() != wanted) {
      table.fail("groups", "fixed cuts of " + std::to_string(rfm.groups) + " groups need '" +
                               std::string(key) + "', " + std::to_string(wanted) + " numbers");
    }
    return;
  }
  cuts = table.reals(key, wanted);
  for (std::size_t i = 1; i < cuts.size(); ++i) {
    if (rises ? cuts[i - 1] < cuts[i] : cuts[i - 1] > cuts[i]) continue;
    std::string text = "'";
    text.append(key);
    text += rises ? "' must strictly rise" : "' must strictly fall";
    table.fail(key, text + ": the cuts of scores 2, 3, ...");
  }
}

void read_rfm(const ConfigTable& table, RfmOptions& rfm) {
  const std::string cuts = table.text_or("cuts", "quantile");
  if (cuts != "quantile" && cuts != "fixed") {
    table.fail("cuts", "'cuts' must be \"quantile\" or \"fixed\"");
  }
  rfm.cuts = cuts == "fixed" ? RfmCuts::kFixed : RfmCuts::kQuantile;
  const std::string money = table.text_or("money", "total");
  if (money != "total" && money != "mean") {
    table.fail("money", "'money' must be \"total\" or \"mean\"");
  }
  rfm.mean_money = money == "mean";
  rfm.groups = static_cast<int>(table.integer_or("groups", rfm.groups, 2, 10));
  read_cuts(table, "recency_days", rfm, false, rfm.recency_days);
  read_cuts(table, "frequency", rfm, true, rfm.frequency);
  read_cuts(table, "monetary", rfm, true, rfm.monetary);
}

void read_classes(const ConfigTable& table, int groups, ClassOptions& classes) {
  classes.recent_score =
      static_cast<int>(table.integer_or("recent_score", classes.recent_score, 1, groups));
  classes.value_score = table.real_or("value_score", classes.value_score,
                                      {1.0, static_cast<double>(groups), false, false});
  classes.social_events = count_or(table, "social_events", classes.social_events);
}

void read_tiers(const ConfigTable& table, TierOptions& tiers) {
  tiers.lost_days = days_or(table, "lost_days", tiers.lost_days);
  tiers.silent_days = days_or(table, "silent_days", tiers.silent_days);
  if (tiers.silent_days >= tiers.lost_days) {
    table.fail(table.has("silent_days") ? "silent_days" : "lost_days",
               "'silent_days' must be under 'lost_days': nobody would be silent");
  }
  tiers.warning_factor = table.real_or("warning_factor", tiers.warning_factor, kPositive);
  tiers.warning_gaps =
      static_cast<int>(table.integer_or("warning_gaps", tiers.warning_gaps, 1, 100));
  tiers.new_days = days_or(table, "new_days", tiers.new_days, 0);
  tiers.mature_orders = count_or(table, "mature_orders", tiers.mature_orders);
}

void read_pyramid(const ConfigTable& table, PyramidOptions& pyramid) {
  pyramid.extended_shares = count_or(table, "extended_shares", pyramid.extended_shares);
  pyramid.strategic_reviews = count_or(table, "strategic_reviews", pyramid.strategic_reviews);
  pyramid.top_share = table.real_or("top_share", pyramid.top_share, {0.0, 1.0, true, false});
}

void read_indicator(const ConfigTable& table, IndicatorOptions& one) {
  constexpr ConfigRange kWeight{0.0, 1e6, false, false};
  constexpr ConfigRange kEnd{-1e12, 1e12, false, false};
  one.weight = table.real_or("weight", one.weight, kWeight);
  one.bad = table.real_or("bad", one.bad, kEnd);
  one.good = table.real_or("good", one.good, kEnd);
  if (one.bad == one.good) {
    table.fail(table.has("good") ? "good" : "bad", "'bad' and 'good' must differ");
  }
}

void read_health(const ConfigTable& table, HealthOptions& health) {
  constexpr ConfigRange kIndex{0.0, 100.0, false, false};
  health.trend_days = days_or(table, "trend_days", health.trend_days);
  health.healthy_from = table.real_or("healthy_from", health.healthy_from, kIndex);
  health.warning_below = table.real_or("warning_below", health.warning_below, kIndex);
  if (health.warning_below > health.healthy_from) {
    table.fail(table.has("warning_below") ? "warning_below" : "healthy_from",
               "'warning_below' must not be over 'healthy_from'");
  }
  double total = 0.0;
  for (std::size_t i = 0; i < kIndicators; ++i) {
    const auto one = table.table_if(to_string(static_cast<Indicator>(i)));
    if (one) read_indicator(*one, health.indicators[i]);
    total += health.indicators[i].weight;
  }
  if (!(total > 0.0)) table.fail("", "every indicator of [health] has weight 0");
}

void read_risk(const ConfigTable& table, RiskCuts& risk) {
  constexpr ConfigRange kShare{0.0, 1.0, false, false};
  risk.medium_from = table.real_or("medium_from", risk.medium_from, kShare);
  risk.high_from = table.real_or("high_from", risk.high_from, kShare);
  if (risk.medium_from > risk.high_from) {
    table.fail(table.has("medium_from") ? "medium_from" : "high_from",
               "'medium_from' must not be over 'high_from'");
  }
}

}  // namespace

SegmentOptions segment_options_from(const ConfigFile& file) {
  SegmentOptions options;
  const ConfigTable root = file.root();
  options.windows.window_days = days_or(root, "window_days", options.windows.window_days);
  options.windows.engagement_days =
      days_or(root, "engagement_days", options.windows.engagement_days);
  if (const auto table = root.table_if("rfm")) read_rfm(*table, options.rfm);
  if (const auto table = root.table_if("rfm3d")) {
    read_classes(*table, options.rfm.groups, options.classes);
  }
  if (const auto table = root.table_if("tiers")) read_tiers(*table, options.tiers);
  if (const auto table = root.table_if("pyramid")) read_pyramid(*table, options.pyramid);
  if (const auto table = root.table_if("health")) read_health(*table, options.health);
  if (const auto table = root.table_if("risk")) read_risk(*table, options.risk);
  file.finish();
  return options;
}

SegmentOptions read_segment_options(const std::string& path) {
  return segment_options_from(ConfigFile::read(path));
}

SegmentOptions parse_segment_options(std::string_view text, const std::string& path) {
  return segment_options_from(ConfigFile::parse(text, path));
}

}  // namespace tenure::customers
