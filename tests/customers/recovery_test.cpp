#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/bg_nbd.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace tenure::customers {
namespace {

using test::threads;

// A thousand data sets of 1,000 to 100,000 customers (uniform in the logarithm), observed for 20 to
// 40 time units, with parameters uniform in the logarithm: r in (.3, 2), alpha in (2, 12), a in
// (.4, 1.5), b in (1.5, 5).
TEST(BgNbdRecoverySlow, NinetyFivePerCentIntervalsCoverTheTruthOnAThousandDataSets) {
  constexpr int kSets = 1000;
  std::array<int, 4> covered{};
  int without_maximum = 0;
  for (std::uint32_t k = 0; k < kSets; ++k) {
    RandomStream stream(2024, {Purpose::kTest, 7, k, 0});
    const auto between = [&](double low, double high) {
      return std::exp(draw_uniform(stream, std::log(low), std::log(high)));
    };
    const BgNbdParameters truth{between(0.3, 2), between(2, 12), between(0.4, 1.5),
                                between(1.5, 5)};
    const auto n = static_cast<std::uint32_t>(between(1000, 100'000));
    try {
      const BgNbdFit fit = fit_bg_nbd(threads(2), test::simulate(truth, n, 10'000 + k));
      const auto& p = fit.parameters;
      const std::array<double, 4> off = {std::log(p.r / truth.r), std::log(p.alpha / truth.alpha),
                                         std::log(p.a / truth.a), std::log(p.b / truth.b)};
      for (std::size_t i = 0; i < 4; ++i) {
        if (std::abs(off[i]) <= 1.96 * std::sqrt(fit.log_covariance[i * 5])) ++covered[i];
      }
    } catch (const NumericalError&) {
      ++without_maximum;
    }
  }
  RecordProperty("without_maximum", without_maximum);
  EXPECT_LE(without_maximum, 20);
  // Binomial standard error of a share of .95 of a thousand: .007; .93 to .97 is three of them.
  for (const int count : covered) {
    const double share = count / static_cast<double>(kSets - without_maximum);
    EXPECT_GE(share, 0.93);
    EXPECT_LE(share, 0.97);
  }
}

}  // namespace
}  // namespace tenure::customers
