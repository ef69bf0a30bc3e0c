#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/segment_options.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tenure::customers {
namespace {

SegmentOptions parse(const std::string& text) { return parse_segment_options(text, "s.toml"); }

TEST(SegmentOptions, DefaultsAreThoseOfTheFileInDatasets) {
  EXPECT_TRUE(read_segment_options(tenure::test::source_file("datasets/segments/default.toml")) ==
              SegmentOptions());
  EXPECT_TRUE(parse("") == SegmentOptions());
}

// The file names every key: changing any number in it changes the options.
TEST(SegmentOptions, EveryKeyIsRead) {
  const std::vector<std::pair<std::string, std::string>> tables = {
      {"", "window_days = 200\nengagement_days = 10\n"},
      {"rfm",
       "cuts = \"fixed\"\ngroups = 3\nmoney = \"mean\"\nrecency_days = [90, 30]\n"
       "frequency = [2, 5]\nmonetary = [1, 2]\n"},
      {"rfm3d", "recent_score = 2\nvalue_score = 2.5\nsocial_events = 4\n"},
      {"tiers",
       "lost_days = 300\nsilent_days = 60\nwarning_gaps = 3\nwarning_factor = 2.0\n"
       "new_days = 14\nmature_orders = 4\n"},
      {"pyramid", "extended_shares = 2\nstrategic_reviews = 5\ntop_share = 0.2\n"},
      {"health", "trend_days = 90\nhealthy_from = 80\nwarning_below = 40\n"},
      {"health.returns", "weight = 1\nbad = 0.5\ngood = 0.1\n"},
      {"risk", "medium_from = 0.3\nhigh_from = 0.6\n"}};
  std::string text;
  for (const auto& [name, body] : tables) text += (name.empty() ? "" : "[" + name + "]\n") + body;
  const SegmentOptions options = parse(text);
  EXPECT_EQ(options.windows, (ActivityWindows{200, 10}));
  EXPECT_EQ(options.rfm, (RfmOptions{RfmCuts::kFixed, 3, true, {90, 30}, {2, 5}, {1, 2}}));
  EXPECT_EQ(options.classes, (ClassOptions{2, 2.5, 4}));
  EXPECT_EQ(options.tiers, (TierOptions{300, 60, 2.0, 3, 14, 4}));
  EXPECT_EQ(options.pyramid, (PyramidOptions{2, 5, 0.2}));
  EXPECT_EQ(options.health.trend_days, 90);
  EXPECT_EQ(options.health.healthy_from, 80);
  EXPECT_EQ(options.health.warning_below, 40);
  EXPECT_EQ(options.health.indicators[static_cast<std::size_t>(Indicator::kReturns)],
            (IndicatorOptions{1, 0.5, 0.1}));
  EXPECT_EQ(options.risk, (RiskCuts{0.3, 0.6}));
}

struct Fault {
  std::string text;
  std::uint64_t line;
  std::string says;
};

TEST(SegmentOptions, FaultsNameFileAndLine) {
  const std::vector<Fault> faults = {
      {"window_days = 0\n", 1, "window_days"},
      {"[risk]\nhigh_from = 1.5\n", 2, "high_from"},
      {"[risk]\nhigh_from = 0.3\n", 2, "medium_from"},
      {"\n[tiers]\nsilent_day = 30\n", 3, "silent_days"},
      {"[tiers]\nlost_days = 60\nsilent_days = 60\n", 3, "nobody would be silent"},
      {"[tiers]\nlost_days = 60\n", 2, "nobody would be silent"},
      {"[tiers]\nmature_orders = 2.5\n", 2, "whole number"},
      {"[tiers]\nwarning_factor = nan\n", 2, "warning_factor"},
      {"[rfm]\ncuts = \"quartile\"\n", 2, "\"fixed\""},
      {"[rfm]\ncuts = \"fixed\"\ngroups = 4\n", 3, "recency_days"},
      {"[rfm]\ngroups = 3\nrecency_days = [30, 90]\n", 3, "fall"},
      {"[rfm]\ngroups = 3\nfrequency = [2, 2]\n", 3, "rise"},
      {"[rfm]\ngroups = 3\nfrequency = [2]\n", 3, "array of 2"},
      {"[rfm]\ngroups = 11\n", 2, "groups"},
      {"[rfm3d]\nrecent_score = 6\n", 2, "recent_score"},
      {"[pyramid]\ntop_share = 0\n", 2, "top_share"},
      {"[health]\nwarning_below = 80\n", 2, "healthy_from"},
      {"[health.recency]\nweight = -1\n", 2, "weight"},
      {"[health.recency]\ngood = 180\n", 2, "differ"},
      {"[health]\n[health.recencies]\n", 2, "recency"},
      {"[health\n", 1, ""}};
  for (const Fault& fault : faults) {
    try {
      parse(fault.text);
      ADD_FAILURE() << "accepted: " << fault.text;
    } catch (const DataError& error) {
      EXPECT_EQ(error.path(), "s.toml");
      EXPECT_EQ(error.line(), fault.line) << error.what();
      EXPECT_NE(std::string(error.what()).find(fault.says), std::string::npos) << error.what();
    }
  }
  std::string weightless;
  for (std::size_t i = 0; i < kIndicators; ++i) {
    weightless +=
        "[health." + std::string(to_string(static_cast<Indicator>(i))) + "]\nweight = 0\n";
  }
  EXPECT_THROW(parse(weightless), DataError);
  EXPECT_THROW(read_segment_options("missing.toml"), DataError);
}

}  // namespace
}  // namespace tenure::customers
