#include "churn_factor_list.hpp"

#include <tenure/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace tenure::customers {
namespace detail {

namespace {
constexpr FactorScale kPlain = FactorScale::kPlain;
constexpr FactorScale kLog = FactorScale::kLog;
}  // namespace

constexpr std::array<FactorEntry, kFactorCount> kFactorEntries = {{
    {kRecency, kNothing, {"recency", "recency", "days since the last order", kLog}},
    {kGapRatio,
     kNothing,
     {"gap_ratio", "recency", "days since the last order over the usual gap", kLog}},
    {kLateness,
     kNothing,
     {"lateness", "recency", "lateness in standard deviations of the own gaps", kPlain}},
    {kTenure, kNothing, {"tenure", "recency", "days since the first order", kLog}},
    {kActiveShare,
     kNothing,
     {"active_share", "recency", "share of the tenure between first and last order", kPlain}},
    {kOrders, kNothing, {"orders", "frequency", "orders in all", kLog}},
    {kOrders30, kNothing, {"orders_30", "frequency", "orders in the last 30 days", kLog}},
    {kOrders90, kNothing, {"orders_90", "frequency", "orders in the last 90 days", kLog}},
    {kOrders180, kNothing, {"orders_180", "frequency", "orders in the last 180 days", kLog}},
    {kOrders365, kNothing, {"orders_365", "frequency", "orders in the last 365 days", kLog}},
    {kOrderRate, kNothing, {"order_rate", "frequency", "orders a month since the first", kLog}},
    {kActiveMonths,
     kNothing,
     {"active_months", "frequency", "of the last twelve 30-day months, those with an order",
      kPlain}},
    {kOrdersChange90,
     kNothing,
     {"orders_change_90", "frequency", "change of orders, last 90 days against the 90 before",
      kPlain}},
    {kOrdersChange180,
     kNothing,
     {"orders_change_180", "frequency", "change of orders, last 180 days against the 180 before",
      kPlain}},
    {kEarlyOrders,
     kNothing,
     {"early_orders", "frequency", "further orders within 90 days of the first", kLog}},
    {kOneOrder, kNothing, {"one_order", "frequency", "only one order so far (1: yes)", kPlain}},
    {kGapMean, kNothing, {"gap_mean", "gaps", "mean days between orders", kLog}},
    {kGapMedian, kNothing, {"gap_median", "gaps", "median days between orders", kLog}},
    {kGapSd, kNothing, {"gap_sd", "gaps", "standard deviation of the days between orders", kLog}},
    {kGapLast, kNothing, {"gap_last", "gaps", "days between the last two orders", kLog}},
    {kGapLongest, kNothing, {"gap_longest", "gaps", "longest days between two orders", kLog}},
    {kGapLastRatio,
     kNothing,
     {"gap_last_ratio", "gaps", "last gap over the mean of the earlier ones", kLog}},
    {kGapTrend, kNothing, {"gap_trend", "gaps", "growth of the gaps an order", kPlain}},
    {kSpend90, kPrices, {"spend_90", "spend", "spend in the last 90 days", kLog}},
    {kSpend180, kPrices, {"spend_180", "spend", "spend in the last 180 days", kLog}},
    {kSpend365, kPrices, {"spend_365", "spend", "spend in the last 365 days", kLog}},
    {kSpendTotal, kPrices, {"spend_total", "spend", "spend in all", kLog}},
    {kSpendChange180,
     kPrices,
     {"spend_change_180", "spend", "log change of spend, last 180 days against the 180 before",
      kPlain}},
    {kBasketMean, kPrices, {"basket_mean", "spend", "mean value of an order", kLog}},
    {kBasketLastRatio,
     kPrices,
     {"basket_last_ratio", "spend", "value of the last order over the mean", kLog}},
    {kBasketTrend, kPrices, {"basket_trend", "spend", "growth of the basket an order", kPlain}},
    {kBasketVariation,
     kPrices,
     {"basket_variation", "spend", "coefficient of variation of the basket", kPlain}},
    {kFirstValue, kPrices, {"first_value", "spend", "value of the first order", kLog}},
    {kUnitPrice, kPrices, {"unit_price", "spend", "mean price of a unit", kLog}},
    {kLinesPerOrder, kNothing, {"lines_per_order", "assortment", "lines an order", kLog}},
    {kUnitsPerOrder, kQuantities, {"units_per_order", "assortment", "units an order", kLog}},
    {kDistinctItems, kNothing, {"distinct_items", "assortment", "different items bought", kLog}},
    {kRepeatItems,
     kNothing,
     {"repeat_items", "assortment", "share of lines bought on an earlier day already", kPlain}},
    {kNewItemsLast,
     kNothing,
     {"new_items_last", "assortment", "share of new items in the last purchase", kPlain}},
    {kReturnShare, kReturns, {"return_share", "returns", "returns a purchase line", kLog}},
    {kReturnValueShare,
     kReturns | kPrices,
     {"return_value_share", "returns", "value returned over value bought", kLog}},
    {kReturns90, kReturns, {"returns_90", "returns", "returns in the last 90 days", kLog}},
    {kVisits30,
     kVisits,
     {"visits_30", "visits", "views, carts, favourites and visits in the last 30 days", kLog}},
    {kVisitRecency,
     kVisits,
     {"visit_recency", "visits", "days since the last sign of life of any kind", kLog}},
    {kSocial365,
     kVisits,
     {"social_365", "visits", "shares and reviews in the last 365 days", kLog}},
    {kWeekdayShare,
     kNothing,
     {"weekday_share", "habits", "share of orders on the most frequent weekday", kPlain}},
    {kWeekendShare, kNothing, {"weekend_share", "habits", "share of orders at weekends", kPlain}},
    {kHourMean, kHours, {"hour_mean", "habits", "mean hour of the day of orders", kPlain}},
    {kHourSd,
     kHours,
     {"hour_sd", "habits", "standard deviation of the hour of the day of orders", kPlain}},
    {kSeasonOrders,
     kYear,
     {"season_orders", "season", "orders in the window ahead, a year ago", kLog}},
    {kSeasonShare,
     kYear,
     {"season_share", "season",
      "share of the last 365 days' orders in the window ahead, a year ago", kPlain}},
    {kRegionShare,
     kRegions,
     {"region_share", "market", "share of all customers that are in the region", kPlain}},
    {kRegionRepeat,
     kRegions,
     {"region_repeat", "market", "returning customers of the region above all regions, share",
      kPlain}},
    {kChannels, kChannelColumn, {"channels", "market", "channels used", kLog}},
    {kPAlive, kLifetime, {"p_alive", "lifetime", "probability of being alive (BG/NBD)", kPlain}},
    {kExpectedOrders,
     kLifetime,
     {"expected_orders", "lifetime", "orders expected in the window ahead (BG/NBD)", kLog}},
}};

namespace {
constexpr bool in_order() {
  for (std::size_t i = 0; i < kFactorCount; ++i) {
    if (kFactorEntries[i].id != i) return false;
  }
  return true;
}
static_assert(in_order(), "an entry's position is its id");

constexpr std::array<FactorInfo, kFactorCount> infos() {
  std::array<FactorInfo, kFactorCount> result{};
  for (std::size_t i = 0; i < kFactorCount; ++i) result[i] = kFactorEntries[i].info;
  return result;
}
constexpr std::array<FactorInfo, kFactorCount> kInfos = infos();
}  // namespace

}  // namespace detail

double FactorInfo::natural(double kept) const noexcept {
  return scale == FactorScale::kLog ? std::expm1(kept) : kept;
}

std::span<const FactorInfo> churn_factor_list() noexcept { return detail::kInfos; }

std::size_t churn_factor(std::string_view name) {
  const auto found = std::find_if(detail::kInfos.begin(), detail::kInfos.end(),
                                  [&](const FactorInfo& info) { return info.name == name; });
  if (found == detail::kInfos.end()) {
    throw ArgumentError("no factor of churn is named '" + std::string(name) + "'");
  }
  return static_cast<std::size_t>(found - detail::kInfos.begin());
}

}  // namespace tenure::customers
