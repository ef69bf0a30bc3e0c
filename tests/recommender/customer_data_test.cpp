// One customer in a model file: shown and taken out, for every kind of model.
#include "io_helpers.hpp"
#include "text_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/customer_data.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/recommender/update.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace tenure::recommender {
namespace {

using tenure::test::TempDir;
using test::threads;
using testing::HasSubstr;

constexpr std::uint32_t kCustomers = 61;  // unlike any other length in the files
constexpr std::uint32_t kItems = 31;
const std::vector<std::uint32_t> kGone = {17, 3};

bool is_gone(std::uint32_t customer) {
  return std::find(kGone.begin(), kGone.end(), customer) != kGone.end();
}

/// Three regions and two channels.
EventTable shop() {
  EventTable events = test::with_texts(test::random_shop(kCustomers, kItems));
  for (const char* id : {"web", "app"}) events.channels.append(id);
  for (const std::uint32_t customer : events.customer) events.channel.push_back(customer % 2);
  return events;
}

/// The rows of those who stay, with the items and regions of all.
EventTable rest_of(const EventTable& events) {
  EventTable rest = events;
  std::vector<std::uint32_t> code(kCustomers);
  rest.customers = Dictionary();
  for (std::uint32_t customer = 0; customer < kCustomers; ++customer) {
    if (!is_gone(customer)) code[customer] = rest.customers.append(events.customers[customer]);
  }
  std::size_t n = 0;
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (is_gone(events.customer[row])) continue;
    rest.customer[n] = code[events.customer[row]];
    rest.item[n] = events.item[row];
    rest.time[n] = events.time[row];
    rest.quantity[n] = events.quantity[row];
    rest.kind[n] = events.kind[row];
    rest.region[n] = events.region[row];
    rest.channel[n++] = events.channel[row];
  }
  rest.customer.resize(n);
  rest.item.resize(n);
  rest.time.resize(n);
  rest.quantity.resize(n);
  rest.kind.resize(n);
  rest.region.resize(n);
  rest.channel.resize(n);
  return rest;
}

std::unique_ptr<Model> train_kind(const std::string& name, const EventTable& events,
                                  const Interactions& interactions) {
  const auto small = [](const ModelKind& kind) {
    OptionValues values(kind.options);
    if (values.has("epochs")) values.set("epochs", 3.0);
    if (values.has("factors")) values.set("factors", 8.0);
    return values;
  };
  TrainingInput input;
  input.events = &events;
  input.interactions = &interactions;
  std::vector<ModelComponent> parts;
  const ModelKind& kind = model_kind(name);
  if (kind.needs_components) {
    for (const char* part : {"ials", "bpr", "ease"}) {
      parts.push_back({&model_kind(part), small(model_kind(part)), 1.0});
    }
    input.components = parts;
  }
  return kind.train(threads(2), input, small(kind));
}

ModelFile file_of(const std::string& name, const EventTable& events) {
  const Interactions interactions = build_interactions(threads(1), events);
  ModelFile file;
  file.model = train_kind(name, events, interactions);
  file.customers = events.customers;
  file.items = events.items;
  file.train = interactions.user_items;
  file.metrics = {{"recall@20", 0.5}};
  RegionalPopularityOptions options;
  options.by = PopularityBy::kRegionChannel;
  file.newcomers = train_regional_popularity(events, file.train, options);
  return file;
}

void expect_same_groups(const RegionalPopularityModel& a, const RegionalPopularityModel& b) {
  ASSERT_EQ(a.n_items(), b.n_items());
  ASSERT_EQ(a.n_users(), b.n_users());
  std::vector<float> x(a.n_items());
  std::vector<float> y(a.n_items());
  for (const char* region : {"north", "south", "east", ""}) {
    for (const char* channel : {"web", "app", ""}) {
      const std::uint32_t of_a = a.find_group(region, channel);
      const std::uint32_t of_b = b.find_group(region, channel);
      EXPECT_EQ(of_a == kNoRegion, of_b == kNoRegion) << region << channel;
      a.scores_of(of_a, x);
      b.scores_of(of_b, y);
      EXPECT_EQ(x, y) << region << " " << channel;
    }
  }
}

