#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/random.hpp>
#include <tenure/customers/fit_report.hpp>
#include <tenure/customers/lifetime_fit.hpp>
#include <tenure/customers/recency_frequency.hpp>
#include <tenure/customers/tracking.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The order models under one interface: bg-nbd, mbg-nbd, mbg-cnbd, pareto-nbd, bg-bb.
namespace tenure::customers {

/// One customer's, or one population's, order model with known parameters. x, t_x, T and t as in
/// RecencyFrequency, in the model's time units; immutable, so safe to share between threads. Errors
/// as in the functions of the model's own header.
class LifetimeModel {
 public:
  virtual ~LifetimeModel() = default;
  /// Repeat orders of a new customer in (0, t].
  virtual double expected_orders(double t) const = 0;
  /// Orders in (T, T + t] given (x, t_x, T).
  virtual double conditional_expected_orders(double x, double t_x, double T, double t) const = 0;
  virtual double p_alive(double x, double t_x, double T) const = 0;
  /// Orders in (T, T + t] given (x, t_x, T) of a customer who is alive at T (BG/BB: at the next
  /// opportunity): conditional_expected_orders over p_alive.
  virtual double expected_orders_if_alive(double x, double t_x, double T, double t) const = 0;
  /// What comes for a customer who is alive depends on t_x, too. Of MBG/CNBD-k with k > 1 alone: in
  /// the other models customers who share (x, T) share that future, and t_x tells p_alive only.
  virtual bool needs_recency() const noexcept = 0;
  /// Probability that a new customer is still alive at t.
  virtual double survival(double t) const = 0;
  /// Expected orders after T discounted by exp(-discount x time since T) (DERT); discount > 0 a
  /// time unit.
  virtual double discounted_residual_orders(double x, double t_x, double T,
                                            double discount) const = 0;
  /// A new customer, right after its first order.
  virtual LifetimeLatent draw_prior(RandomStream& stream) const = 0;
  /// A customer with history (x, t_x, T), from its exact posterior.
  virtual LifetimeLatent draw_posterior(RandomStream& stream, double x, double t_x,
                                        double T) const = 0;
  /// The same of one who is alive at T (BG/BB: at the next opportunity).
  virtual LifetimeLatent draw_alive(RandomStream& stream, double x, double t_x, double T) const = 0;
  /// Times of the orders within t from now of a customer drawn by one of the two, in order; for
  /// BG/BB whole periods from 1. Takes time in proportion to their number.
  virtual std::vector<double> draw_orders(RandomStream& stream, const LifetimeLatent& latent,
                                          double t) const = 0;
  /// How many orders that would be, drawn without their times: at once, whatever their number (in
  /// BG/BB in t steps).
  virtual double draw_order_count(RandomStream& stream, const LifetimeLatent& latent,
                                  double t) const = 0;
};

/// A kind of model: what the command line offers and loops over.
struct LifetimeKind {
  std::string_view name;   ///< e.g. "bg-nbd"
  std::string_view title;  ///< e.g. "BG/NBD"
  bool discrete = false;   ///< counts periods with one opportunity each, not continuous time
  bool covariates = false;
  int parameters = 4;  ///< estimated, k of MBG/CNBD-k among them
};

/// All kinds, in the order in which they are shown.
std::span<const LifetimeKind> lifetime_kinds();
/// @throws ArgumentError listing the names where there is none of that name.
const LifetimeKind& lifetime_kind(std::string_view name);

struct LifetimeFitOptions : FitOptions {
  int regularity = 0;          ///< k of mbg-cnbd; 0: by maximum likelihood
  int largest_regularity = 8;  ///< tried where it is
};

/// Fits a kind by name. @throws as the kind's own fit, ArgumentError for an unknown name.
FitReport fit_lifetime(const Execution& execution, std::string_view kind,
                       const RecencyFrequency& data, const LifetimeFitOptions& options = {});
/// With static covariates, row i of the design beside row i of the data (bg-nbd, pareto-nbd).
FitReport fit_lifetime(const Execution& execution, std::string_view kind,
                       const RecencyFrequency& data, const CovariateDesign& design,
                       const LifetimeFitOptions& options = {});

/// The model of a fit. For one with covariates, that of a customer who has the values `rate` and
/// `dropout`, in the order of the report's names.
/// @throws ArgumentError where the report is damaged, of no order model, or values are missing.
std::shared_ptr<const LifetimeModel> lifetime_model(const FitReport& report,
                                                    std::span<const double> rate = {},
                                                    std::span<const double> dropout = {});

/// For holdout_report; shares the model.
LifetimeExpectations expectations(const std::shared_ptr<const LifetimeModel>& model);

/// Twice the difference of two nested models' log-likelihoods against its chi-square distribution.
struct LikelihoodRatio {
  double statistic = 0.0;
  int degrees_of_freedom = 0;
  double p_value = 1.0;  ///< of a statistic this large were the smaller model true
};
/// @throws ArgumentError where the larger model's likelihood is clearly the smaller one, or
/// degrees_of_freedom < 1.
LikelihoodRatio likelihood_ratio(double smaller, double larger, int degrees_of_freedom);

/// One line of a comparison of models on the same data.
struct ModelScore {
  std::string model;
  std::optional<FitReport> fit;  ///< empty where it failed
  std::string fault;             ///< why
  int parameters = 0;
  double aic = 0.0;  ///< 2 parameters - 2 log-likelihood
  double bic = 0.0;  ///< ln(customers) parameters - 2 log-likelihood
};

/// Fits every kind whose likelihoods are of the same thing: all in continuous time, MBG/CNBD-k
/// where the gaps between orders are known. Best (smallest) AIC first, failed ones last. With
/// PriorUse::kWhereNeeded a prior takes part only where no kind can be fitted without.
/// @throws ArgumentError (the data), NumericalError where every kind failed, Cancelled.
std::vector<ModelScore> compare_lifetime_models(const Execution& execution,
                                                const RecencyFrequency& data,
                                                const LifetimeFitOptions& options = {});

/// Uncertainty of a fit by resampling customers.
struct Bootstrap {
  std::vector<double> standard_errors;  ///< natural scale, in the order of the report's names
  std::vector<double> low, high;        ///< 2.5 % and 97.5 % of the replicates
  std::vector<double> log_covariance;   ///< of the logarithms, row-major
  int replicates = 0;                   ///< that have a maximum
  int failed = 0;                       ///< that have none
};

/// Refits `report`'s model (k as there) to `replicates` resamples in which each row's weight is
/// Poisson with that weight for its mean, as good as drawing customers with replacement and
/// indifferent to compression. Keyed by execution.seed, in parallel over replicates.
/// @throws ArgumentError (replicates < 2, a model with covariates), NumericalError where fewer than
/// two replicates have a maximum, Cancelled.
Bootstrap bootstrap_lifetime(const Execution& execution, const FitReport& report,
                             const RecencyFrequency& data, int replicates);

}  // namespace tenure::customers
