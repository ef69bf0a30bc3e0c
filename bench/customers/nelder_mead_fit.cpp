#include "nelder_mead_fit.hpp"

#include <algorithm>
#include <cmath>

namespace tenure::bench {

namespace {

using Point = std::array<double, 4>;

// Equation 6 of the paper, term by term.
double log_likelihood(const customers::RecencyFrequency& data, const Point& logs) {
  const double r = std::exp(logs[0]), alpha = std::exp(logs[1]);
  const double a = std::exp(logs[2]), b = std::exp(logs[3]);
  double total = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const double x = data.frequency[i];
    const double common = std::lgamma(r + x) - std::lgamma(r) + r * std::log(alpha) +
                          std::lgamma(a + b) + std::lgamma(b + x) - std::lgamma(b) -
                          std::lgamma(a + b + x);
    const double alive = -(r + x) * std::log(alpha + data.age[i]);
    if (x == 0) {
      total += common + alive;
      continue;
    }
    const double left =
        std::log(a) - std::log(b + x - 1) - (r + x) * std::log(alpha + data.recency[i]);
    const double top = std::max(alive, left);
    total += common + top + std::log(std::exp(alive - top) + std::exp(left - top));
  }
  return total;
}

}  // namespace

SimplexFit fit_by_simplex(const customers::RecencyFrequency& data, double tolerance) {
  struct Vertex {
    Point at{};
    double value = 0.0;  // to be made small
  };
  SimplexFit fit;
  const auto evaluate = [&](const Point& at) {
    ++fit.evaluations;
    return Vertex{at, -log_likelihood(data, at)};
  };
  std::array<Vertex, 5> simplex;
  for (std::size_t i = 0; i < simplex.size(); ++i) {
    Point at{};  // log 1
    if (i > 0) at[i - 1] = 0.1;
    simplex[i] = evaluate(at);
  }
  const auto by_value = [](const Vertex& l, const Vertex& r) { return l.value < r.value; };
  for (int round = 0; round < 10'000; ++round) {
    std::sort(simplex.begin(), simplex.end(), by_value);
    Vertex& worst = simplex.back();
    if (worst.value - simplex[0].value <= tolerance * std::abs(simplex[0].value)) break;
    Point centre{};
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t k = 0; k < 4; ++k) centre[k] += simplex[i].at[k] / 4;
    }
    const auto along = [&](double step) {
      Point at{};
      for (std::size_t k = 0; k < 4; ++k) at[k] = centre[k] + step * (worst.at[k] - centre[k]);
      return evaluate(at);
    };
    const Vertex reflected = along(-1.0);
    if (reflected.value < simplex[0].value) {
      const Vertex expanded = along(-2.0);
      worst = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < simplex[3].value) {
      worst = reflected;
    } else {
      const bool outside = reflected.value < worst.value;
      const Vertex contracted = along(outside ? -0.5 : 0.5);
      if (contracted.value < std::min(reflected.value, worst.value)) {
        worst = contracted;
      } else {
        for (std::size_t i = 1; i < simplex.size(); ++i) {
          Point at{};
          for (std::size_t k = 0; k < 4; ++k) at[k] = (simplex[i].at[k] + simplex[0].at[k]) / 2;
          simplex[i] = evaluate(at);
        }
      }
    }
  }
  std::sort(simplex.begin(), simplex.end(), by_value);
  for (std::size_t k = 0; k < 4; ++k) fit.parameters[k] = std::exp(simplex[0].at[k]);
  fit.log_likelihood = -simplex[0].value;
  return fit;
}

}  // namespace tenure::bench
