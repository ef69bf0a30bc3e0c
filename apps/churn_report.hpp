#pragma once

#include "run.hpp"

#include <tenure/core/events.hpp>
#include <tenure/customers/churn_study.hpp>

#include <string>

namespace tenure::apps {

/// Today's customers and what a model says of them.
struct ChurnScores {
  customers::ChurnModel model;
  customers::ChurnFactors factors;
  customers::ChurnPrediction prediction;
};

/// Measures, paired differences, and the tenths of each model.
std::string churn_text(const customers::ChurnEvaluation& evaluation);
Json churn_json(const customers::ChurnEvaluation& evaluation);

/// "days since the last order 143 (typical 54): raises the risk".
std::string reason_text(const customers::ChurnReason& reason);

/// customer,probability,reason_1,reason_2,reason_3: one line a customer, highest risk first.
std::string churn_csv(const ChurnScores& scores, const EventTable& events);

/// What was scored, by probability, and what weighs most on the whole.
std::string scores_text(const ChurnScores& scores);
Json scores_json(const ChurnScores& scores);

}  // namespace tenure::apps
