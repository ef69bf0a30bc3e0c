#include "lifetime.hpp"

#include <tenure/core/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenure::simulator {

namespace {

constexpr std::uint32_t kLeverShift = 24;
constexpr std::uint32_t kOrderShift = 8;
constexpr std::uint32_t kOrderMask = 0xFFFFU;
constexpr double kMaxOrderValue = 1e9;  // currency units: sums stay within Money

std::size_t month_of(double day) { return static_cast<std::size_t>(day / kDaysPerMonth); }
std::size_t whole_day(double day) { return static_cast<std::size_t>(day); }

/// What is left on `day` of an excess that set in with the lever's last response.
double excess_at(const CustomerState& state, std::size_t lever, double initial, double decay,
                 double day) {
  if (initial == 0.0) return 0.0;
  if (decay == 0.0) return initial;
  return initial * std::exp(-decay * (day - static_cast<double>(state.responded_at[lever])));
}

bool has(std::uint16_t mask, std::size_t lever) { return ((mask >> lever) & 1U) != 0; }
std::uint16_t with(std::uint16_t mask, std::size_t lever) {
  return static_cast<std::uint16_t>(mask | (1U << lever));
}

/// Integral of the rate's multiplier over [from, from + span], and its value at the end.
double integrated_multiplier(const PlannedStrategy& strategy, const CustomerState& state,
                             double from, double span, double& multiplier_at_end) {
  double integral = span;
  multiplier_at_end = 1.0;
  for (std::size_t i = 0; i < strategy.levers.size(); ++i) {
    if (!has(state.responded, i)) continue;
    const PlannedLever& lever = strategy.levers[i];
    const double excess = excess_at(state, i, lever.rate_excess, lever.decay, from);
    if (excess == 0.0) continue;
    if (lever.decay == 0.0) {
      integral += excess * span;
      multiplier_at_end += excess;
    } else {
      integral -= excess / lever.decay * std::expm1(-lever.decay * span);
      multiplier_at_end += excess * std::exp(-lever.decay * span);
    }
  }
  return integral;
}

bool rate_changed(const PlannedStrategy& strategy, const CustomerState& state) {
  return strategy.changes_rate && state.responded != 0;
}

/// The event loop of one customer. Levers look at observable state alone: orders, idle days,
/// region; whether the customer is still active decides only whether a contact can be answered.
class Life {
 public:
  Life(const LifeContext& context, const PlannedStrategy& strategy, const CustomerStart& start,
       std::uint32_t run, std::uint32_t customer, OrderDraws& draws, const Tally& tally)
      : context_(context),
        strategy_(strategy),
        run_(run),
        customer_(customer),
        region_(start.region),
        draws_(draws),
        tally_(tally) {
    constexpr double kSlowest = 1e-25;  // keeps clock / rate a finite float
    state_.rate = static_cast<float>(std::max(start.latent.rate, kSlowest));
    state_.dropout = static_cast<float>(start.latent.dropout);
    state_.value_scale = static_cast<float>(std::min(start.value_scale, 1e30));
    state_.last_order = static_cast<float>(-start.days_idle);
    state_.active = start.latent.alive ? 1 : 0;
    state_.next_order = kNever;
    if (start.first_order) take_money(0.0, order_revenue(draws_.at(0), 1.0));
    if (start.first_order) state_.orders = 1;
    first_order_key_ = start.first_order ? 0 : 1;
    if (state_.active != 0) wind_clock(0.0);
    set_triggers();
  }

  /// Everything up to `until`.
  void advance(double until) {
    for (;;) {
      std::size_t lever = 0;
      double contact = std::numeric_limits<double>::infinity();
      for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
        if (next_contact_[i] < contact) {
          contact = next_contact_[i];
          lever = i;
        }
      }
      const double order = static_cast<double>(state_.next_order);
      if (std::min(order, contact) >= until) return;
      if (order <= contact) {
        place_order(order);
      } else {
        make_contact(lever, contact);
      }
    }
  }

  void finish() {
    tally_.totals->active += state_.active;
    for (std::size_t i = 0; i < kRetentionDays.size(); ++i) {
      tally_.totals->retained[i] += last_in_window_ > kRetentionDays[i] ? 1 : 0;
    }
  }

