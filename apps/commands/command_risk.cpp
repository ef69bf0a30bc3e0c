#include "command.hpp"
#include "text_table.hpp"

#include <tenure/customers/market_risk.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace tenure::apps {

namespace {

using customers::MarketGrade;
using customers::MarketRisk;
using customers::MarketSurvey;
using customers::PairwiseWeights;
using customers::RiskGroup;
using customers::RiskIndicator;

Json judgements_json(const PairwiseWeights& judged) {
  return {{"largest_eigenvalue", judged.largest_eigenvalue},
          {"consistency_index", judged.consistency_index},
          {"consistency_ratio", judged.consistency_ratio}};
}

/// Calls visit(group index, indicator, index among all indicators).
template <class Visit>
void each_indicator(const MarketSurvey& survey, const Visit& visit) {
  std::size_t k = 0;
  for (std::size_t g = 0; g < survey.groups.size(); ++g) {
    for (const RiskIndicator& indicator : survey.groups[g].indicators) visit(g, indicator, k++);
  }
}

Json risk_json(const MarketSurvey& survey, const MarketRisk& risk) {
  Json json;
  json["consistency_ratio"] = risk.consistency_ratio;
  json["judgements"] = judgements_json(risk.groups);
  json["groups"] = Json::array();
  for (std::size_t g = 0; g < survey.groups.size(); ++g) {
    json["groups"].push_back({{"name", survey.groups[g].name},
                              {"weight", risk.groups.weights[g]},
                              {"judgements", judgements_json(risk.in_group[g])}});
  }
  json["weights"] = Json::object();
  each_indicator(survey, [&](std::size_t, const RiskIndicator& indicator, std::size_t k) {
    json["weights"][indicator.name] = risk.weights[k];
  });
  json["distinguishing_coefficient"] = survey.distinguishing_coefficient;
  json["regions"] = Json::array();
  for (const MarketGrade& market : risk.markets) {
    Json contributions = Json::object();
    Json coefficients = Json::object();
    each_indicator(survey, [&](std::size_t, const RiskIndicator& indicator, std::size_t k) {
      contributions[indicator.name] = market.contributions[k];
      coefficients[indicator.name] = market.coefficients[k];
    });
    json["regions"].push_back({{"name", market.region},
                               {"grade", to_string(market.grade)},
                               {"membership",
                                {{"low", market.membership[0]},
                                 {"medium", market.membership[1]},
                                 {"high", market.membership[2]}}},
                               {"score", market.score},
                               {"contributions", contributions},
                               {"grey_grade", market.grey_grade},
                               {"grey_coefficients", coefficients},
                               {"rank", market.rank}});
  }
  return json;
}

std::string weights_text(const MarketSurvey& survey, const MarketRisk& risk) {
  TextTable table({"indicator", "group", "weight", "low", "medium", "high", "unit"});
  each_indicator(survey, [&](std::size_t g, const RiskIndicator& indicator, std::size_t k) {
    table.add({indicator.name, survey.groups[g].name, fmt::format("{:.4f}", risk.weights[k]),
               format_number(indicator.low), format_number(indicator.medium),
               format_number(indicator.high), indicator.unit});
  });
  std::string text =
      table.str() + fmt::format("  consistency ratio {:.4f} (groups {:.4f}", risk.consistency_ratio,
                                risk.groups.consistency_ratio);
  for (std::size_t g = 0; g < survey.groups.size(); ++g) {
    text += fmt::format(", {} {:.4f}", survey.groups[g].name, risk.in_group[g].consistency_ratio);
  }
  return text + "); under 0.1 is consistent\n";
}

/// The two indicators that add most to the score.
std::string drivers(const MarketSurvey& survey, const MarketGrade& market) {
  std::vector<std::string> names;
  each_indicator(survey, [&](std::size_t, const RiskIndicator& indicator, std::size_t) {
    names.push_back(indicator.name);
  });
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return market.contributions[a] > market.contributions[b];
  });
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(2, order.size()); ++i) {
    if (market.contributions[order[i]] <= 0.0) break;
    text += fmt::format("{}{} {:.0f}", i == 0 ? "" : ", ", names[order[i]],
                        market.contributions[order[i]]);
  }
  return text.empty() ? "-" : text;
}

std::string markets_text(const MarketSurvey& survey, const MarketRisk& risk) {
  std::vector<const MarketGrade*> ranked;
  for (const MarketGrade& market : risk.markets) ranked.push_back(&market);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const MarketGrade* a, const MarketGrade* b) { return a->rank < b->rank; });
  TextTable table({"region", "rank", "grey grade", "risk", "low", "medium", "high", "score",
                   "most of the score"});
  for (const MarketGrade* market : ranked) {
    table.add(
        {market->region, std::to_string(market->rank), fmt::format("{:.4f}", market->grey_grade),
         to_string(market->grade), fmt::format("{:.3f}", market->membership[0]),
         fmt::format("{:.3f}", market->membership[1]), fmt::format("{:.3f}", market->membership[2]),
         fmt::format("{:.1f}", market->score), drivers(survey, *market)});
  }
  return table.str() +
         "  rank 1 is nearest to the best value of every indicator; score 0 (all low) to 100 (all "
         "high)\n";
}

}  // namespace

Command add_risk(CLI::App& app) {
  Command command = make_command(app, "risk", "Grade and rank markets by their indicators",
                                 "  tenure risk datasets/markets/cross-border.toml\n"
                                 "  tenure risk markets.toml --json -\n");
  auto path = std::make_shared<std::string>();
  command.options.add_option("MARKETS", *path, "Indicators, judgements and values by region")
      .required()
      .type_name("MARKETS.toml");
  command.run = [path](Run& run) {
    const MarketSurvey survey = customers::read_market_survey(*path);
    const MarketRisk risk = assess_markets(survey);
    run.print(fmt::format("Markets {}\n", *path) + heading("Weights") + weights_text(survey, risk) +
              heading("Markets, safest first") + markets_text(survey, risk));
    run.write_json(risk_json(survey, risk));
  };
  return command;
}

}  // namespace tenure::apps
