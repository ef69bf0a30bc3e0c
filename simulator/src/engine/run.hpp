#pragma once

#include "engine/contact_lanes.hpp"
#include "engine/crowd.hpp"
#include "engine/life.hpp"
#include "engine/people.hpp"
#include "engine/places.hpp"
#include "engine/tally.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>
#include <tenure/simulator/engine.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// How a scenario is worked through.
namespace tenure::simulator {

inline constexpr double kWeekDays = 7.0;  ///< between barriers

struct EngineOptions {
  /// What results must not depend on: tests change it.
  std::size_t customers_per_chunk = 1024;
  /// Scenario::replications is the number from this one on: more of an earlier outcome's.
  std::uint32_t first_replication = 0;
  /// The same customers with the same latents, who meet other luck.
  bool other_luck = false;
};

/// As simulate(); `existing` is null for new customers.
Outcome simulate_with(const Execution& execution, const Scenario& scenario,
                      const ExistingCustomers* existing, const EngineOptions& options);

/// Everything a piece of work reads.
struct Work {
  const Scenario& scenario;
  const LifeContext& context;
  const People& people;
  const Outcome& outcome;  ///< its sizes
  EngineOptions options;

  /// What keys the random numbers of a run (outer draw x replications + replication): its own
  /// whatever the number of replications, so that more of them can be added.
  std::uint32_t key(std::uint32_t run) const noexcept {
    const std::uint32_t replication = options.first_replication + run % scenario.replications;
    return replication * scenario.parameter_draws + run / scenario.replications;
  }
};

/// Counts a customer as there and what it cost to win.
void receive(const Work& work, const Tally& tally, const Roster& roster, const Arrival& arrival,
             std::uint64_t customer);

/// Runs a coupled strategy in one run: weeks of customers alone, then a barrier. `base_margin` is
/// the baseline's by month.
class CoupledRun {
 public:
  /// Calls body(chunk, worker) for every chunk below a number, in any order.
  using ForChunks = FunctionRef<void(
      std::size_t chunks, FunctionRef<void(std::size_t chunk, std::size_t worker)> body)>;

  CoupledRun(const Work& work, const PlannedDraw& plan, std::size_t strategy, std::uint32_t run,
             const Money* base_margin, std::span<Sums> sums, ForChunks for_chunks);
  void simulate();

 private:
  struct Part {
    Crowd crowd;
    Outbox outbox;
    std::array<std::uint64_t, kMaxStrategyLevers> wanted{};
    std::array<std::uint64_t, kMaxStrategyLevers> granted{};
    std::vector<std::uint32_t> risks;  ///< of customers who are asked about, in order
  };
  struct Contacts {
    std::vector<std::uint32_t> places;
    std::vector<std::uint32_t> numbers;
  };
  /// A worker's own memory.
  struct Scratch {
    std::vector<std::uint32_t> due;
    Contacts granted;                                      ///< on request, by lever
    std::array<std::uint32_t, kMaxStrategyLevers> ends{};  ///< of each lever's in it
    Contacts round;                                        ///< a contact a customer
    std::vector<std::uint32_t> customers;                  ///< who may order, and its next order
    std::vector<std::uint32_t> orders;
    std::vector<const QuantileTable*> tables;
    std::vector<OrderDraw> draws;
    std::vector<Reply> replies;
    ContactCounts counts;
  };
  template <class Body>
  void for_parts(const Body& body) {
    const auto each = [&](std::size_t chunk, std::size_t worker) {
      body(parts_[chunk], chunk * part_size_, worker);
    };
    for_chunks_(parts_.size(), each);
  }
  void begin();
  void live(double from, double until);
  void enter_phase(double day);
  void settle_money();
  void judge(double day);
  void pay_fixed_costs();
  void rank_risks(double day);
  void rank_risk(std::size_t position, double day);
  void grant(double from, double day);
  std::uint64_t affordable(std::size_t position) const;
  float asked_until(const ContactState& seen) const;
  bool admissible(std::uint32_t number, std::size_t position, const ContactState& seen,
                  double day) const {
    return simulator::admissible(work_.context.rules, strategy_, work_.context.ticks, position,
                                 number, seen, day);
  }
  void plan_week(double from, double until);
  void count_wanted(bool nearly);
  unsigned short_levers() const;
  void ask_singly(unsigned levers);
  bool asked_for(const WeeklyAsk& ask, const ContactState& seen) const;
  void forget_asks(unsigned levers);
  unsigned levers_without(unsigned levers) const;
  void drop_unwanted(double day, unsigned levers, unsigned none);
  void take_granted(Part& part, std::size_t first, Scratch& scratch) const;
  void make_contacts(Part& part, std::size_t first, std::size_t worker, const Moment& moment);
  static std::size_t take_round(Scratch& scratch, std::size_t begin, std::size_t end);
  std::span<const std::uint32_t> find_asked(const Part& part, const WeeklyAsk& ask,
                                            Scratch& scratch) const;
  std::size_t make_round(Part& part, std::size_t position, const Granted& round, std::size_t first,
                         std::size_t worker, const Moment& moment);
  void follow_up(Part& part, std::size_t position, const Reply& reply, std::size_t first,
                 std::size_t worker, const Moment& moment);
  unsigned spelled_for(const ContactState& seen, unsigned may) const;
  void draw_orders_of(const Part& part, std::span<const std::uint32_t> due, float end,
                      std::size_t first, Scratch& scratch) const;
  bool ask_alone(Part& part, std::size_t first, std::size_t place, double from, double until) const;
  void let_in(double day);
  void aim(OrderDraws& draws, const CustomerState& state, std::uint32_t customer,
           std::uint32_t first) const;

  const Work& work_;
  const PlannedDraw& plan_;
  const PlannedStrategy& strategy_;
  const StrategySpec& spec_;
  std::size_t index_;
  StrategyRun run_;
  const Money* base_margin_;
  ForChunks for_chunks_;
  Roster roster_;
  std::vector<Tally> tallies_;               ///< by worker
  std::vector<std::vector<Money>> margins_;  ///< by worker and month
  std::vector<std::vector<Money>> costs_;
  std::vector<Scratch> scratch_;    ///< by worker
  std::vector<WeeklyAsk> asks_;     ///< at the last barrier, granted to all
  std::vector<float> weekly_idle_;  ///< by region: longest idleness in which a weekly lever asks
  std::uint16_t barrier_tick_ = 0;  ///< of the last barrier
  bool weekly_alike_ = false;       ///< all of them ask for the same customers
  unsigned at_once_ = 0;            ///< bits of levers that do not ask
  unsigned for_members_ = 0;        ///< bits of levers for who has answered another
  std::vector<Part> parts_;
  std::size_t part_size_;
  std::uint64_t people_ = 0;
  // Money: pots of the phase, and the pot of each lever.
  std::size_t phase_ = static_cast<std::size_t>(-1);
  std::vector<Money> pots_;
  std::array<std::size_t, kMaxStrategyLevers> pot_of_{};
  std::size_t judged_months_ = 0;
  std::size_t stopped_month_ = static_cast<std::size_t>(-1);
};

}  // namespace tenure::simulator
