#include <tenure/core/error.hpp>
#include <tenure/core/events.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tenure {
namespace {

using testing::HasSubstr;

TEST(EventKind, HasAStableNumberAndNameForEachKind) {
  const std::vector<std::pair<EventKind, std::string>> kinds = {
      {EventKind::kPurchase, "purchase"},   {EventKind::kReturn, "return"},
      {EventKind::kView, "view"},           {EventKind::kCart, "cart"},
      {EventKind::kFavourite, "favourite"}, {EventKind::kShare, "share"},
      {EventKind::kReview, "review"},       {EventKind::kVisit, "visit"}};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kinds[i].first), i) << "stored in files: never renumber";
    EXPECT_EQ(to_string(kinds[i].first), kinds[i].second);
    EXPECT_EQ(event_kind_from_string(kinds[i].second), kinds[i].first);
  }
  EXPECT_EQ(event_kind_from_string("Purchase"), std::nullopt);
  EXPECT_EQ(event_kind_from_string(""), std::nullopt);
}

TEST(DictionaryBuilder, NumbersIdsInOrderOfFirstAppearance) {
  DictionaryBuilder builder;
  EXPECT_EQ(builder.code("b"), 0U);
  EXPECT_EQ(builder.code("a"), 1U);
  EXPECT_EQ(builder.code("b"), 0U);
  EXPECT_EQ(builder.code(""), 2U);
  EXPECT_EQ(builder.code(""), 2U);
  const Dictionary dictionary = std::move(builder).take();
  ASSERT_EQ(dictionary.size(), 3U);
  EXPECT_EQ(dictionary[0], "b");
  EXPECT_EQ(dictionary[1], "a");
  EXPECT_EQ(dictionary[2], "");
}

TEST(DictionaryBuilder, AgreesWithAMapOverManyIdsAndGrowths) {
  DictionaryBuilder builder;
  std::map<std::string, std::uint32_t> truth;
  for (std::uint32_t i = 0; i < 60000; ++i) {
    // Lengths around eight bytes, shared prefixes and suffixes, repeats.
    std::string id = std::to_string((i * 7919U) % 20011U);
    if (i % 3 == 0) id.insert(0, "customer-");
    if (i % 5 == 0) id.append("/x");
    const auto [it, added] = truth.try_emplace(id, static_cast<std::uint32_t>(truth.size()));
    ASSERT_EQ(builder.code(id), it->second) << id;
  }
  const Dictionary dictionary = std::move(builder).take();
  ASSERT_EQ(dictionary.size(), truth.size());
  const DictionaryIndex index(dictionary);
  for (const auto& [id, code] : truth) {
    ASSERT_EQ(dictionary[code], id);
    ASSERT_EQ(index.find(id), code);
  }
  EXPECT_EQ(index.find("nobody"), std::nullopt);
  EXPECT_EQ(index.find(""), std::nullopt);
}

TEST(DictionaryBuilder, TellsZeroBytesApart) {
  DictionaryBuilder builder;
  const std::vector<std::string> ids = {
      std::string("a"), std::string("a\0", 2),   std::string("\0a", 2),       std::string("\0", 1),
      std::string(),    std::string("12345678"), std::string("12345678\0", 9)};
  for (std::uint32_t i = 0; i < ids.size(); ++i) EXPECT_EQ(builder.code(ids[i]), i);
  for (std::uint32_t i = 0; i < ids.size(); ++i) EXPECT_EQ(builder.dictionary()[i], ids[i]);
}

TEST(DictionaryIndex, FindsNothingInAnEmptyDictionaryAndTheFirstOfDuplicates) {
  EXPECT_EQ(DictionaryIndex(Dictionary{}).find("x"), std::nullopt);
  Dictionary twice;
  EXPECT_TRUE(twice.empty());
  EXPECT_EQ(twice.append("x"), 0U);
  EXPECT_EQ(twice.append("x"), 1U);
  EXPECT_EQ(DictionaryIndex(twice).find("x"), 0U);
}

TEST(Dictionary, IsRebuiltFromItsParts) {
  Dictionary dictionary;
  for (const char* id : {"one", "", "three"}) dictionary.append(id);
  EXPECT_EQ(Dictionary::from_parts(dictionary.offsets(), dictionary.bytes()), dictionary);
  EXPECT_TRUE(Dictionary::from_parts({0}, "").empty());
}

