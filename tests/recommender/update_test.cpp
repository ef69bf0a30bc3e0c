#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/update.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace tenure::recommender {
namespace {

using test::Row;
using test::threads;

/// Purchases of the synthetic matrix, cut in two: `fresh` holds those of every seventh customer
/// from the fourth item on, all of the last customers and all of the last items.
struct Log {
  std::vector<Row> old_rows;
  std::vector<Row> new_rows;
};

constexpr std::uint32_t kCustomers = 300;
constexpr std::uint32_t kItems = 80;
constexpr std::uint32_t kOldCustomers = 280;
constexpr std::uint32_t kOldItems = 76;

Log split_log() {
  Log log;
  const Csr all = test::synthetic_matrix(kCustomers, kItems, 10);
  for (std::uint32_t user = 0; user < kCustomers; ++user) {
    std::size_t i = 0;
    for (const std::uint32_t item : all.view().row_columns(user)) {
      const bool fresh = user >= kOldCustomers || item >= kOldItems || (user % 7 == 0 && i++ >= 3);
      (fresh ? log.new_rows : log.old_rows).push_back({user, item});
    }
  }
  return log;
}

ModelFile file_of(const EventTable& events, std::unique_ptr<Model> model, Csr train) {
  ModelFile file;
  file.model = std::move(model);
  file.customers = events.customers;
  file.items = events.items;
  file.train = std::move(train);
  file.metrics = {{"recall@20", 0.5}};
  return file;
}

IalsOptions small() {
  IalsOptions options;
  options.factors = 8;
  options.epochs = 12;
  return options;
}

class Update : public testing::Test {
 protected:
  Update() : log_(split_log()), events_(test::table(log_.old_rows, kOldCustomers, kOldItems)) {
    // Ids of the second log in another order, so that codes really are joined by id.
    for (const Row& row : log_.new_rows) {
      fresh_.customer.push_back(customers_.code("c" + std::to_string(row.customer)));
      fresh_.item.push_back(items_.code("i" + std::to_string(row.item)));
    }
    fresh_.customers = customers_.dictionary();
    fresh_.items = items_.dictionary();
  }
  Csr matrix() const { return build_interactions(threads(1), events_).user_items; }
  ModelFile ials_file() const {
    Csr train = matrix();
    auto model = train_ials(threads(2), train, small());
    return file_of(events_, std::move(model), std::move(train));
  }
  ModelFile popularity_file() const {
    return file_of(events_, train_popularity(matrix()), matrix());
  }

