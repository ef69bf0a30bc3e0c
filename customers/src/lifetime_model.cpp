#include "checks.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace tenure::customers {
namespace {

constexpr double kMostTicks = 1e12;  // a draw's mean beyond it stays countable

// The functions of a model's header behind the interface. Functions is a struct of static members.
template <class Functions>
class Model final : public LifetimeModel {
 public:
  using Parameters = typename Functions::Parameters;
  explicit Model(const Parameters& parameters) : p_(parameters) {}

  double expected_orders(double t) const override { return Functions::expected(p_, t); }
  double conditional_expected_orders(double x, double t_x, double T, double t) const override {
    return Functions::conditional(p_, x, t_x, T, t);
  }
  double p_alive(double x, double t_x, double T) const override {
    return Functions::alive(p_, x, t_x, T);
  }
  double expected_orders_if_alive(double x, double t_x, double T, double t) const override {
    return Functions::if_alive(p_, x, t_x, T, t);
  }
  bool needs_recency() const noexcept override { return Functions::needs_recency(p_); }
  double survival(double t) const override { return Functions::survival(p_, t); }
  double discounted_residual_orders(double x, double t_x, double T,
                                    double discount) const override {
    return Functions::discounted(p_, x, t_x, T, discount);
  }
  LifetimeLatent draw_prior(RandomStream& stream) const override {
    return Functions::prior(stream, p_);
  }
  LifetimeLatent draw_posterior(RandomStream& stream, double x, double t_x,
                                double T) const override {
    return Functions::posterior(stream, p_, x, t_x, T);
  }
  LifetimeLatent draw_alive(RandomStream& stream, double x, double t_x, double T) const override {
    return Functions::draw_alive(stream, p_, x, t_x, T);
  }
  std::vector<double> draw_orders(RandomStream& stream, const LifetimeLatent& latent,
                                  double t) const override {
    detail::check_horizon(t);
    return Functions::orders(stream, p_, latent, t);
  }
  double draw_order_count(RandomStream& stream, const LifetimeLatent& latent,
                          double t) const override {
    detail::check_horizon(t);
    return latent.alive ? Functions::count(stream, p_, latent, t) : 0.0;
  }

