#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/popularity.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace tenure::recommender {
namespace {

using test::threads;

class Explain : public testing::TestWithParam<std::uint32_t> {
 protected:
  /// Histories shorter and longer than the factors, with weights.
  Explain() : pairs_(test::synthetic_matrix(300, 80, 9, true)) {
    IalsOptions options;
    options.factors = GetParam();
    options.epochs = 4;
    model_ = train_ials(threads(2), pairs_, options);
  }
  Csr pairs_;
  std::unique_ptr<IalsModel> model_;
};

INSTANTIATE_TEST_SUITE_P(Factors, Explain, testing::Values(1U, 8U, 32U));

TEST_P(Explain, ContributionsAddUpToTheFoldedInScore) {
  const std::vector<std::uint32_t> strangers(300, kNewUser);
  const auto rows = test::all_rows(300);
  const UserBatch batch{strangers, rows, pairs_};
  Matrix<float> scores(300, 80);
  model_->score(batch, scores.view());
  const std::vector<std::uint32_t> items{0, 5, 17, 79};
  for (std::size_t user = 0; user < 300; ++user) {
    const Matrix<double> because = model_->explain(batch, user, items).value();
    ASSERT_EQ(because.rows(), items.size());
    ASSERT_EQ(because.cols(), pairs_.view().row_size(user));
    for (std::size_t i = 0; i < items.size(); ++i) {
      double sum = 0.0;
      for (std::size_t j = 0; j < because.cols(); ++j) sum += because(i, j);
      EXPECT_NEAR(sum, scores(user, items[i]), 1e-4) << "user " << user << " item " << items[i];
    }
  }
}

TEST_P(Explain, AContributionIsWhatTheItemAddsWithTheOthersTargetsHeld) {
  // With one known item the whole score is its own.
  const Csr one = csr_from_triplets(threads(1), 1, 80, std::vector<std::uint32_t>{0},
                                    std::vector<std::uint32_t>{12}, std::vector<float>{2.0F});
  const std::vector<std::uint32_t> stranger{kNewUser};
  const std::vector<std::uint32_t> row{0};
  const UserBatch batch{stranger, row, one};
  Matrix<float> scores(1, 80);
  model_->score(batch, scores.view());
  const Matrix<double> because = model_->explain(batch, 0, std::vector<std::uint32_t>{12}).value();
  ASSERT_EQ(because.size(), 1U);
  EXPECT_NEAR(because(0, 0), scores(0, 12), 1e-5);
  EXPECT_GT(because(0, 0), 0.0);
}

TEST_P(Explain, NothingKnownNothingToTell) {
  const Csr none = csr_from_triplets(threads(1), 1, 80, {}, {}, {});
  const std::vector<std::uint32_t> stranger{kNewUser};
  const std::vector<std::uint32_t> row{0};
  EXPECT_EQ(model_->explain({stranger, row, none}, 0, std::vector<std::uint32_t>{3})->size(), 0U);
}

TEST_P(Explain, RefusesWhatIsOutside) {
  const auto rows = test::all_rows(300);
  const UserBatch batch{rows, rows, pairs_};
  EXPECT_THROW(model_->explain(batch, 300, std::vector<std::uint32_t>{3}), ArgumentError);
  EXPECT_THROW(model_->explain(batch, 0, std::vector<std::uint32_t>{80}), ArgumentError);
  const auto popular = train_popularity(pairs_);
  EXPECT_FALSE(popular->explain(batch, 0, std::vector<std::uint32_t>{3}).has_value());
}

}  // namespace
}  // namespace tenure::recommender