  Log log_;
  EventTable events_;
  EventTable fresh_;
  DictionaryBuilder customers_;
  DictionaryBuilder items_;
};

TEST_F(Update, PopularityIsExactlyThatOfAllEvents) {
  UpdateReport report;
  const ModelFile updated = update_model(threads(2), popularity_file(), fresh_, {}, &report);
  EXPECT_EQ(report.new_customers, updated.customers.size() - kOldCustomers);
  EXPECT_GT(report.new_customers, 10U);
  EXPECT_EQ(report.new_items, 4U);
  EXPECT_EQ(report.new_pairs, log_.new_rows.size());
  EXPECT_TRUE(updated.metrics.empty());
  // Counted by hand from the rows, by id.
  const auto& model = dynamic_cast<const PopularityModel&>(*updated.model);
  std::map<std::string, float> counts;
  for (const auto* rows : {&log_.old_rows, &log_.new_rows}) {
    for (const Row& row : *rows) counts["i" + std::to_string(row.item)] += 1.0F;
  }
  for (std::uint32_t item = 0; item < updated.items.size(); ++item) {
    EXPECT_EQ(model.item_scores()[item], counts[std::string(updated.items[item])]);
  }
}

TEST_F(Update, AForgetfulPopularityIsRefused) {
  ModelFile file = popularity_file();
  file.model = std::make_unique<PopularityModel>(
      kOldCustomers, std::vector<float>(kOldItems, 0.25F));  // decayed weights
  EXPECT_THROW(update_model(threads(1), file, fresh_), ArgumentError);
}

TEST_F(Update, SolvesWhatChangedAndLeavesTheRest) {
  const ModelFile before = ials_file();
  UpdateReport report;
  const ModelFile after = update_model(threads(2), before, fresh_, {}, &report);
  const FactorView old_factors = before.model->factors().value();
  const FactorView factors = after.model->factors().value();
  ASSERT_EQ(factors.users.rows, after.customers.size());
  ASSERT_EQ(factors.items.rows, kItems);
  std::size_t same_users = 0;
  for (std::size_t user = 0; user < old_factors.users.rows; ++user) {
    same_users += std::equal(factors.users.row(user), factors.users.row(user) + 8,
                             old_factors.users.row(user))
                      ? 1U
                      : 0U;
  }
  const std::size_t changed_known = report.changed_customers - report.new_customers;
  EXPECT_GE(same_users, kOldCustomers - changed_known);
  EXPECT_LT(same_users, kOldCustomers);
  // A changed user's row is not that of the stale model, a new item has a vector.
  for (std::size_t item = kOldItems; item < kItems; ++item) {
    double square = 0.0;
    for (const float value : factors.items.row_span(item)) {
      square += static_cast<double>(value * value);
    }
    EXPECT_GT(square, 1e-4) << item;
  }
}

TEST_F(Update, ItemsAreTheExactMinimumGivenTheUsers) {
  // The last half of the last sweep solves changed items: with the users held, no step from there
  // lowers the loss.
  const ModelFile after = update_model(threads(2), ials_file(), fresh_);
  const FactorView factors = after.model->factors().value();
  Matrix<float> users(factors.users.rows, 8);
  Matrix<float> items(factors.items.rows, 8);
  std::copy_n(factors.users.data, users.size(), users.data());
  std::copy_n(factors.items.data, items.size(), items.data());
  const double loss = ials_loss(threads(1), after.train, {users.view(), items.view()}, small());
  for (std::size_t j = 0; j < 8; ++j) {
    for (const float step : {-0.05F, 0.05F}) {
      items(kItems - 1, j) += step;
      EXPECT_GT(ials_loss(threads(1), after.train, {users.view(), items.view()}, small()), loss);
      items(kItems - 1, j) -= step;
    }
  }
}

TEST_F(Update, ComesNearAFullRetrain) {
  const ModelFile stale = ials_file();
  const ModelFile after = update_model(threads(2), stale, fresh_);
  const auto full = train_ials(threads(2), after.train, small());
  const double updated_loss =
      ials_loss(threads(1), after.train, after.model->factors().value(), small());
  const double full_loss = ials_loss(threads(1), after.train, full->factors().value(), small());
  // The loss of doing nothing: new rows without a vector.
  Matrix<float> users(after.customers.size(), 8);
  Matrix<float> items(after.items.size(), 8);
  const FactorView old_factors = stale.model->factors().value();
  std::copy_n(old_factors.users.data, kOldCustomers * 8U, users.data());
  std::copy_n(old_factors.items.data, kOldItems * 8U, items.data());
  const double stale_loss =
      ials_loss(threads(1), after.train, {users.view(), items.view()}, small());
  EXPECT_LT(updated_loss, 1.03 * full_loss);
  EXPECT_LT(updated_loss - full_loss, 0.1 * (stale_loss - full_loss));
}

TEST_F(Update, KnownEventsAgainChangeNothing) {
  const ModelFile before = ials_file();
  UpdateReport report;
  const ModelFile after = update_model(threads(1), before, events_, {}, &report);
  EXPECT_EQ(report.changed_customers + report.changed_items + report.new_pairs, 0U);
  EXPECT_EQ(fingerprint(after.train), fingerprint(before.train));
  UpdateOptions counting;
  counting.interactions.value = InteractionValue::kCount;
  update_model(threads(1), before, events_, counting, &report);
  EXPECT_GT(report.changed_customers, 200U);
  EXPECT_EQ(report.new_pairs, 0U);
}

TEST_F(Update, IsTheSameAtAnyNumberOfThreads) {
  const ModelFile before = ials_file();
  const ModelFile one = update_model(threads(1), before, fresh_);
  const FactorView expected = one.model->factors().value();
  for (const int n : {2, 3, 8}) {
    const ModelFile again = update_model(threads(n), before, fresh_);
    const FactorView factors = again.model->factors().value();
    EXPECT_EQ(0, std::memcmp(factors.users.data, expected.users.data,
                             sizeof(float) * expected.users.rows * 8));
    EXPECT_EQ(0, std::memcmp(factors.items.data, expected.items.data,
                             sizeof(float) * expected.items.rows * 8));
  }
}

TEST_F(Update, RefusesNoSweepsAndAChangeThatDoesNotFit) {
  UpdateOptions options;
  options.sweeps = 0;
  EXPECT_THROW(update_model(threads(1), ials_file(), fresh_, options), ArgumentError);
  EXPECT_THROW(update_model(threads(1), ModelFile{}, fresh_), ArgumentError);
  const ModelFile file = popularity_file();
  const Csr other = test::synthetic_matrix(10, 20, 3);
  ModelChange change;
  change.before = other;
  change.after = other;
  EXPECT_THROW(file.model->updated(threads(1), change), ArgumentError);
  change.before = file.train;
  change.after = file.train;
  const std::vector<std::uint32_t> falling{3, 2};
  change.users = falling;
  EXPECT_THROW(file.model->updated(threads(1), change), ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
