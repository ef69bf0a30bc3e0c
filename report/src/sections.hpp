#pragma once

#include "figure.hpp"
#include "format.hpp"

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/simulator/composite_index.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/roi.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The sections of the page and their figures, made of what the libraries computed.
namespace tenure::report {

/// A simulation as the figures look at it.
struct ResultView {
  const simulator::Outcome& outcome;
  const simulator::ReturnReport& returns;
  Format format;

  /// The first by net; the baseline where no strategy has a net above 0.
  const simulator::StrategyReturn& best() const;
  /// The strategy looked at in detail: the first by net but the baseline. Null without strategies.
  const simulator::StrategyReturn* first_strategy() const;
  /// Place of a strategy in the outcome: 0 is the baseline.
  std::size_t index_of(const simulator::StrategyReturn& strategy) const;
};

/// The sentences and cards that the page begins with.
Section decision_section(const ResultView& view);

Figure roi_figure(const ResultView& view);
Figure frontier_figure(const ResultView& view);
Figure ranking_figure(const ResultView& view);
Figure lever_figure(const ResultView& view);
Figure waterfall_figure(const ResultView& view);
Figure retention_figure(const ResultView& view);
/// Empty where one region is all there is.
std::optional<Figure> region_retention_figure(const ResultView& view);
Figure sensitivity_figure(const ResultView& view);
Figure variance_figure(const ResultView& view);
Figure month_orders_figure(const ResultView& view);
/// Net since day one, month by month.
Figure net_curve_figure(const ResultView& view);
Figure index_figure(const ResultView& view, const std::vector<simulator::StrategyIndex>& indices);

/// Discounted cost of each lever in a strategy, mean over runs: the levers' costs by month with the
/// month's discount. Adds up to the strategy's cost.
std::vector<double> discounted_lever_costs(const simulator::Outcome& outcome, std::size_t strategy);

/// A log as the figures look at it.
struct StoreView {
  const EventTable& events;
  const customers::OrderHistory& history;
  std::string name;
  Format format;
  std::vector<std::string> regions;    ///< names by code; empty without regions
  std::vector<std::uint32_t> largest;  ///< codes of the regions shown, by customers
};

Section key_figures_section(const StoreView& view);
Figure cohort_figure(const StoreView& view);
Figure survival_figure(const StoreView& view);
/// Tiers and health.
std::vector<Figure> segment_figures(const Execution& execution, const StoreView& view);
/// Expected revenue of the next year by region, under the model of lowest AIC.
Figure value_figure(const Execution& execution, const StoreView& view);

Section model_section(const recommender::ModelFile& file, const std::string& name);

/// What the words of a result mean.
Section words_section(const ResultView& view);

/// The page around sections.
std::string page_html(const std::string& title, const std::vector<Section>& sections);

}  // namespace tenure::report
