#pragma once

#include <tenure/core/config.hpp>
#include <tenure/simulator/scenario.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What scenario and world files have in common, and the limits that both readers and validate()
/// hold.
namespace tenure::simulator {

inline constexpr double kMaxCost = 1e9;
inline constexpr double kMaxMultiplier = 100.0;
inline constexpr double kMaxLogError = 5.0;
inline constexpr double kMaxDiscountRate = 10.0;
inline constexpr double kMaxHorizonDays = 36500.0;
inline constexpr std::uint64_t kMaxCustomers = 0xFFFFFFFEU;
inline constexpr std::uint64_t kMaxRuns = 1U << 24U;  // replications a random stream can tell apart
/// Shapes that quantile tables are made for.
inline constexpr double kLeastShape = 1e-4;
inline constexpr double kMostShape = 1e7;
inline constexpr std::size_t kMaxRegions = 250;
inline constexpr std::size_t kMaxLevers = 255;  // levers a contact's stream can tell apart

/// Days in the unit a file names: day, week, month (365 / 12 days) or year (365 days).
double read_days_per_unit(const ConfigTable& table);

/// A world's regions are BG/NBD and nothing else; a scenario's have families, one_time_share and
/// returns.
enum class RegionKeys { kWorld, kScenario };

/// Every [[region]] of the table: name, share, the family's parameters, p, q, gamma. Shares add up
/// to 1; a single region needs none.
std::vector<RegionSpec> read_regions(const ConfigTable& table, double days_per_unit,
                                     RegionKeys keys);

/// Fails where `name` is already in `names`, else appends it.
void add_unique(const ConfigTable& table, const std::string& kind, const std::string& name,
                std::vector<std::string>& names);

/// @throws ArgumentError naming the fault.
void validate_model(const LifetimeModel& model, const std::string& what);
void validate_regions(const std::vector<RegionSpec>& regions);

/// Customers [bounds[i], bounds[i + 1]) belong to region i: shares by largest remainder.
std::vector<std::uint64_t> region_bounds(const std::vector<RegionSpec>& regions,
                                         std::uint64_t customers);
/// Region of a customer, by binary search.
std::uint32_t region_of(const std::vector<std::uint64_t>& bounds, std::uint64_t customer);

/// True where the symmetric part of the n x n matrix has no eigenvalue under zero, to rounding, and
/// the matrix is symmetric.
bool positive_semidefinite(const double* matrix, std::size_t n);

/// Lower triangular L with L L' = matrix, row-major; columns without variance are zero.
/// Precondition: positive_semidefinite.
std::vector<double> cholesky(const double* matrix, std::size_t n);

}  // namespace tenure::simulator
