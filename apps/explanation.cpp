#include "explanation.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tenure::apps {

namespace {

constexpr std::size_t kReasonsShown = 3;

std::string three(double score) { return fmt::format("{:.3f}", score); }

bool shows_both(const Explanation::Listed& listed) {
  return three(listed.score) != three(listed.listed);
}

Explanation explain_list(const recommender::Model& model, const recommender::UserBatch& batch,
                         std::size_t entry, std::span<const std::uint32_t> items,
                         std::span<const float> scores) {
  const auto contributions = model.explain(batch, entry, items);
  if (!contributions) {
    throw ArgumentError(fmt::format("the model {} does not explain its lists", model.name()));
  }
  Explanation explanation;
  const auto history = batch.history(entry);
  for (std::size_t i = 0; i < items.size(); ++i) {
    Explanation::Listed listed;
    listed.item = items[i];
    listed.listed = static_cast<double>(scores[i]);
    for (std::size_t j = 0; j < history.size(); ++j) {
      listed.reasons.push_back({history[j], (*contributions)(i, j)});
      listed.score += (*contributions)(i, j);
    }
    std::stable_sort(listed.reasons.begin(), listed.reasons.end(),
                     [](const auto& a, const auto& b) { return a.contribution > b.contribution; });
    explanation.items.push_back(std::move(listed));
  }
  return explanation;
}

}  // namespace

std::vector<Explanation> explain_lists(const Execution& execution, const recommender::Model& model,
                                       const recommender::UserBatch& batch,
                                       const recommender::Recommendations& lists) {
  std::vector<Explanation> explanations(batch.size());
  parallel_for(
      execution, batch.size(), 1,
      [&](const Chunk& chunk) {
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
          if (lists.used_fallback[i] != 0) continue;
          explanations[i] =
              explain_list(model, batch, i, lists.lists.list_ids(i), lists.lists.list_scores(i));
        }
      },
      "explain");
  return explanations;
}

Json explanation_json(const Explanation& explanation, const Dictionary& items) {
  Json json = Json::array();
  for (const auto& listed : explanation.items) {
    Json because = Json::array();
    for (const auto& reason : listed.reasons) {
      because.push_back(
          {{"item", std::string(items[reason.item])}, {"contribution", reason.contribution}});
    }
    json.push_back({{"item", std::string(items[listed.item])},
                    {"score", listed.score},
                    {"because", std::move(because)}});
  }
  return json;
}

std::string explanation_text(const Explanation& explanation, const Dictionary& items) {
  std::string text;
  for (const auto& listed : explanation.items) {
    const std::string reasons = shows_both(listed) ? ", reasons " + three(listed.score) : "";
    text +=
        fmt::format("  {} ({}{}) because of", items[listed.item], three(listed.listed), reasons);
    for (std::size_t j = 0; j < std::min(kReasonsShown, listed.reasons.size()); ++j) {
      text += fmt::format("{} {} ({:+.3f})", j == 0 ? "" : ",", items[listed.reasons[j].item],
                          listed.reasons[j].contribution);
    }
    text += "\n";
  }
  return text;
}

std::string explanation_note(const std::vector<Explanation>& explanations) {
  const bool any = std::any_of(explanations.begin(), explanations.end(), [](const auto& one) {
    return std::any_of(one.items.begin(), one.items.end(), shows_both);
  });
  if (!any) return {};
  return "  In brackets the score that made the list and, where it differs, the sum of the "
         "reasons,\n"
         "  which is what the history gives now: training is half a step older, rules change "
         "scores\n";
}

}  // namespace tenure::apps
