#pragma once

#include "draws/order_draw.hpp"
#include "engine/clock.hpp"
#include "engine/plan.hpp"
#include "engine/state.hpp"
#include "engine/tally.hpp"
#include "levers/triggers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

/// One customer's life under one strategy, event by event.
namespace tenure::simulator {

/// A customer's draws by order, made when first asked for and kept for the next strategy.
class OrderDraws {
 public:
  /// Orders are made `batch` at a time, from `first` on.
  void reset(std::uint64_t seed, std::uint32_t run, std::uint32_t customer, std::uint32_t first,
             std::size_t batch, const QuantileTable& spend) noexcept {
    seed_ = seed;
    run_ = run;
    customer_ = customer;
    first_ = first;
    batch_ = batch;
    spend_ = &spend;
    made_ = 0;
  }
  /// The first one, already made.
  void begin_with(const OrderDraw& draw) noexcept {
    kept_[0] = draw;
    made_ = 1;
  }
  /// An order before the first is made each time.
  OrderDraw at(std::uint32_t order) {
    const std::size_t place = order - first_;
    if (place >= kept_.size()) return draw_order(seed_, run_, customer_, order, *spend_);
    while (made_ <= place) more();
    return kept_[place];
  }

 private:
  void more() {
    if (batch_ == 1) {
      const auto order = first_ + static_cast<std::uint32_t>(made_);
      kept_[made_++] = draw_order(seed_, run_, customer_, order, *spend_);
      return;
    }
    const std::size_t count = std::min(batch_, kept_.size() - made_);
    draw_orders(seed_, run_, customer_, first_ + static_cast<std::uint32_t>(made_), *spend_,
                std::span(kept_).subspan(made_, count));
    made_ += count;
  }

  std::uint64_t seed_ = 0;
  std::uint32_t run_ = 0;
  std::uint32_t customer_ = 0;
  std::uint32_t first_ = 0;
  std::size_t batch_ = 8;
  const QuantileTable* spend_ = nullptr;
  std::size_t made_ = 0;
  std::array<OrderDraw, 64> kept_;
};

/// What every life of a scenario has in common.
struct LifeContext {
  LifeContext(const Scenario& scenario, const std::vector<std::string>& region_names,
              std::uint64_t key);
  Discount discount;
  double gross_margin;
  double horizon;
  std::uint64_t seed;
  Ticks ticks;
  ContactRules rules;
  std::vector<Season> seasons;       ///< by region
  Season flat;                       ///< none
  std::vector<double> return_share;  ///< by region
  Money return_cost;
  DropoutTests dropout_tests;
};

/// A contact that waits for the barrier; small, since every customer may have some. The customer is
/// one of a part of at most 2^16.
struct Request {
  Request() = default;
  Request(std::uint32_t customer, std::uint32_t which, std::size_t position)
      : low(customer & 0xFFFFU), number(which & 0xFFFU), lever(position & 0xFU) {}
  std::uint32_t low : 16 = 0;     ///< bits of the customer's index
  std::uint32_t number : 12 = 0;  ///< in the lever's schedule, modulo 2^12 as it keys the draws
  std::uint32_t lever : 4 = 0;    ///< position in the strategy

  /// Place in the part that begins with customer `first`.
  std::size_t place(std::size_t first) const noexcept {
    return (low - static_cast<std::uint32_t>(first)) & 0xFFFFU;
  }
};
static_assert(sizeof(Request) == 4 && kMaxStrategyLevers <= 16);

/// Customers who were brought by one who came with `generation`.
struct Spawn {
  std::uint32_t count = 0;
  std::uint8_t region = 0;
  std::uint8_t generation = 0;
  std::uint8_t lever = 0;  ///< position in the strategy of the lever that brought them
};

/// A contact that a weekly lever asks for, for all its customers at once.
struct WeeklyAsk {
  double day = 0.0;
  std::uint32_t number = 0;
  std::uint8_t lever = 0;  ///< position in the strategy
};

/// What customers of a coupled strategy hand over at a barrier.
struct Outbox {
  std::vector<Request> requests;  ///< in order of customer, then time
  std::vector<Spawn> spawns;
  /// By lever: money set aside that is free again, and standing benefits paid.
  std::array<Money, kMaxStrategyLevers> given_back{};
  std::array<Money, kMaxStrategyLevers> charged{};

  /// Room grows by an eighth: a doubled vector would be a third of what a customer takes.
  void raise(const Request& request) {
    if (requests.size() == requests.capacity()) {
      requests.reserve(requests.size() + requests.size() / 8 + 32);
    }
    requests.push_back(request);
  }
};

/// Names the random numbers of a contact among the customer's.
inline std::uint32_t contact_event(std::size_t lever, std::uint32_t orders,
                                   std::uint32_t number) noexcept {
  constexpr std::uint32_t kLowBits = 0xFFFU;
  return (static_cast<std::uint32_t>(lever) << 24) | ((orders & kLowBits) << 12) |
         (number & kLowBits);
}

/// One strategy in one run.
struct StrategyRun {
  const LifeContext* context = nullptr;
  const PlannedStrategy* strategy = nullptr;
  const std::vector<PlannedModel>* models = nullptr;  ///< one, or one a region
  std::uint32_t run = 0;
  std::uint16_t open = 0xFFFF;  ///< levers that may contact
  /// The phase that money set aside belongs to, where there is a budget.
  double phase_from = -std::numeric_limits<double>::infinity();
  double phase_to = std::numeric_limits<double>::infinity();