 private:
  Parameters p_;
};

// k ticks an order, `phase` of them gone by already; a dropout test at every order.
std::vector<double> order_times(RandomStream& stream, int k, const LifetimeLatent& latent,
                                double t) {
  std::vector<double> times;
  if (!latent.alive) return times;
  int ticks = k - latent.phase;
  for (double now = 0.0;;) {
    now += draw_gamma(stream, ticks, k * latent.rate);
    if (!(now <= t)) return times;
    times.push_back(now);
    if (draw_bernoulli(stream, std::min(1.0, latent.dropout))) return times;
    ticks = k;
  }
}

/// Orders up to and including the one that is followed by leaving, with probability q after each.
double orders_before_leaving(RandomStream& stream, double q) {
  const double u = stream.uniform();
  if (q >= 1.0) return 1.0;
  if (!(q > 0.0)) return std::numeric_limits<double>::max();
  return 1.0 + std::floor(std::log(u) / std::log1p(-q));
}

// Ticks that would come within t, as whole orders; then how many of them the customer stays for.
double order_count(RandomStream& stream, int k, const LifetimeLatent& latent, double t) {
  const double mean = std::min(k * latent.rate * t, kMostTicks);
  const auto ticks = static_cast<double>(draw_poisson(stream, mean));
  const double orders = k == 1 ? ticks : std::floor((ticks + latent.phase) / k);
  return orders == 0.0 ? 0.0 : std::min(orders, orders_before_leaving(stream, latent.dropout));
}

double bg_nbd_count(RandomStream& stream, const BgNbdParameters&, const LifetimeLatent& latent,
                    double t) {
  return order_count(stream, 1, latent, t);
}

double mbg_cnbd_count(RandomStream& stream, const MbgCnbdParameters& p,
                      const LifetimeLatent& latent, double t) {
  return order_count(stream, p.k, latent, t);
}

double pareto_nbd_count(RandomStream& stream, const ParetoNbdParameters&,
                        const LifetimeLatent& latent, double t) {
  const double end = std::min(t, draw_exponential(stream) / latent.dropout);
  return static_cast<double>(draw_poisson(stream, std::min(latent.rate * end, kMostTicks)));
}

std::vector<double> bg_nbd_orders(RandomStream& stream, const BgNbdParameters&,
                                  const LifetimeLatent& latent, double t) {
  return order_times(stream, 1, latent, t);
}

std::vector<double> mbg_cnbd_orders(RandomStream& stream, const MbgCnbdParameters& p,
                                    const LifetimeLatent& latent, double t) {
  return order_times(stream, p.k, latent, t);
}

std::vector<double> pareto_nbd_orders(RandomStream& stream, const ParetoNbdParameters&,
                                      const LifetimeLatent& latent, double t) {
  std::vector<double> times;
  if (!latent.alive) return times;
  const double end = std::min(t, draw_exponential(stream) / latent.dropout);
  for (double now = 0.0;;) {
    now += draw_exponential(stream) / latent.rate;
    if (!(now <= end)) return times;
    times.push_back(now);
  }
}

std::vector<double> bg_bb_orders(RandomStream& stream, const BgBbParameters&,
                                 const LifetimeLatent& latent, double t) {
  std::vector<double> times;
  bool alive = latent.alive;
  double period = 1.0;
  while (period <= t && alive) {
    if (draw_bernoulli(stream, latent.rate)) times.push_back(period);
    ++period;
    alive = !draw_bernoulli(stream, latent.dropout);
  }
  return times;
}

double bg_bb_count(RandomStream& stream, const BgBbParameters& p, const LifetimeLatent& latent,
                   double t) {
  return static_cast<double>(bg_bb_orders(stream, p, latent, t).size());
}

template <class Parameters>
bool never(const Parameters&) noexcept {
  return false;
}
bool several_ticks(const MbgCnbdParameters& p) noexcept { return p.k > 1; }

struct BgNbd {
  using Parameters = BgNbdParameters;
  static constexpr auto expected = bg_nbd_expected_orders;
  static constexpr auto conditional = bg_nbd_conditional_expected_orders;
  static constexpr auto if_alive = bg_nbd_expected_orders_if_alive;
  static constexpr auto needs_recency = never<BgNbdParameters>;
  static constexpr auto alive = bg_nbd_p_alive;
  static constexpr auto survival = bg_nbd_survival;
  static constexpr auto discounted = bg_nbd_discounted_residual_orders;
  static constexpr auto prior = draw_bg_nbd_prior;
  static constexpr auto posterior = draw_bg_nbd_posterior;
  static constexpr auto draw_alive = draw_bg_nbd_alive;
  static constexpr auto orders = bg_nbd_orders;
  static constexpr auto count = bg_nbd_count;
};

struct MbgCnbd {
  using Parameters = MbgCnbdParameters;
  static constexpr auto expected = mbg_cnbd_expected_orders;
  static constexpr auto conditional = mbg_cnbd_conditional_expected_orders;
  static constexpr auto if_alive = mbg_cnbd_expected_orders_if_alive;
  static constexpr auto needs_recency = several_ticks;
  static constexpr auto alive = mbg_cnbd_p_alive;
  static constexpr auto survival = mbg_cnbd_survival;
  static constexpr auto discounted = mbg_cnbd_discounted_residual_orders;
  static constexpr auto prior = draw_mbg_cnbd_prior;
  static constexpr auto posterior = draw_mbg_cnbd_posterior;
  static constexpr auto draw_alive = draw_mbg_cnbd_alive;
  static constexpr auto orders = mbg_cnbd_orders;
  static constexpr auto count = mbg_cnbd_count;
};

struct ParetoNbd {
  using Parameters = ParetoNbdParameters;
  static constexpr auto expected = pareto_nbd_expected_orders;
  static constexpr auto conditional = pareto_nbd_conditional_expected_orders;
  static constexpr auto if_alive = pareto_nbd_expected_orders_if_alive;
  static constexpr auto needs_recency = never<ParetoNbdParameters>;
  static constexpr auto alive = pareto_nbd_p_alive;
  static constexpr auto survival = pareto_nbd_survival;
  static constexpr auto discounted = pareto_nbd_discounted_residual_orders;
  static constexpr auto prior = draw_pareto_nbd_prior;
  static constexpr auto posterior = draw_pareto_nbd_posterior;
  static constexpr auto draw_alive = draw_pareto_nbd_alive;
  static constexpr auto orders = pareto_nbd_orders;
  static constexpr auto count = pareto_nbd_count;
};

struct BgBb {
  using Parameters = BgBbParameters;
  static constexpr auto expected = bg_bb_expected_orders;
  static constexpr auto conditional = bg_bb_conditional_expected_orders;
  static constexpr auto if_alive = bg_bb_expected_orders_if_alive;
  static constexpr auto needs_recency = never<BgBbParameters>;
  static constexpr auto alive = bg_bb_p_alive;
  static constexpr auto survival = bg_bb_survival;
  static constexpr auto discounted = bg_bb_discounted_residual_orders;
  static constexpr auto prior = draw_bg_bb_prior;
  static constexpr auto posterior = draw_bg_bb_posterior;
  static constexpr auto draw_alive = draw_bg_bb_alive;
  static constexpr auto orders = bg_bb_orders;
  static constexpr auto count = bg_bb_count;
};

template <class Functions>
std::shared_ptr<const LifetimeModel> make(const typename Functions::Parameters& parameters) {
  return std::make_shared<const Model<Functions>>(parameters);
}

constexpr std::array<LifetimeKind, 5> kKinds = {{
    {"bg-nbd", "BG/NBD", false, true, 4},
    {"mbg-nbd", "MBG/NBD", false, false, 4},
    {"mbg-cnbd", "MBG/CNBD-k", false, false, 5},
    {"pareto-nbd", "Pareto/NBD", false, true, 4},
    {"bg-bb", "BG/BB", true, false, 4},
}};

// The report of the same model without its coefficients, its covariance cut to the parameters.
FitReport without_coefficients(const FitReport& report) {
  const std::size_t all = report.names.size();
  if (report.coefficients > all || report.estimates.size() != all ||
      report.standard_errors.size() != all || report.log_covariance.size() != all * all) {
    throw ArgumentError("fit report of model '" + report.model +
                        "': parameters or their covariance are missing");
  }
  const std::size_t n = all - report.coefficients;
  FitReport base = report;
  base.coefficients = 0;
  base.names.resize(n);
  base.estimates.resize(n);
  base.standard_errors.resize(n);
  base.log_covariance.clear();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      base.log_covariance.push_back(report.log_covariance[i * all + j]);
    }
  }
  return base;
}

