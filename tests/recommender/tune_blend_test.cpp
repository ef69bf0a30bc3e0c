#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/blend.hpp>
#include <tenure/recommender/tune_blend.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace tenure::recommender {
namespace {

using test::synthetic_matrix;
using test::threads;

/// Every third pair of a user is to be predicted from the rest by three components.
class TuneBlend : public testing::Test {
 protected:
  TuneBlend() {
    const Csr all = synthetic_matrix(400, 250, 12);
    test_.n_columns = train_.user_items.n_columns = all.n_columns;
    test_.row_start.assign(all.rows() + 1, 0);
    train_.user_items.row_start.assign(all.rows() + 1, 0);
    for (std::size_t user = 0; user < all.rows(); ++user) {
      const auto items = all.view().row_columns(user);
      for (std::size_t i = 0; i < items.size(); ++i) {
        Csr& side = i % 3 == 2 ? test_ : train_.user_items;
        side.columns.push_back(items[i]);
        side.values.push_back(1.0F);
      }
      test_.row_start[user + 1] = test_.columns.size();
      train_.user_items.row_start[user + 1] = train_.user_items.columns.size();
    }
    input_.interactions = &train_;
    for (const char* name : {"popularity", "turbo-cf", "ials"}) {
      const ModelKind& kind = model_kind(name);
      components_.push_back({&kind, OptionValues(kind.options), 1.0});
    }
    components_[2].values.set("factors", 8.0);
    input_.components = components_;
  }

  BlendTuneResult run(int n = 2, const std::string& metric = "ndcg@10") {
    return tune_blend(threads(n), input_, {train_.user_items, test_, false}, {}, metric);
  }

  double evaluated(const std::vector<double>& weights) {
    std::vector<ModelComponent> weighed = components_;
    for (std::size_t m = 0; m < weights.size(); ++m) weighed[m].weight = weights[m];
    TrainingInput input = input_;
    input.components = weighed;
    EvaluationOptions options;
    options.at = {10};
    options.bootstrap_samples = 0;
    return evaluate(threads(2), *train_blend(threads(2), input), {train_.user_items, test_, false},
                    options)
        .value("ndcg@10");
  }

  Interactions train_;
  Csr test_;
  TrainingInput input_;
  std::vector<ModelComponent> components_;
};

TEST_F(TuneBlend, ScoresWeightsAsTheBlendItselfIsEvaluated) {
  const BlendTuneResult result = run();
  ASSERT_GE(result.trials.size(), 5U);
  // The catalogue is hardly larger than the candidates: nothing is lost but the order of ties.
  EXPECT_NEAR(evaluated(result.best), result.best_score, 1e-3);
  EXPECT_NEAR(evaluated({1.0, 1.0, 1.0}), result.trials[3].score, 1e-3);
}

TEST_F(TuneBlend, BeginsWithEachComponentAloneAndEndsNoWorseThanAnyTrial) {
  const BlendTuneResult result = run();
  for (std::size_t m = 0; m < 3; ++m) {
    for (std::size_t other = 0; other < 3; ++other) {
      EXPECT_EQ(result.trials[m].weights[other], m == other ? 1.0 : 0.0);
    }
  }
  double best = 0.0;
  for (const BlendTrial& trial : result.trials) {
    best = std::max(best, trial.score);
    EXPECT_EQ(*std::max_element(trial.weights.begin(), trial.weights.end()), 1.0);
  }
  EXPECT_EQ(best, result.best_score);
  EXPECT_GT(best, result.trials[0].score);  // popularity alone is no match
}

TEST_F(TuneBlend, IsTheSameAtAnyNumberOfThreads) {
  const BlendTuneResult one = run(1);
  for (const int n : {2, 3, 8}) {
    const BlendTuneResult many = run(n);
    ASSERT_EQ(one.trials.size(), many.trials.size());
    for (std::size_t i = 0; i < one.trials.size(); ++i) {
      EXPECT_EQ(one.trials[i].weights, many.trials[i].weights);
      EXPECT_EQ(one.trials[i].score, many.trials[i].score);
    }
  }
}

TEST_F(TuneBlend, RefusesWhatItCannotMeasure) {
  EXPECT_THROW(run(1, "coverage@10"), ArgumentError);
  EXPECT_THROW(run(1, "ndcg"), ArgumentError);
  EXPECT_THROW(run(1, "ndcg@0"), ArgumentError);
  EXPECT_THROW(run(1, "ndcg@10x"), ArgumentError);
  input_.components = {};
  EXPECT_THROW(run(), ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