TEST(Dictionary, RefusesPartsThatDoNotFit) {
  EXPECT_THROW(Dictionary::from_parts({}, ""), ArgumentError);
  EXPECT_THROW(Dictionary::from_parts({1, 3}, "abc"), ArgumentError);
  EXPECT_THROW(Dictionary::from_parts({0, 2}, "abc"), ArgumentError);
  EXPECT_THROW(Dictionary::from_parts({0, 4}, "abc"), ArgumentError);
  EXPECT_THROW(Dictionary::from_parts({0, 2, 1, 3}, "abc"), ArgumentError);
  EXPECT_THROW(Dictionary::from_parts({0, std::numeric_limits<std::uint64_t>::max(), 3}, "abc"),
               ArgumentError);
}

/// Two rows with every optional column filled.
EventTable full_table() {
  EventTable table;
  for (const char* id : {"c0", "c1"}) table.customers.append(id);
  for (const char* id : {"i0", "postage"}) table.items.append(id);
  table.orders.append("o");
  table.regions.append("r");
  table.channels.append("web");
  table.customer = {0, 1};
  table.item = {1, 0};
  table.time = {5, 6};
  table.quantity = {1, 2};
  table.unit_price = {3, 4};
  table.order = {0, 0};
  table.region = {0, 0};
  table.channel = {0, 0};
  table.kind = {EventKind::kPurchase, EventKind::kReturn};
  table.item_is_service = {0, 1};
  return table;
}

TEST(EventTable, AnswersWithDefaultsForAbsentColumns) {
  EventTable table = full_table();
  table.validate();
  EXPECT_EQ(table.kind_of(1), EventKind::kReturn);
  EXPECT_EQ(table.quantity_of(1), 2.0F);
  EXPECT_TRUE(table.is_service(1));
  EXPECT_FALSE(table.is_service(0));
  table.kind.clear();
  table.quantity.clear();
  table.item_is_service.clear();
  table.time.clear();
  table.unit_price.clear();
  table.validate();
  EXPECT_EQ(table.kind_of(1), EventKind::kPurchase);
  EXPECT_EQ(table.quantity_of(1), 1.0F);
  EXPECT_FALSE(table.is_service(1));
  EXPECT_FALSE(table.has_time());
  EXPECT_FALSE(table.has_price());
  EventTable{}.validate();
}

TEST(EventTable, NamesTheColumnThatDoesNotFit) {
  const std::vector<std::pair<std::string, std::function<void(EventTable&)>>> faults = {
      {"item has 1", [](EventTable& t) { t.item.pop_back(); }},
      {"item has 0", [](EventTable& t) { t.item.clear(); }},
      {"time", [](EventTable& t) { t.time.pop_back(); }},
      {"quantity", [](EventTable& t) { t.quantity.push_back(1); }},
      {"unit_price", [](EventTable& t) { t.unit_price.pop_back(); }},
      {"order", [](EventTable& t) { t.order.pop_back(); }},
      {"region", [](EventTable& t) { t.region.pop_back(); }},
      {"channel", [](EventTable& t) { t.channel.pop_back(); }},
      {"kind", [](EventTable& t) { t.kind.pop_back(); }},
      {"item_is_service", [](EventTable& t) { t.item_is_service.pop_back(); }},
      {"customer holds code 2", [](EventTable& t) { t.customer[0] = 2; }},
      {"item holds code 2", [](EventTable& t) { t.item[1] = 2; }},
      {"order holds code 1", [](EventTable& t) { t.order[1] = 1; }},
      {"region holds code 1", [](EventTable& t) { t.region[1] = 1; }},
      {"channel holds code 7", [](EventTable& t) { t.channel[1] = 7; }},
      {"no event kind", [](EventTable& t) { t.kind[1] = static_cast<EventKind>(8); }},
  };
  for (const auto& [expected, damage] : faults) {
    EventTable table = full_table();
    damage(table);
    try {
      table.validate();
      ADD_FAILURE() << "accepted: " << expected;
    } catch (const ArgumentError& error) {
      EXPECT_THAT(error.what(), HasSubstr(expected));
    }
  }
}

}  // namespace
}  // namespace tenure