// The coefficients on the rate and on the dropout, split by name.
std::pair<std::vector<double>, std::vector<double>> coefficients(const FitReport& report) {
  std::pair<std::vector<double>, std::vector<double>> result;
  for (std::size_t i = report.names.size() - report.coefficients; i < report.names.size(); ++i) {
    const bool rate = report.names[i].rfind("rate.", 0) == 0;
    (rate ? result.first : result.second).push_back(report.estimates[i]);
  }
  return result;
}

}  // namespace

std::span<const LifetimeKind> lifetime_kinds() { return kKinds; }

const LifetimeKind& lifetime_kind(std::string_view name) {
  std::string known;
  for (const LifetimeKind& kind : kKinds) {
    if (kind.name == name) return kind;
    known += (known.empty() ? "" : ", ") + std::string(kind.name);
  }
  throw ArgumentError("there is no order model '" + std::string(name) + "', only " + known);
}

FitReport fit_lifetime(const Execution& execution, std::string_view kind,
                       const RecencyFrequency& data, const LifetimeFitOptions& options) {
  lifetime_kind(kind);
  const double unit = data.days_per_unit;
  if (kind == "bg-nbd") return fit_report(fit_bg_nbd(execution, data, options), unit);
  if (kind == "mbg-nbd") return fit_report(fit_mbg_nbd(execution, data, options), unit);
  if (kind == "pareto-nbd") return fit_report(fit_pareto_nbd(execution, data, options), unit);
  if (kind == "bg-bb") return fit_report(fit_bg_bb(execution, data, options), unit);
  if (options.regularity > 0) {
    return fit_report(fit_mbg_cnbd(execution, data, options.regularity, options), unit, true);
  }
  const int largest = options.largest_regularity;
  return fit_report(search_mbg_cnbd(execution, data, largest, options).best, unit, true);
}

FitReport fit_lifetime(const Execution& execution, std::string_view kind,
                       const RecencyFrequency& data, const CovariateDesign& design,
                       const LifetimeFitOptions& options) {
  const LifetimeKind& known = lifetime_kind(kind);
  if (!known.covariates) {
    throw ArgumentError("model '" + std::string(kind) +
                        "' takes no covariates, only bg-nbd and pareto-nbd do");
  }
  const double unit = data.days_per_unit;
  if (kind == "bg-nbd") {
    return fit_report(fit_bg_nbd_covariates(execution, data, design, options), design, unit);
  }
  return fit_report(fit_pareto_nbd_covariates(execution, data, design, options), design, unit);
}

std::shared_ptr<const LifetimeModel> lifetime_model(const FitReport& report,
                                                    std::span<const double> rate,
                                                    std::span<const double> dropout) {
  lifetime_kind(report.model);
  const FitReport base = without_coefficients(report);
  const auto [on_rate, on_dropout] = coefficients(report);
  if (on_rate.size() != rate.size() || on_dropout.size() != dropout.size()) {
    throw ArgumentError("model '" + report.model + "': a customer's covariates are needed, " +
                        std::to_string(on_rate.size()) + " on the rate and " +
                        std::to_string(on_dropout.size()) + " on the dropout");
  }
  if (report.model == "bg-nbd") {
    const BgNbdFit fit = bg_nbd_fit(base);
    return make<BgNbd>(at_covariates(fit.parameters, on_rate, rate, on_dropout, dropout));
  }
  if (report.model == "pareto-nbd") {
    const ParetoNbdFit fit = pareto_nbd_fit(base);
    return make<ParetoNbd>(at_covariates(fit.parameters, on_rate, rate, on_dropout, dropout));
  }
  if (report.model == "bg-bb") return make<BgBb>(bg_bb_fit(base).parameters);
  return make<MbgCnbd>(mbg_cnbd_fit(base).parameters);
}

LifetimeExpectations expectations(const std::shared_ptr<const LifetimeModel>& model) {
  return {[model](double t) { return model->expected_orders(t); },
          [model](double x, double t_x, double T, double t) {
            return model->conditional_expected_orders(x, t_x, T, t);
          }};
}

}  // namespace tenure::customers
