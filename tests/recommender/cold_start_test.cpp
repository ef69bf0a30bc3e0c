// New items on real orders. The public copy of Online Retail II has no descriptions, but its stock
// codes were given out range by range, so that codes with the same first digits are alike: their
// beginnings and the letters behind them serve as the words of an item.
#include "synthetic.hpp"
#include "test_data.hpp"

#include <tenure/core/import.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/model_kind.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/split.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

namespace tenure::recommender {
namespace {

using test::threads;

/// "84879A" -> "p84 p848 p8487 p84879 A".
std::string words_of_code(std::string_view code) {
  const std::size_t digits = std::min(code.find_first_not_of("0123456789"), code.size());
  std::string words;
  for (std::size_t k = 2; k <= digits; ++k) words.append("p").append(code.substr(0, k)).append(" ");
  return words.append(digits > 0 ? code.substr(digits) : std::string_view());
}

/// Training and test pairs of a split, and which items lists may hold.
struct Experiment {
  EventTable events;
  RowSplit split;
  Interactions train;
  Csr test;

  Experiment(const std::string& path, std::string_view split_text) {
    events = read_events(threads(2), {path}, {});
    for (std::uint32_t item = 0; item < events.items.size(); ++item) {
      events.item_text.append(words_of_code(events.items[item]));
    }
    split = split_rows(threads(2), events, parse_split(split_text));
    train = build_interactions(threads(2), events, {}, split.train);
    test = build_interactions(threads(2), events, {}, split.test).user_items;
  }

  Evaluation score(std::string_view name) const {
    const ModelKind& kind = model_kind(name);
    TrainingInput input;
    input.events = &events;
    input.rows = split.train;
    input.interactions = &train;
    const auto model = kind.train(threads(2), input, OptionValues(kind.options));
    const auto popular = train_popularity(train.user_items);
    EvaluationOptions options;
    options.at = {20};
    options.denied = train.item_is_service;
    options.fallback = popular.get();
    options.rules.allowed = split.items;
    options.bootstrap_samples = 0;
    options.keep_user_values = true;
    return evaluate(threads(2), *model, {train.user_items, test, false}, options);
  }
};

struct Mean {
  double value = 0.0;
  double standard_error = 0.0;
};

std::vector<double> recalls(const Evaluation& evaluation) {
  const auto& names = evaluation.user_values.names;
  const auto column = std::find(names.begin(), names.end(), "recall@20") - names.begin();
  std::vector<double> values;
  for (std::size_t row = 0; row < evaluation.user_values.values.rows(); ++row) {
    values.push_back(evaluation.user_values.values(row, static_cast<std::size_t>(column)));
  }
  return values;
}

Mean mean_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0.0;
  double squares = 0.0;
  for (const double value : values) sum += value;
  for (const double value : values) squares += (value - sum / n) * (value - sum / n);
  return {sum / n, std::sqrt(squares / (n - 1.0) / n)};
}

/// Mean over customers of (a - b), with its standard error.
Mean difference(const Evaluation& a, const Evaluation& b) {
  std::vector<double> values = recalls(a);
  const std::vector<double> others = recalls(b);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] -= others[i];
  return mean_of(values);
}

TEST(ColdStartSlow, ContentAndHybridRankItemsNobodyHasBoughtYet) {
  TENURE_REQUIRE_DATA(path, "online-retail-2/online_retail_II.csv");
  const Experiment shop(path, "items:0.1");
  const auto n_new = std::count(shop.split.items.begin(), shop.split.items.end(), 1);
  ASSERT_GT(n_new, 300);
  const double by_chance = 20.0 / static_cast<double>(n_new);
  const Evaluation popularity = shop.score("popularity");
  const Evaluation ials = shop.score("ials");
  const Evaluation content = shop.score("content");
  const Evaluation hybrid = shop.score("hybrid");
  // Neither knows anything of them: all score 0 and stand in the order of the catalogue.
  EXPECT_EQ(recalls(ials), recalls(popularity));
  for (const auto& [name, evaluation] : {std::pair{"content", &content}, {"hybrid", &hybrid}}) {
    const Mean mean = mean_of(recalls(*evaluation));
    const Mean over = difference(*evaluation, popularity);
    std::printf("%s: recall@20 %.4f (standard error %.4f), by chance %.4f, over popularity %.4f\n",
                name, mean.value, mean.standard_error, by_chance, over.value);
    // Ten standard errors: a model without merit passes once in 1e23.
    EXPECT_GT(mean.value - by_chance, 10.0 * mean.standard_error) << name;
    EXPECT_GT(over.value, 10.0 * over.standard_error) << name;
  }
  // Who bought what adds to what is written.
  const Mean gain = difference(hybrid, content);
  EXPECT_GT(gain.value, 4.0 * gain.standard_error);
}

TEST(ColdStartSlow, HybridLosesNothingOnItemsThatSell) {
  TENURE_REQUIRE_DATA(path, "online-retail-2/online_retail_II.csv");
  Experiment shop(path, "temporal:0.8");
  // Lists and tests of items with events in training alone.
  shop.split.items.assign(shop.events.items.size(), 0);
  for (const std::uint32_t item : shop.train.user_items.columns) shop.split.items[item] = 1;
  std::vector<std::uint8_t> rows = shop.split.test;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (shop.split.items[shop.events.item[row]] == 0) rows[row] = 0;
  }
  shop.test = build_interactions(threads(2), shop.events, {}, rows).user_items;
  const Evaluation ials = shop.score("ials");
  const Evaluation hybrid = shop.score("hybrid");
  const Mean gain = difference(hybrid, ials);
  std::printf("recall@20: hybrid %.4f, ials %.4f, difference %.4f (standard error %.4f)\n",
              mean_of(recalls(hybrid)).value, mean_of(recalls(ials)).value, gain.value,
              gain.standard_error);
  // Not worse by more than three standard errors of the paired difference.
  EXPECT_GT(gain.value, -3.0 * gain.standard_error);
}

}  // namespace
}  // namespace tenure::recommender
