#include "sections.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/key_figures.hpp>
#include <tenure/report/report.hpp>

#include <algorithm>
#include <numeric>

namespace tenure::report {

namespace {

/// Regions in the figures; the tables of `tenure describe --json` have all.
constexpr std::size_t kRegionsShown = 8;
/// Fewer customers than that say little about a region.
constexpr std::uint64_t kFewestCustomers = 20;

std::vector<std::uint32_t> largest_regions(const customers::OrderHistory& history,
                                           std::size_t regions) {
  std::vector<std::uint64_t> counts(regions, 0);
  for (std::size_t c = 0; c < history.customers() && !history.region.empty(); ++c) {
    if (history.order_count(c) > 0 && history.region[c] < regions) ++counts[history.region[c]];
  }
  std::vector<std::uint32_t> order(regions);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return counts[a] > counts[b]; });
  const auto few = std::find_if(order.begin(), order.end(),
                                [&](std::uint32_t r) { return counts[r] < kFewestCustomers; });
  order.erase(few, order.end());
  if (order.size() > kRegionsShown) order.resize(kRegionsShown);
  return order;
}

}  // namespace

struct Report::State {
  std::string title;
  std::vector<Section> sections;
  std::optional<Section> words;
};

Report::Report(std::string title) : state_(std::make_unique<State>()) {
  state_->title = std::move(title);
}
Report::~Report() = default;

void Report::add_result(const simulator::Outcome& outcome, const simulator::ReturnReport& returns,
                        const std::vector<simulator::StrategyIndex>& indices) {
  if (outcome.month_totals.size() != outcome.strategies() * outcome.months ||
      outcome.lever_months.size() !=
          outcome.strategies() * outcome.lever_names.size() * outcome.months ||
      returns.strategies.size() + 1 != outcome.strategies()) {
    throw ArgumentError("the outcome's arrays do not fit its counts");
  }
  const ResultView view{outcome, returns, Format(outcome.currency)};
  Section decision = decision_section(view);
  const bool choice = view.first_strategy() != nullptr;
  if (choice) {
    decision.figures.push_back(roi_figure(view));
    decision.figures.push_back(ranking_figure(view));
    decision.figures.push_back(net_curve_figure(view));
    decision.figures.push_back(frontier_figure(view));
  }
  state_->sections.push_back(std::move(decision));
  Section why{"why", "Where the money comes from and goes", {}, {}, {}, {}};
  if (choice) {
    why.figures = {waterfall_figure(view), lever_figure(view), sensitivity_figure(view),
                   variance_figure(view)};
    state_->sections.push_back(std::move(why));
  }
  Section time{"time", "Who stays, and the months", {}, {}, {}, {}};
  Figure retention = retention_figure(view);
  const bool retained = !retention.chart.is_null();
  if (auto regions = region_retention_figure(view)) time.figures.push_back(std::move(*regions));
  time.figures.push_back(month_orders_figure(view));
  if (!indices.empty()) time.figures.push_back(index_figure(view, indices));
  // A figure that says why it is not there goes last.
  time.figures.insert(retained ? time.figures.begin() : time.figures.end(), std::move(retention));
  state_->sections.push_back(std::move(time));
  state_->words = words_section(view);
}

void Report::add_store(const Execution& execution, const EventTable& events,
                       const std::string& name) {
  if (!events.has_time()) throw ArgumentError("the log has no times, which a report needs");
  const customers::OrderHistory history = customers::make_order_history(execution, events);
  if (history.orders() == 0) throw ArgumentError("nobody in the log has an order");
  StoreView view{events, history, name, Format(events.currency), {}, {}};
  if (!history.region.empty()) {
    for (std::uint32_t r = 0; r < events.regions.size(); ++r) {
      view.regions.emplace_back(events.regions[r]);
    }
    view.largest = largest_regions(history, view.regions.size());
  }
  Section section = key_figures_section(view);
  section.figures.push_back(cohort_figure(view));
  section.figures.push_back(survival_figure(view));
  for (Figure& figure : segment_figures(execution, view))
    section.figures.push_back(std::move(figure));
  if (history.has_value) section.figures.push_back(value_figure(execution, view));
  state_->sections.push_back(std::move(section));
}

void Report::add_model(const recommender::ModelFile& file, const std::string& name) {
  state_->sections.push_back(model_section(file, name));
}

std::string Report::html() const {
  std::vector<Section> sections = state_->sections;
  if (state_->words) sections.push_back(*state_->words);
  return page_html(state_->title, sections);
}

}  // namespace tenure::report
