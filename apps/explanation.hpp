#pragma once

#include "run.hpp"

#include <tenure/recommender/model_file.hpp>
#include <tenure/recommender/recommend.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tenure::apps {

/// Which known items made the items of one customer's list rank.
struct Explanation {
  struct Reason {
    std::uint32_t item = 0;     ///< of the customer's history
    double contribution = 0.0;  ///< to the score
  };
  struct Listed {
    std::uint32_t item = 0;
    double listed = 0.0;          ///< the score that the list is made by
    double score = 0.0;           ///< the sum of all contributions
    std::vector<Reason> reasons;  ///< the largest first
  };
  std::vector<Listed> items;
};

/// Explains each list of a batch; a list that popularity filled has no reasons.
/// @throws ArgumentError where the model offers no explanations.
std::vector<Explanation> explain_lists(const Execution& execution, const recommender::Model& model,
                                       const recommender::UserBatch& batch,
                                       const recommender::Recommendations& lists);

/// [{"item","score","because":[{"item","contribution"},...]},...]
Json explanation_json(const Explanation& explanation, const Dictionary& items);
/// A line for each item with its three largest reasons; where the sum of the reasons is not the
/// list's score to three decimals, both.
std::string explanation_text(const Explanation& explanation, const Dictionary& items);
/// What to say once below where any of them showed both; else nothing.
std::string explanation_note(const std::vector<Explanation>& explanations);

}  // namespace tenure::apps