/// Factors are the same bits.
void expect_same_factors(const Model& before, const Model& after) {
  const auto a = before.factors();
  const auto b = after.factors();
  ASSERT_EQ(a.has_value(), b.has_value());
  if (!a) return;
  for (std::uint32_t item = 0; item < before.n_items(); ++item) {
    EXPECT_TRUE(std::ranges::equal(a->items.row_span(item), b->items.row_span(item)));
  }
  std::uint32_t row = 0;
  for (std::uint32_t customer = 0; customer < before.n_users(); ++customer) {
    if (is_gone(customer)) continue;
    EXPECT_TRUE(std::ranges::equal(a->users.row_span(customer), b->users.row_span(row++)));
  }
}

/// Scores of those who stay, by their own rows. A product of matrices may round a row differently
/// at another place of the batch: scores agree to 1e-5 of the row's largest, 100 roundings.
void expect_same_scores(const Model& before, const Csr& all, const Model& after, const Csr& rest) {
  const Matrix<float> a = test::all_scores(before, all, false);
  const Matrix<float> b = test::all_scores(after, rest, false);
  std::uint32_t row = 0;
  for (std::uint32_t customer = 0; customer < a.rows(); ++customer) {
    if (a.rows() != b.rows() && is_gone(customer)) continue;
    float largest = 0.0F;
    float apart = 0.0F;
    for (std::size_t item = 0; item < a.cols(); ++item) {
      largest = std::max(largest, std::abs(a(customer, item)));
      apart = std::max(apart, std::abs(a(customer, item) - b(row, item)));
    }
    EXPECT_LE(apart, 1e-5F * largest) << "customer " << customer;
    ++row;
  }
  EXPECT_EQ(row, b.rows());
}

class CustomerOfModel : public testing::TestWithParam<std::string> {
 protected:
  CustomerOfModel() : before_(file_of(GetParam(), events_)) {
    save_model(threads(1), before_, path_);
  }
  ModelFile erased() const {
    erase_customers(threads(2), path_, kGone, dir_ / "erased.h5");
    return load_model(threads(1), dir_ / "erased.h5");
  }
  /// Kinds that look up other customers' rows when they score one, or count customers.
  bool uses_others() const {
    return GetParam() == "next-basket" || GetParam() == "turbo-cf" || GetParam() == "gf-cf" ||
           GetParam() == "regional-popularity" || GetParam() == "personal-frequency" ||
           GetParam() == "stack";  // trees take the last bit of a score for another branch
  }

  TempDir dir_;
  std::string path_ = dir_ / "model.h5";
  EventTable events_ = shop();
  ModelFile before_;
};

TEST_P(CustomerOfModel, ErasedOnesAreGoneAndEverybodyElseGetsTheSameScores) {
  const ModelFile after = erased();
  const EventTable rest = rest_of(events_);
  EXPECT_EQ(after.customers, rest.customers);
  EXPECT_EQ(after.items, before_.items);
  EXPECT_EQ(after.metrics, before_.metrics);
  const Interactions rest_pairs = build_interactions(threads(1), rest);
  EXPECT_EQ(after.train.columns, rest_pairs.user_items.columns);
  EXPECT_EQ(after.train.values, rest_pairs.user_items.values);
  expect_same_groups(*after.newcomers, *file_of("popularity", rest).newcomers);
  if (!uses_others()) {
    expect_same_factors(*before_.model, *after.model);
    expect_same_scores(*before_.model, before_.train, *after.model, after.train);
  } else if (GetParam() == "turbo-cf" || GetParam() == "regional-popularity" ||
             GetParam() == "personal-frequency") {
    // All they hold is of customers: the model is the one trained without the erased.
    expect_same_scores(*train_kind(GetParam(), rest, rest_pairs), after.train, *after.model,
                       after.train);
  } else {
    const Matrix<float> scores = test::all_scores(*after.model, after.train, false);
    EXPECT_TRUE(std::all_of(scores.data(), scores.data() + scores.size(),
                            [](float score) { return std::isfinite(score); }));
  }
}

TEST_P(CustomerOfModel, NothingOfTheirLengthIsLeftInTheFile) {
  erased();
  const ContainerReader reader(threads(1), dir_ / "erased.h5", "model", kModelVersion);
  ContainerWriter nowhere(threads(1), dir_ / "nowhere.h5", "model", kModelVersion);
  std::size_t arrays = 0;
  reader.copy_to(nowhere, [&](std::string_view name) {
    if (!reader.has(name)) return false;  // an attribute
    ++arrays;
    const std::size_t rows = reader.shape(name).first;
    EXPECT_NE(rows, kCustomers) << name;
    EXPECT_NE(rows, kCustomers + 1) << name;
    return false;
  });
  EXPECT_GT(arrays, 5U);
  for (const auto& [name, value] : reader.integer_attributes(""))
    EXPECT_NE(value, kCustomers) << name;
}

