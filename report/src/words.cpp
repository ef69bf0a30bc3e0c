#include "sections.hpp"

namespace tenure::report {

Section words_section(const ResultView& view) {
  Section section{"words", "Words used here", {}, {}, {}, {}};
  section.terms = {
      {"Baseline", "The shop as it is run today, with none of the levers looked at."},
      {"Lever, strategy",
       "A lever is one measure that keeps customers or brings them back. A strategy is the levers "
       "that would run together."},
      {"Margin",
       "Gross margin on revenue, less what customers cost to win. Incremental margin is a "
       "strategy\u2019s less the baseline\u2019s, on the same simulated customers with the same "
       "luck."},
      {"Net, return",
       "Net is incremental margin less the strategy\u2019s cost. Return is net over cost: "
       "+50\u00a0% gives back 1.50 for each 1 spent, \u2212100\u00a0% nothing."},
      {"Discounted",
       "Later amounts count less, by the scenario\u2019s yearly rate; all amounts are of day one."},
      {"World, parameter draw",
       "One set of assumptions (how customers behave, what levers do), drawn within what is known "
       "of them. A chance is the share of worlds in which something holds."},
      {"95\u00a0% interval",
       "Of the world: 95 of 100 worlds lie in it; better data narrow it, more simulation does not. "
       "Of the simulation: what the figure would move by if the same worlds were simulated again; "
       "more replications narrow it."},
      {"Still ordering after a year",
       "Share of customers with an order more than 365 days after their first, within two years, "
       "among those followed for two years. Survival, which the page of a log shows, is another "
       "measure: who has not yet fallen silent for a year."}};
  if (!view.outcome.uncertain) {
    section.terms.push_back(
        {"Not uncertain", "This scenario has one world: nothing in it is stated as uncertain."});
  }
  return section;
}

}  // namespace tenure::report
