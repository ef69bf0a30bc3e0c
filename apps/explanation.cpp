#include "explanation.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tenure::apps {

namespace {

constexpr std::size_t kReasonsShown = 3;

Explanation explain_list(const recommender::Model& model, const recommender::UserBatch& batch,
                         std::size_t entry, std::span<const std::uint32_t> items) {
  const auto contributions = model.explain(batch, entry, items);
  if (!contributions) {
    throw ArgumentError(fmt::format("the model {} does not explain its lists", model.name()));
  }
  Explanation explanation;
  const auto history = batch.history(entry);
  for (std::size_t i = 0; i < items.size(); ++i) {
    Explanation::Listed listed;
    listed.item = items[i];
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
          explanations[i] = explain_list(model, batch, i, lists.lists.list_ids(i));
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
    text += fmt::format("  {} ({:.3f}) because of", items[listed.item], listed.score);
    for (std::size_t j = 0; j < std::min(kReasonsShown, listed.reasons.size()); ++j) {
      text += fmt::format("{} {} ({:+.3f})", j == 0 ? "" : ",", items[listed.reasons[j].item],
                          listed.reasons[j].contribution);
    }
    text += "\n";
  }
  return text;
}

}  // namespace tenure::apps
