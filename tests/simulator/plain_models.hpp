#pragma once

#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/mbg_cnbd.hpp>
#include <tenure/customers/pareto_nbd.hpp>

#include <engine/plain_lanes.hpp>

namespace tenure::simulator::test {

// CDNOW, weeks and dollars: Fader, Hardie, Lee (2005); about what the fits of the other families
// give; spend near Fader and Hardie (2013).
inline constexpr customers::BgNbdParameters kBgNbd{0.24, 4.4, 0.79, 2.43};
inline constexpr customers::MbgCnbdParameters kMbgNbd{0.52, 6.2, 0.89, 1.61, 1};
inline constexpr customers::ParetoNbdParameters kParetoNbd{0.55, 10.6, 0.61, 11.7};
inline constexpr customers::GammaGammaParameters kSpend{6.0, 4.0, 15.0};
inline constexpr double kDaysPerWeek = 7.0;

inline PlainModel plain_model(PlainFamily family) {
  PlainModel model;
  model.family = family;
  model.spend = QuantileTable::gamma(kSpend.p);
  const SpendPrior spend{kSpend.q, kSpend.gamma};
  switch (family) {
    case PlainFamily::kBgNbd:
      model.latents =
          beta_dropout_latents(kBgNbd.r, kBgNbd.alpha, kBgNbd.a, kBgNbd.b, kDaysPerWeek, spend);
      break;
    case PlainFamily::kMbgNbd:
      model.latents =
          beta_dropout_latents(kMbgNbd.r, kMbgNbd.alpha, kMbgNbd.a, kMbgNbd.b, kDaysPerWeek, spend);
      break;
    case PlainFamily::kParetoNbd:
      model.latents = gamma_dropout_latents(kParetoNbd.r, kParetoNbd.alpha, kParetoNbd.s,
                                            kParetoNbd.beta, kDaysPerWeek, spend);
      break;
  }
  return model;
}

/// Repeat orders by `weeks` of a new customer.
inline double expected_repeat_orders(PlainFamily family, double weeks) {
  if (family == PlainFamily::kBgNbd) return bg_nbd_expected_orders(kBgNbd, weeks);
  if (family == PlainFamily::kMbgNbd) return mbg_cnbd_expected_orders(kMbgNbd, weeks);
  return pareto_nbd_expected_orders(kParetoNbd, weeks);
}
inline double survival(PlainFamily family, double weeks) {
  if (family == PlainFamily::kBgNbd) return bg_nbd_survival(kBgNbd, weeks);
  if (family == PlainFamily::kMbgNbd) return mbg_cnbd_survival(kMbgNbd, weeks);
  return pareto_nbd_survival(kParetoNbd, weeks);
}

inline constexpr PlainFamily kPlainFamilies[] = {PlainFamily::kBgNbd, PlainFamily::kMbgNbd,
                                                 PlainFamily::kParetoNbd};

}  // namespace tenure::simulator::test
