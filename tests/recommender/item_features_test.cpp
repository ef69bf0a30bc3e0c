#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/item_features.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

namespace tenure::recommender {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

EventTable catalogue(std::initializer_list<const char*> texts) {
  EventTable events = test::table({}, 1, static_cast<std::uint32_t>(texts.size()));
  for (const char* text : texts) events.item_text.append(text);
  return events;
}

ItemFeatureOptions all_terms() {
  ItemFeatureOptions options;
  options.min_document_frequency = 1;
  return options;
}

std::vector<std::string> terms_of(const ItemFeatures& features) {
  std::vector<std::string> terms;
  for (std::uint32_t i = 0; i < features.terms.size(); ++i) terms.emplace_back(features.terms[i]);
  return terms;
}

TEST(Words, AreRunsOfLettersAndDigitsInLowerCase) {
  EXPECT_THAT(words_of("WHITE hanging T-LIGHT, 15cm (x2)"),
              ElementsAre("white", "hanging", "t", "light", "15cm", "x2"));
  EXPECT_THAT(words_of(""), IsEmpty());
  EXPECT_THAT(words_of(" ,;- "), IsEmpty());
}

TEST(Words, KeepUtf8Whole) {
  EXPECT_THAT(words_of("CAF\xC3\x89\xC2\xA0\xC3\x9Crn"), ElementsAre("caf\xC3\xA9", "\xC3\xBCrn"));
  EXPECT_THAT(words_of("3\xC3\x97\x34"), ElementsAre("3", "4"));  // times sign
  EXPECT_THAT(words_of("a\xE2\x80\x93\x62\xE2\x80\x99s"),
              ElementsAre("a", "b", "s"));  // dash, quote
  EXPECT_THAT(words_of("\xE6\x9D\xAF \xE7\x81\xAF"), ElementsAre("\xE6\x9D\xAF", "\xE7\x81\xAF"));
  // Not UTF-8 at all, cut short: words of odd bytes, no harm.
  EXPECT_THAT(words_of("a\xFF\xC3"), ElementsAre("a\xFF\xC3"));
  EXPECT_THAT(words_of("\xE2\x80"), ElementsAre("\xE2\x80"));
}

TEST(TfIdf, IsWhatAHandComputes) {
  // Three documents of four; mug in all three, red in two, blue in one.
  const ItemFeatures features =
      tfidf_features(catalogue({"red mug", "Red red MUG blue", "", "mug"}), all_terms());
  EXPECT_THAT(terms_of(features), ElementsAre("red", "mug", "blue"));
  const double mug = std::log(4.0 / 4.0) + 1.0;
  const double red = std::log(4.0 / 3.0) + 1.0;
  const double blue = std::log(4.0 / 2.0) + 1.0;
  const double twice = 1.0 + std::log(2.0);
  const double first = std::hypot(red, mug);
  const double second = std::hypot(std::hypot(twice * red, mug), blue);
  EXPECT_THAT(features.rows.row_start, ElementsAre(0, 2, 5, 5, 6));
  EXPECT_THAT(features.rows.columns, ElementsAre(0, 1, 0, 1, 2, 1));
  const std::vector<double> expected{red / first,  mug / first,   twice * red / second,
                                     mug / second, blue / second, 1.0};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(features.rows.values[i], expected[i], 1e-7) << i;
  }
  ItemFeatureOptions plain = all_terms();
  plain.sublinear = false;
  const ItemFeatures counted =
      tfidf_features(catalogue({"red mug", "Red red MUG blue", "", "mug"}), plain);
  EXPECT_NEAR(counted.rows.values[2], 2.0 * red / std::hypot(std::hypot(2.0 * red, mug), blue),
              1e-7);
}

TEST(TfIdf, LeavesOutRareAndCommonTermsAndServices) {
  EventTable events = catalogue({"mug red", "mug red", "mug blue", "postage red"});
  events.item_is_service = {0, 0, 0, 1};
  ItemFeatureOptions options;
  options.min_document_frequency = 2;
  EXPECT_THAT(terms_of(tfidf_features(events, options)), ElementsAre("mug", "red"));
  options.max_document_share = 0.9;
  const ItemFeatures features = tfidf_features(events, options);
  EXPECT_THAT(terms_of(features), ElementsAre("red"));
  EXPECT_THAT(features.rows.row_start, ElementsAre(0, 1, 2, 2, 2));
  options.max_document_share = 0.1;
  EXPECT_THROW(tfidf_features(events, options), DataError);
}

TEST(TfIdf, ACategoryIsOneTermApartFromWords) {
  EventTable events = catalogue({"kitchen", "mug"});
  events.item_category.append("Kitchen Ware");
  events.item_category.append("KITCHEN ware");
  EXPECT_THAT(terms_of(tfidf_features(events, all_terms())),
              ElementsAre("kitchen", "category:kitchen ware", "mug"));
  ItemFeatureOptions words = all_terms();
  words.categories = false;
  EXPECT_THAT(terms_of(tfidf_features(events, words)), ElementsAre("kitchen", "mug"));
  events.item_text = {};  // categories alone will do
  EXPECT_THAT(terms_of(tfidf_features(events, all_terms())), ElementsAre("category:kitchen ware"));
}

TEST(TfIdf, SaysWhatToDoWithoutTexts) {
  try {
    tfidf_features(test::table({}, 1, 2), {});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("--items FILE"));
  }
  ItemFeatureOptions options;
  options.min_document_frequency = 0;
  EXPECT_THROW(tfidf_features(catalogue({"mug"}), options), ArgumentError);
  options = {};
  options.max_document_share = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(tfidf_features(catalogue({"mug"}), options), ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