  const PlannedModel& model_of(std::uint32_t region) const noexcept {
    return models->size() == 1 ? models->front() : (*models)[region];
  }
};

/// Works on one customer's state; makes events in order of time.
class Life {
 public:
  /// `outbox` may be null for strategies without barriers.
  Life(const StrategyRun& run, const Tally& tally, Outbox* outbox, CustomerState& state,
       std::uint32_t customer, OrderDraws& draws)
      : run_(run),
        context_(*run.context),
        strategy_(*run.strategy),
        tally_(tally),
        outbox_(outbox),
        latent_(state.latent),
        seen_(state.seen),
        customer_(customer),
        model_(run.model_of(seen_.region)),
        season_(run.context->seasons[seen_.region]),
        draws_(draws),
        own_requests_(outbox == nullptr ? 0 : outbox->requests.size()) {}

  /// Sets the next order of one of today's customers.
  void wind_from_start();
  /// Everything from `from` to `until` but what weekly levers ask for at barriers; what comes next.
  struct Next {
    double own = kNoContact;      ///< day of the next order or lapse
    double contact = kNoContact;  ///< day of the next contact to be made or asked for
  };
  Next advance(double from, double until);
  /// What comes of a contact just granted and made on `moment`, its redemption not set aside any
  /// more; `words` are its random numbers. True where the customer's next order or lapse may have
  /// moved.
  bool follow_up(const Request& request, const Moment& moment,
                 const std::array<std::uint32_t, 4>& words, double fatigue, customers::Tier tier);
  /// The customer's next order or lapse, whichever is first: a contact just made may have moved it.
  /// It moves no other contact.
  double next_of_its_own();
  /// At the horizon.
  void finish();

 private:
  /// A lever's part of a multiplier.
  struct Part {
    double level = 0.0;
    double steady = 0.0;
    double excess = 0.0;  ///< on the day, and how it decays
    double halvings = 0.0;
    double life = 0.0;
    void add_to(Multiplier& result) const noexcept {
      result.constant += level;
      result.constant += steady;
      if (excess != 0.0) result.add(excess, halvings, life);
    }
  };
  Part part_of_lever(std::size_t position, Effect effect, double day, std::uint16_t answered) const;
  Multiplier multiplier(Effect effect, double day) const;
  void multipliers(std::size_t position, double day, Multiplier& before, Multiplier& after) const;
  double level_excess(const PlannedLever& lever, Effect effect) const;
  const PlannedLevel* level_of(const PlannedLever& lever) const;
  Multiplier dropout_clock(double day) const;

  void set_contacts(double from);
  void plan_contact(std::size_t position, double from, std::uint32_t number);
  void plan_spelled();
  void settle_spell(double until) const;
  void count_tier(double day, customers::Tier tier, int change) const;

  void place_order(double day);
  bool leaves_before(double day, const OrderDraw& draw);
  Money take_money(double day, const OrderDraw& draw, customers::Tier tier);
  void pay_benefits(double day, Money revenue, customers::Tier tier);
  void redeem_vouchers(double day, Money revenue, customers::Tier tier);
  void bring_customers();
  void observe_order(double day, Money revenue);
  void leave_or_wind(double day, const OrderDraw& draw, double dropout, const Multiplier& rate);
  void wind(double day, float clock, const Multiplier& rate);

  void contact_due(std::size_t position, std::uint32_t number, double day);
  void ask(std::size_t position, std::uint32_t number, double day);
  void make_contact(std::size_t position, std::uint32_t number, const Moment& moment);
  void complain(const std::array<std::uint32_t, 4>& words, double fatigue, double day,
                customers::Tier tier);
  bool answers(std::size_t position, const std::array<std::uint32_t, 4>& words, double fatigue,
               std::uint32_t number, double day);
  void wake(std::size_t position, std::uint32_t number, float clock, double day);
  bool saved_at_first_order(const PlannedLever& lever, double day);
  void respond(std::size_t position, double day);
  std::array<std::uint32_t, 4> contact_words(std::size_t position, std::uint32_t number,
                                             std::uint32_t block) const;

  void add_cost(std::size_t position, const Moment& moment, Money amount,
                customers::Tier tier) const;
  void give_back(std::size_t position, Money amount) const;
  bool set_aside_in_phase(std::size_t position) const;
  void lapse(double day);
  void find_lapse();

  const StrategyRun& run_;
  const LifeContext& context_;
  const PlannedStrategy& strategy_;
  const Tally& tally_;
  Outbox* outbox_;
  LatentState& latent_;
  ObservableState& seen_;
  std::uint32_t customer_;
  const PlannedModel& model_;
  const Season& season_;
  OrderDraws& draws_;
  // Follow from the state and the day reached: not part of it.
  unsigned spelled_ = 0;        ///< bits of levers whose contacts in the spell table are to come
  std::size_t spell_next_ = 0;  ///< place of the next one
  double spell_day_ = kNoContact;
  unsigned pending_ = 0;  ///< bits of other levers with a contact to come
  std::array<double, kMaxStrategyLevers> next_day_;
  std::array<std::uint32_t, kMaxStrategyLevers> next_number_;
  double next_lapse_ = kNoContact;
  bool moved_ = false;  ///< an order, lapse or day of leaving, since the request was granted
  std::size_t own_requests_ = 0;  ///< where this customer's begin in the outbox
};

}  // namespace tenure::simulator
