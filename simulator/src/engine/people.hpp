#pragma once

#include "engine/plan.hpp"
#include "engine/state.hpp"

#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/scenario.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Who is there in a run, by index: customers of day 0, then those won month by month, then those a
/// strategy wins besides. An index keys all random numbers, so it never depends on how work is cut.
namespace tenure::simulator {

inline constexpr std::uint32_t kFromTheStart = 0xFFFFFFFFU;

/// Customers won in a month by one entry of the acquisition, evenly over its days.
struct Intake {
  std::uint64_t first = 0;  ///< index
  std::uint64_t count = 0;
  double from_day = 0.0;
  double days = 0.0;
  std::uint32_t region = 0;
  Money cost = 0;  ///< of each

  double day_of(std::uint64_t customer) const noexcept {
    const double place = static_cast<double>(customer - first) + 0.5;
    return from_day + days * place / static_cast<double>(count);
  }
};

struct Roster {
  std::vector<Intake> intakes;  ///< those of every strategy first, in order of time
  std::uint64_t shared = 0;     ///< customers of every strategy
  std::uint64_t total = 0;
};

/// A customer at the door: `intake` is its place in the roster, or kFromTheStart.
struct Arrival {
  CustomerState state;
  std::uint32_t intake = kFromTheStart;
};

class People {
 public:
  /// `existing` is null for new customers.
  People(const Scenario& scenario, const ExistingCustomers* existing,
         const std::vector<std::string>& region_names, std::uint64_t seed);

  std::uint64_t initial() const noexcept { return initial_; }
  /// Who comes in a run under a strategy.
  Roster roster(const PlannedStrategy& strategy, std::uint32_t run) const;
  /// Customers [first, last) of a roster.
  void arrive(const PlannedDraw& plan, const Roster& roster, std::uint32_t run, std::uint64_t first,
              std::uint64_t last, std::vector<Arrival>& out) const;
  /// A customer who was brought.
  CustomerState brought(const PlannedDraw& plan, std::uint32_t run, std::uint32_t customer,
                        const struct Spawn& spawn, double day) const;

 private:
  struct Share {
    std::size_t entry;
    double from_day;
    double days;
    double mean;
  };
  std::uint32_t region_code(const std::string& name) const;
  const PlannedModel& model_of(const PlannedDraw& plan, std::uint32_t region) const;
  std::uint64_t draw_count(const Share& share, std::size_t place, double mean, double& carried,
                           std::uint32_t run, std::uint32_t event) const;
  void arrive_new(const PlannedDraw& plan, std::uint32_t run, std::uint64_t first,
                  std::uint64_t last, std::uint32_t region, std::uint32_t intake,
                  const Roster& roster, std::vector<Arrival>& out) const;
  CustomerState existing_customer(const PlannedDraw& plan, std::uint32_t run,
                                  std::uint32_t customer) const;

  const Scenario& scenario_;
  const ExistingCustomers* existing_;
  const std::vector<std::string>& region_names_;
  std::uint64_t seed_;
  std::uint64_t initial_ = 0;
  std::vector<std::uint64_t> bounds_;  ///< of regions among new customers
  std::vector<Share> shares_;          ///< month by month, entry by entry
};

}  // namespace tenure::simulator