 private:
  Money order_revenue(const OrderDraw& draw, double basket) const {
    const double value =
        draw.value * static_cast<double>(state_.value_scale) * std::max(0.0, basket);
    return to_money(std::min(value, kMaxOrderValue));
  }

  /// Order number under which a draw is keyed: a new customer's first order is number 0.
  std::uint32_t order_key() const { return state_.orders + first_order_key_; }

  void wind_clock(double day) {
    // order_key() numbers the next order: `orders` have been placed.
    state_.clock = static_cast<float>(draws_.at(order_key()).clock);
    state_.clock_from = static_cast<float>(day);
    state_.next_order = static_cast<float>(next_order_day(strategy_, state_, context_.horizon));
  }

  void set_triggers() {
    const double last = static_cast<double>(state_.last_order);
    for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
      const PlannedLever& lever = strategy_.levers[i];
      fired_[i] = 0;
      const double first = std::max(0.0, last + lever.days_idle);
      const bool open = lever.eligible[region_] != 0 && first - last <= lever.max_days_idle;
      next_contact_[i] = open ? first : std::numeric_limits<double>::infinity();
    }
  }

  void take_money(double day, Money revenue) {
    const Money margin =
        static_cast<Money>(std::llround(static_cast<double>(revenue) * context_.gross_margin));
    const Money discounted =
        static_cast<Money>(std::llround(static_cast<double>(margin) * context_.discount->at(day)));
    Totals& totals = *tally_.totals;
    ++totals.orders;
    totals.revenue += revenue;
    totals.margin += margin;
    totals.discounted_margin += discounted;
    MonthTotals& month = tally_.months[month_of(day)];
    ++month.orders;
    month.revenue += revenue;
    month.margin += margin;
    tally_.days[whole_day(day)].margin += discounted;
  }

  void place_order(double day) {
    const OrderDraw draw = draws_.at(order_key());
    double dropout = 1.0;
    double basket = 1.0;
    for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
      if (!has(state_.responded, i)) continue;
      const PlannedLever& lever = strategy_.levers[i];
      dropout += excess_at(state_, i, lever.dropout_excess, lever.decay, day);
      basket += excess_at(state_, i, lever.basket_excess, lever.decay, day);
    }
    const Money revenue = order_revenue(draw, basket);
    take_money(day, revenue);
    redeem_vouchers(day, revenue);
    ++state_.orders;
    state_.last_order = static_cast<float>(day);
    if (day <= kRetentionWindowDays) last_in_window_ = day;
    const double leaves = static_cast<double>(state_.dropout) * std::max(0.0, dropout);
    if (draw.dropout < leaves) {
      state_.active = 0;
      state_.next_order = kNever;
    } else {
      wind_clock(day);
    }
    set_triggers();
  }

  void redeem_vouchers(double day, Money revenue) {
    for (std::size_t i = 0; state_.vouchers != 0 && i < strategy_.levers.size(); ++i) {
      if (has(state_.vouchers, i)) redeem(i, day, revenue);
    }
    state_.vouchers = 0;
  }

  void redeem(std::size_t i, double day, Money revenue) {
    const PlannedLever& lever = strategy_.levers[i];
    if (day - static_cast<double>(state_.responded_at[i]) > lever.redemption_days) return;
    ++tally_.totals->redemptions;
    ++tally_.levers[lever.index].redemptions;
    const auto share =
        static_cast<Money>(std::llround(static_cast<double>(revenue) * lever.redemption_share));
    add_cost(context_, tally_, lever.index, day, lever.redemption_cost + share);
  }

  void make_contact(std::size_t i, double day) {
    const PlannedLever& lever = strategy_.levers[i];
    const unsigned times = fired_[i]++;
    const double next = day + lever.repeat_days;
    const bool again = fired_[i] < lever.max_times &&
                       next - static_cast<double>(state_.last_order) <= lever.max_days_idle;
    next_contact_[i] = again ? next : std::numeric_limits<double>::infinity();
    ++tally_.totals->contacts;
    ++tally_.levers[lever.index].contacts;
    ++tally_.months[month_of(day)].contacts;
    add_cost(context_, tally_, lever.index, day, lever.contact_cost);
    if (state_.active == 0) return;
    const std::uint32_t event = (static_cast<std::uint32_t>(lever.index) << kLeverShift) |
                                ((state_.orders & kOrderMask) << kOrderShift) | times;
    RandomStream stream(context_.seed, {Purpose::kLever, run_, customer_, event});
    if (draw_bernoulli(stream, lever.uptake)) respond(i, day);
  }

  void respond(std::size_t i, double day) {
    const PlannedLever& lever = strategy_.levers[i];
    ++tally_.totals->responses;
    ++tally_.levers[lever.index].responses;
    const bool moves_clock = lever.rate_excess != 0.0;
    if (moves_clock) {
      double multiplier = 1.0;
      const double from = static_cast<double>(state_.clock_from);
      const double used = static_cast<double>(state_.rate) *
                          integrated_multiplier(strategy_, state_, from, day - from, multiplier);
      state_.clock = static_cast<float>(std::max(0.0, static_cast<double>(state_.clock) - used));
      state_.clock_from = static_cast<float>(day);
    }
    state_.responded_at[i] = static_cast<float>(day);
    state_.responded = with(state_.responded, i);
    state_.vouchers = with(state_.vouchers, i);
    if (moves_clock) {
      state_.next_order =
          static_cast<float>(std::max(day, next_order_day(strategy_, state_, context_.horizon)));
    }
  }

  const LifeContext& context_;
  const PlannedStrategy& strategy_;
  std::uint32_t run_;
  std::uint32_t customer_;
  std::uint32_t region_;
  std::uint32_t first_order_key_ = 0;
  OrderDraws& draws_;
  const Tally& tally_;
  CustomerState state_;
  double last_in_window_ = 0.0;
  // Follow from last_order and the day reached: not part of the state.
  std::array<double, kMaxStrategyLevers> next_contact_;
  std::array<unsigned, kMaxStrategyLevers> fired_;
};

}  // namespace

