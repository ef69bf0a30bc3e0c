#pragma once

#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/gamma_gamma.hpp>

#include <array>
#include <cstdint>
#include <string_view>

/// How customers order, leave and spend.
namespace tenure::simulator {

/// Families of order models; docs/LIFETIME.md describes them.
enum class Family : std::uint8_t {
  kBgNbd = 0,      ///< leaves with probability p after each repeat order
  kMbgNbd = 1,     ///< after every order, the first included
  kParetoNbd = 2,  ///< leaves at rate mu at any time
  kSbg = 3,        ///< a contract: pays every period, leaves with probability theta before it
};
/// "bg-nbd", "mbg-nbd", "pareto-nbd", "sbg".
std::string_view to_string(Family family) noexcept;

/// Where a lever that raises the order rate leaves the tests of dropout at orders.
enum class DropoutTests : std::uint8_t {
  kOrders = 0,    ///< with the orders: they come earlier, and so do the tests
  kBaseline = 1,  ///< the probability is divided by the rate's multiplier where that is over 1
};

/// A lifetime and spend model with what is not known about it.
struct LifetimeModel {
  /// rate ~ Gamma(r, alpha), dropout probability ~ Beta(a, b). For pareto-nbd a and b stand for s
  /// and beta: rate of leaving ~ Gamma(s, beta). For sbg r and alpha are not used.
  customers::BgNbdParameters orders;
  customers::GammaGammaParameters spend;
  double days_per_unit = 7.0;  ///< time unit of alpha (and beta)
  /// Covariances of (log r, log alpha, log a, log b) and (log p, log q, log gamma), row-major,
  /// positive semidefinite; zero where the parameters are taken as known.
  std::array<double, 16> orders_log_covariance{};
  std::array<double, 9> spend_log_covariance{};
  Family family = Family::kBgNbd;
  double period_days = 30.0;    ///< sbg: from one payment to the next
  double one_time_share = 0.0;  ///< of new customers who never come back, whatever the rest says

  bool uncertain() const noexcept;
};

}  // namespace tenure::simulator
