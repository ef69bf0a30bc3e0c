#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/tune.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <string>

namespace tenure::recommender {
namespace {

using test::synthetic_matrix;
using test::threads;

/// Every third pair of a user is to be predicted from the rest.
class Tune : public testing::Test {
 protected:
  Tune() {
    const Csr all = synthetic_matrix(400, 150, 12);
    test_.n_columns = all.n_columns;
    train_.user_items.n_columns = all.n_columns;
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
    start_.set("factors", 8.0);
    start_.set("epochs", 9.0);
  }

  TuneResult run(const TuneOptions& options, int n = 2) {
    return tune(threads(n), model_kind("ials"), start_, input_, {train_.user_items, test_, false},
                {}, options);
  }

  Interactions train_;
  Csr test_;
  TrainingInput input_;
  OptionValues start_{model_kind("ials").options};
};

TEST_F(Tune, BeginsWithTheValuesGivenAndStaysInTheSearchRanges) {
  TuneOptions options;
  options.candidates = 12;
  const TuneResult result = run(options);
  ASSERT_EQ(result.trials.size(), 12U);
  std::set<std::uint32_t> numbers;
  for (const Trial& trial : result.trials) {
    numbers.insert(trial.candidate);
    EXPECT_EQ(trial.values.integer("factors"), 8U);  // has no search range
    if (trial.candidate == 0) {
      EXPECT_EQ(trial.values.real("regularization"), start_.real("regularization"));
      continue;
    }
    for (const OptionSpec& spec : model_kind("ials").options) {
      if (spec.search_high == spec.search_low) continue;
      EXPECT_GE(trial.values.real(spec.name), spec.search_low) << spec.name;
      EXPECT_LE(trial.values.real(spec.name), spec.search_high) << spec.name;
    }
  }
  EXPECT_EQ(numbers.size(), 12U);
}

TEST_F(Tune, GivesEachRungAThirdOfTheCandidatesAndThreeTimesThePasses) {
  TuneOptions options;
  options.candidates = 9;
  const TuneResult result = run(options);
  const auto at_rung = [&](std::uint32_t rung) {
    return std::count_if(result.trials.begin(), result.trials.end(),
                         [&](const Trial& trial) { return trial.rung == rung; });
  };
  EXPECT_EQ(at_rung(0), 6);
  EXPECT_EQ(at_rung(1), 2);
  EXPECT_EQ(at_rung(2), 1);
  EXPECT_EQ(result.trials.front().rung, 2U);
  EXPECT_EQ(result.trials.front().values.integer("epochs"), 9U);
  EXPECT_EQ(result.trials.back().values.integer("epochs"), 1U);
  EXPECT_EQ(result.best.real("regularization"),
            result.trials.front().values.real("regularization"));
}

TEST_F(Tune, ScoresAreThoseOfAModelTrainedWithTheValues) {
  TuneOptions options;
  options.candidates = 4;
  options.metric = "recall@10";
  const TuneResult result = run(options);
  const Trial& best = result.trials.front();
  const auto model = model_kind("ials").train(threads(1), input_, best.values);
  EvaluationOptions evaluation;
  evaluation.at = {10};
  evaluation.bootstrap_samples = 0;
  const Evaluation again =
      evaluate(threads(1), *model, {train_.user_items, test_, false}, evaluation);
  EXPECT_EQ(best.score, again.value("recall@10"));
}

TEST_F(Tune, IsTheSameTableAtAnyNumberOfThreads) {
  TuneOptions options;
  options.candidates = 6;
  const TuneResult reference = run(options, 1);
  for (const int n : {1, 2, 3, 8}) {
    const TuneResult again = run(options, n);
    ASSERT_EQ(again.trials.size(), reference.trials.size());
    for (std::size_t i = 0; i < again.trials.size(); ++i) {
      EXPECT_EQ(again.trials[i].candidate, reference.trials[i].candidate) << n;
      EXPECT_EQ(again.trials[i].score, reference.trials[i].score) << n;
    }
  }
}

TEST_F(Tune, RefusesWhatCannotBeSearched) {
  TuneOptions options;
  options.candidates = 0;
  EXPECT_THROW(run(options), ArgumentError);
  options = {};
  options.keep_one_in = 1;
  EXPECT_THROW(run(options), ArgumentError);
  for (const char* metric : {"ndcg", "ndcg@", "ndcg@0", "ndcg@x", "beauty@20"}) {
    options = {};
    options.candidates = 1;
    options.metric = metric;
    EXPECT_THROW(run(options), ArgumentError) << metric;
  }
  const ModelKind& popularity = model_kind("popularity");
  EXPECT_THROW(tune(threads(1), popularity, OptionValues(popularity.options), input_,
                    {train_.user_items, test_, false}, {}, {}),
               ArgumentError);
}

TEST(OptionValues, KeepToTheirSpecs) {
  OptionValues values(model_kind("ials").options);
  EXPECT_EQ(values.integer("factors"), 64U);
  EXPECT_EQ(values.word("solver"), "auto");
  values.set("factors", 128.0);
  EXPECT_EQ(values.integer("factors"), 128U);
  EXPECT_THROW(values.set("factors", 0.0), ArgumentError);
  EXPECT_THROW(values.set("factors", 2.5), ArgumentError);
  EXPECT_THROW(values.set("regularization", std::numeric_limits<double>::quiet_NaN()),
               ArgumentError);
  EXPECT_THROW(values.set("nosuch", 1.0), ArgumentError);
  EXPECT_THROW(values.set("solver", 1.0), ArgumentError);
  EXPECT_THROW(values.set("solver", "guess"), ArgumentError);
  EXPECT_THROW(values.set("factors", "many"), ArgumentError);
  EXPECT_THROW(static_cast<void>(model_kind("nosuch")), ArgumentError);
}

TEST(OptionSpecs, OfEveryKindAreConsistent) {
  for (const ModelKind& kind : model_kinds()) {
    std::set<std::string_view> names;
    for (const OptionSpec& spec : kind.options) {
      EXPECT_TRUE(names.insert(spec.name).second) << kind.name << " " << spec.name;
      EXPECT_FALSE(spec.help.empty()) << kind.name << " " << spec.name;
      if (spec.type == OptionSpec::Type::kChoice) {
        EXPECT_FALSE(spec.choices.empty()) << kind.name << " " << spec.name;
        continue;
      }
      EXPECT_LE(spec.low, spec.fallback) << kind.name << " " << spec.name;
      EXPECT_GE(spec.high, spec.fallback) << kind.name << " " << spec.name;
      if (spec.search_high == spec.search_low) continue;
      EXPECT_LE(spec.low, spec.search_low) << kind.name << " " << spec.name;
      EXPECT_GE(spec.high, spec.search_high) << kind.name << " " << spec.name;
    }
  }
}

}  // namespace
}  // namespace tenure::recommender
