#include "results/order_flow.hpp"

#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/mbg_cnbd.hpp>
#include <tenure/customers/sbg.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace tenure::simulator {

namespace {

constexpr double kStep = 0.25;  // days between entries of the table: linear between them
constexpr double kFirstNode = 0.05;
constexpr std::size_t kNodes = 128;

double repeat_orders(const LifetimeModel& model, double days) {
  const auto& [r, alpha, a, b] = model.orders;
  const double t = days / model.days_per_unit;
  return model.family == Family::kMbgNbd
             ? customers::mbg_cnbd_expected_orders({r, alpha, a, b, 1}, t)
             : customers::bg_nbd_expected_orders(model.orders, t);
}

/// The closed form at nodes even in log time, log of it by cubics between them: it is smooth there,
/// and dear.
std::vector<double> table_of(const LifetimeModel& model, double longest) {
  const double last = std::max(longest, 2.0 * kFirstNode) * 1.01;
  const double width = std::log(last / kFirstNode) / static_cast<double>(kNodes - 1);
  std::array<double, kNodes> logs{};
  for (std::size_t i = 0; i < kNodes; ++i) {
    logs[i] = std::log(repeat_orders(model, kFirstNode * std::exp(width * static_cast<double>(i))));
  }
  std::vector<double> table(static_cast<std::size_t>(longest / kStep) + 2, 0.0);
  for (std::size_t i = 1; i < table.size(); ++i) {
    const double place = std::log(kStep * static_cast<double>(i) / kFirstNode) / width;
    const auto base = static_cast<std::size_t>(
        std::clamp(std::floor(place) - 1.0, 0.0, static_cast<double>(kNodes - 4)));
    const double x = place - static_cast<double>(base);  // nodes at 0, 1, 2, 3
    const double value = -logs[base] * (x - 1.0) * (x - 2.0) * (x - 3.0) / 6.0 +
                         logs[base + 1] * x * (x - 2.0) * (x - 3.0) / 2.0 -
                         logs[base + 2] * x * (x - 1.0) * (x - 3.0) / 2.0 +
                         logs[base + 3] * x * (x - 1.0) * (x - 2.0) / 6.0;
    table[i] = std::exp(value);
  }
  return table;
}

}  // namespace

OrderFlow::OrderFlow(const LifetimeModel& model, const Season& season, double horizon_days)
    : model_(model), season_(season), horizon_(horizon_days) {
  if (model.family == Family::kSbg) return;
  if (model.family != Family::kParetoNbd) {
    table_ = table_of(model, season.integral(horizon_days));
    return;
  }
  const auto& [r, alpha, s, beta] = model.orders;
  for (double age = 0.0; age < horizon_days + 2.0 * kStep; age += kStep) {
    table_.push_back(r / alpha / model.days_per_unit *
                     std::pow(beta / (beta + age / model.days_per_unit), s));
  }
}

double OrderFlow::look_up(double days) const {
  const double place = std::max(0.0, days) / kStep;
  const auto below = std::min(static_cast<std::size_t>(place), table_.size() - 2);
  return table_[below] + (place - static_cast<double>(below)) * (table_[below + 1] - table_[below]);
}

double OrderFlow::repeats(const Discount& discount, double day) const {
  const bool by_age = model_.family == Family::kParetoNbd;
  const double start = season_.integral(day);
  double sum = 0.0;
  double clock = 0.0;
  double orders = 0.0;
  for (double from = day; from < horizon_;) {
    const double to = std::min(std::floor(from) + 1.0, horizon_);
    const double middle = 0.5 * (from + to);
    const double clock_after = season_.integral(to) - start;
    double here = 0.0;
    if (by_age) {
      here = (clock_after - clock) * look_up(middle - day);
    } else {
      const double orders_after = look_up(clock_after);
      here = orders_after - orders;
      orders = orders_after;
    }
    sum += here * discount.at(middle);
    clock = clock_after;
    from = to;
  }
  return sum;
}

double OrderFlow::renewals(const Discount& discount, double day) const {
  double sum = 0.0;
  double period = 1.0;
  for (double due = day + model_.period_days; due < horizon_; due += model_.period_days) {
    sum += customers::sbg_survival({model_.orders.a, model_.orders.b}, period) * discount.at(due);
    period += 1.0;
  }
  return sum;
}

double OrderFlow::discounted_orders(const Discount& discount, double day) const {
  const double after =
      model_.family == Family::kSbg ? renewals(discount, day) : repeats(discount, day);
  return discount.at(day) + (1.0 - model_.one_time_share) * after;
}

}  // namespace tenure::simulator
