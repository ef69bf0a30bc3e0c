#pragma once

#include <tenure/customers/churn_factors.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

/// The register of factors: ids, and what of a log each needs.
namespace tenure::customers::detail {

// Plain so that ids index arrays.
enum Factor : std::size_t {
  kRecency,
  kGapRatio,
  kLateness,
  kTenure,
  kActiveShare,
  kOrders,
  kOrders30,
  kOrders90,
  kOrders180,
  kOrders365,
  kOrderRate,
  kActiveMonths,
  kOrdersChange90,
  kOrdersChange180,
  kEarlyOrders,
  kOneOrder,
  kGapMean,
  kGapMedian,
  kGapSd,
  kGapLast,
  kGapLongest,
  kGapLastRatio,
  kGapTrend,
  kSpend90,
  kSpend180,
  kSpend365,
  kSpendTotal,
  kSpendChange180,
  kBasketMean,
  kBasketLastRatio,
  kBasketTrend,
  kBasketVariation,
  kFirstValue,
  kUnitPrice,
  kLinesPerOrder,
  kUnitsPerOrder,
  kDistinctItems,
  kRepeatItems,
  kNewItemsLast,
  kReturnShare,
  kReturnValueShare,
  kReturns90,
  kVisits30,
  kVisitRecency,
  kSocial365,
  kWeekdayShare,
  kWeekendShare,
  kHourMean,
  kHourSd,
  kSeasonOrders,
  kSeasonShare,
  kRegionShare,
  kRegionRepeat,
  kChannels,
  kPAlive,
  kExpectedOrders,
  kFactorCount
};

inline constexpr std::size_t kLogFactors = kPAlive;  // those of the lifetime model come after

/// What a log must hold, as bits.
enum Need : unsigned {
  kNothing = 0,
  kPrices = 1,
  kQuantities = 2,
  kReturns = 4,
  kVisits = 8,
  kHours = 16,
  kYear = 32,
  kRegions = 64,
  kChannelColumn = 128,
  kLifetime = 256,
};

struct FactorEntry {
  Factor id;
  unsigned needs;
  FactorInfo info;
};

extern const std::array<FactorEntry, kFactorCount> kFactorEntries;

/// Values of one customer, by factor id.
using FactorValues = std::array<double, kLogFactors>;

}  // namespace tenure::customers::detail
