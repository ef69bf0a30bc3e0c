#include "results/joint_draws.hpp"
#include "results/run_samples.hpp"

#include <algorithm>
#include <numeric>

namespace tenure::simulator {

namespace {

void by_net(const Outcome& outcome, const std::vector<RatioSamples>& nets,
            const std::vector<StrategyReturn*>& all) {
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return all[a]->net.value > all[b]->net.value;
  });
  for (std::size_t place = 0; place < order.size(); ++place) all[order[place]]->rank = place + 1;
  const std::size_t best = order.front();
  for (std::size_t i = 0; i < all.size(); ++i) {
    RatioSamples behind(outcome.parameter_draws, outcome.replications);
    for (std::size_t draw = 0; draw < outcome.parameter_draws; ++draw) {
      for (std::size_t r = 0; r < outcome.replications; ++r) {
        const double first = best == 0 ? 0.0 : nets[best - 1].at(draw, r).top;
        const double own = i == 0 ? 0.0 : nets[i - 1].at(draw, r).top;
        behind.at(draw, r).top = first - own;
      }
    }
    behind.finish();
    all[i]->behind_best = behind.estimate(outcome.uncertain);
  }
}

/// Rows of the draws; one column of the means where nothing is uncertain.
DrawnRows drawn_rows(const Outcome& outcome, const std::vector<RatioSamples>& figures) {
  if (outcome.uncertain) return without_noise(figures);
  DrawnRows rows;
  for (const RatioSamples& figure : figures) rows.push_back({figure.ratio()});
  return rows;
}

}  // namespace

void rank_strategies(const Outcome& outcome, ReturnReport& report) {
  std::vector<StrategyReturn*> all = {&report.baseline};
  std::vector<RatioSamples> nets;
  std::vector<RatioSamples> returns;
  std::vector<StrategyReturn*> with_return;
  for (std::size_t i = 0; i < report.strategies.size(); ++i) {
    all.push_back(&report.strategies[i]);
    nets.push_back(net_samples(outcome, i + 1));
    RatioSamples ratios = return_samples(outcome, i + 1);
    if (!ratios.every_draw_divides()) continue;
    returns.push_back(std::move(ratios));
    with_return.push_back(all.back());
  }
  by_net(outcome, nets, all);
  DrawnRows rows = drawn_rows(outcome, nets);
  rows.insert(rows.begin(), std::vector<double>(rows.front().size(), 0.0));
  const std::vector<double> best = probability_greatest(rows);
  for (std::size_t i = 0; i < all.size(); ++i) all[i]->probability_best = best[i];
  if (returns.empty()) return;
  const std::vector<double> best_return = probability_greatest(drawn_rows(outcome, returns));
  for (std::size_t i = 0; i < with_return.size(); ++i) {
    with_return[i]->probability_best_roi = best_return[i];
  }
}

}  // namespace tenure::simulator