OrderDraw OrderDraws::make(std::uint32_t order) const noexcept {
  RandomStream stream(seed_, {Purpose::kPurchase, run_, customer_, order});
  OrderDraw draw;
  draw.clock = draw_exponential(stream);
  draw.dropout = stream.uniform();
  draw.value = draw_gamma(stream, value_shape_);
  return draw;
}

double next_order_day(const PlannedStrategy& strategy, const CustomerState& state, double horizon) {
  const double from = static_cast<double>(state.clock_from);
  const double target = static_cast<double>(state.clock) / static_cast<double>(state.rate);
  const double room = horizon - from;
  if (!rate_changed(strategy, state)) return target < room ? from + target : kNever;
  double slope = 1.0;
  if (!(integrated_multiplier(strategy, state, from, room, slope) > target)) return kNever;
  // Newton inside a bracket: the integral increases from 0 to more than the target.
  double low = 0.0;
  double high = room;
  double span = std::min(target, 0.5 * room);
  constexpr int kMaxSteps = 100;
  constexpr double kDayTolerance = 1e-7;
  for (int step = 0; step < kMaxSteps; ++step) {
    const double miss = integrated_multiplier(strategy, state, from, span, slope) - target;
    (miss > 0.0 ? high : low) = span;
    double next = slope > 0.0 ? span - miss / slope : high;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    const double moved = std::fabs(next - span);
    span = next;
    if (moved < kDayTolerance) break;
  }
  return from + span;
}

void add_cost(const LifeContext& context, const Tally& tally, std::size_t lever, double day,
              Money amount) {
  if (amount == 0) return;
  const Money discounted =
      static_cast<Money>(std::llround(static_cast<double>(amount) * context.discount->at(day)));
  tally.totals->cost += amount;
  tally.totals->discounted_cost += discounted;
  tally.levers[lever].cost += amount;
  tally.months[month_of(day)].cost += amount;
  tally.days[whole_day(day)].cost += discounted;
}

void simulate_customer(const LifeContext& context, const PlannedStrategy& strategy,
                       const CustomerStart& start, std::uint32_t run, std::uint32_t customer,
                       OrderDraws& draws, const Tally& tally) {
  Life life(context, strategy, start, run, customer, draws, tally);
  life.advance(context.horizon);
  life.finish();
}

}  // namespace tenure::simulator