TEST_P(CustomerOfModel, ExportShowsEveryRowTheFileHasOfThem) {
  const CustomerData data = customer_data(threads(2), path_, 17);
  const auto items = before_.train.view().row_columns(17);
  ASSERT_FALSE(data.rows.empty());
  EXPECT_EQ(data.rows[0].name, "train");
  EXPECT_TRUE(data.rows[0].sparse);
  EXPECT_TRUE(
      std::equal(items.begin(), items.end(), data.rows[0].items.begin(), data.rows[0].items.end()));
  const auto newcomers = std::find_if(data.groups.begin(), data.groups.end(),
                                      [](const auto& g) { return g.first == "newcomers/"; });
  ASSERT_NE(newcomers, data.groups.end());
  EXPECT_EQ(newcomers->second, "east\tapp");  // 17 % 3 = 2, 17 % 2 = 1
  const auto factors = before_.model->factors();
  if (factors && GetParam() != "popularity") {
    ASSERT_EQ(data.rows.size(), 2U);
    EXPECT_EQ(data.rows[1].name, "model/user_factors");
    const auto row = factors->users.row_span(17);
    EXPECT_TRUE(
        std::equal(row.begin(), row.end(), data.rows[1].values.begin(), data.rows[1].values.end()));
  }
}

INSTANTIATE_TEST_SUITE_P(Models, CustomerOfModel, testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const ModelKind& kind : model_kinds())
                             names.emplace_back(kind.name);
                           return names;
                         }()),
                         [](const testing::TestParamInfo<std::string>& kind) {
                           std::string name = kind.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(EraseFromModel, GivesTheSameBytesAtAnyNumberOfThreadsAndMayReplaceTheFile) {
  const TempDir dir;
  const std::string path = dir / "model.h5";
  save_model(threads(1), file_of("ials", shop()), path);
  erase_customers(threads(1), path, kGone, dir / "1.h5");
  erase_customers(threads(3), path, kGone, dir / "3.h5");
  erase_customers(threads(2), path, kGone, path);
  EXPECT_EQ(tenure::test::bytes_of(dir / "1.h5"), tenure::test::bytes_of(dir / "3.h5"));
  EXPECT_EQ(tenure::test::bytes_of(dir / "1.h5"), tenure::test::bytes_of(path));
  save_model(threads(1), load_model(threads(1), path), dir / "again.h5");
  EXPECT_EQ(tenure::test::bytes_of(dir / "again.h5"), tenure::test::bytes_of(path));
}

TEST(EraseFromModel, RefusesUnknownCodesAndToLeaveNobodyAndKeepsTheFile) {
  const TempDir dir;
  const std::string path = dir / "model.h5";
  save_model(threads(1), file_of("popularity", shop()), path);
  const std::string before = tenure::test::bytes_of(path);
  const std::vector<std::uint32_t> unknown = {kCustomers};
  const auto everybody = test::all_rows(kCustomers);
  EXPECT_THROW(erase_customers({}, path, unknown, path), ArgumentError);
  EXPECT_THROW(erase_customers({}, path, everybody, path), ArgumentError);
  EXPECT_THROW(customer_data({}, path, kCustomers), ArgumentError);
  EXPECT_EQ(tenure::test::bytes_of(path), before);
}

TEST(PseudonymsOfModel, AreKeptByTheFileAndMustBeThoseOfTheEventsItIsUpdatedWith) {
  const TempDir dir;
  EventTable events = shop();
  events.pseudonym_key = "0123456789abcdef";
  ModelFile file = file_of("ials", events);
  file.pseudonym_key = events.pseudonym_key;
  save_model(threads(1), file, dir / "model.h5");
  EXPECT_EQ(load_model(threads(1), dir / "model.h5").pseudonym_key, "0123456789abcdef");
  EXPECT_EQ(update_model(threads(1), file, events).pseudonym_key, "0123456789abcdef");
  erase_customers(threads(1), dir / "model.h5", kGone, dir / "model.h5");
  EXPECT_EQ(load_model(threads(1), dir / "model.h5").pseudonym_key, "0123456789abcdef");
  events.pseudonym_key = "fedcba9876543210";
  EXPECT_THROW(update_model(threads(1), file, events), ArgumentError);
  events.pseudonym_key.clear();
  EXPECT_THROW(update_model(threads(1), file, events), ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
