#include "io_helpers.hpp"
#include "test_data.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure {
namespace {

using test::TempDir;
using testing::HasSubstr;

EventTable make_events() {
  EventTable events;
  events.customers.append("c1");
  events.customers.append("c2");
  events.items.append("i1");
  events.items.append("POST");
  events.orders.append("o1");
  events.regions.append("here");
  events.channels.append("web");
  events.customer = {0, 1, 0};
  events.item = {0, 1, 1};
  events.time = {-5, 0, 1'700'000'000};
  events.quantity = {1, 2, 3};
  events.unit_price = {0.1, 0, 1e9};
  events.order = {0, 0, 0};
  events.region = {0, 0, 0};
  events.channel = {0, 0, 0};
  events.kind = {EventKind::kPurchase, EventKind::kReturn, EventKind::kVisit};
  events.item_is_service = {0, 1};
  events.item_text.append("Glass ball");
  events.item_text.append("");
  events.item_category.append("d\303\251cor");
  events.item_category.append("d\303\251cor");
  events.currency = "GBP";
  events.pseudonym_key = "0123456789abcdef";
  events.counts = {5, 3, {{"bad_date", 1}, {"no_customer", 1}}, {{"bad_date", 2}}, {}, {}};
  return events;
}

void expect_equal(const EventTable& a, const EventTable& b) {
  EXPECT_EQ(a.customer, b.customer);
  EXPECT_EQ(a.item, b.item);
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.quantity, b.quantity);
  EXPECT_EQ(a.unit_price, b.unit_price);
  EXPECT_EQ(a.order, b.order);
  EXPECT_EQ(a.region, b.region);
  EXPECT_EQ(a.channel, b.channel);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.customers, b.customers);
  EXPECT_EQ(a.items, b.items);
  EXPECT_EQ(a.orders, b.orders);
  EXPECT_EQ(a.regions, b.regions);
  EXPECT_EQ(a.channels, b.channels);
  EXPECT_EQ(a.item_is_service, b.item_is_service);
  EXPECT_EQ(a.item_text, b.item_text);
  EXPECT_EQ(a.item_category, b.item_category);
  EXPECT_EQ(a.currency, b.currency);
  EXPECT_EQ(a.pseudonym_key, b.pseudonym_key);
  EXPECT_EQ(a.counts.rows, b.counts.rows);
  EXPECT_EQ(a.counts.kept, b.counts.kept);
  EXPECT_EQ(a.counts.dropped, b.counts.dropped);
  EXPECT_EQ(a.counts.flags, b.counts.flags);
}

TEST(Store, GivesBackEveryColumn) {
  const TempDir dir;
  const EventTable events = make_events();
  write_store({}, events, dir / "s.h5");
  expect_equal(read_store({}, dir / "s.h5"), events);
  EXPECT_EQ(container_format(dir / "s.h5"), "store");
}

TEST(Store, OptionalColumnsStayAbsent) {
  const TempDir dir;
  EventTable events;
  events.customers.append("c");
  events.items.append("i");
  events.customer = {0};
  events.item = {0};
  write_store({}, events, dir / "s.h5");
  const EventTable back = read_store({}, dir / "s.h5");
  expect_equal(back, events);
  EXPECT_FALSE(back.has_time());
}

TEST(Store, ATableThatIsNotValidIsNotWritten) {
  const TempDir dir;
  EventTable events = make_events();
  events.item[1] = 7;
  EXPECT_THROW(write_store({}, events, dir / "s.h5"), ArgumentError);
  EXPECT_FALSE(std::filesystem::exists(dir / "s.h5"));
}

/// A store whose columns do not fit together, as no write_store() makes it.
std::string error_of_store(const std::vector<std::uint32_t>& item, std::uint8_t kind,
                           std::int64_t rows) {
  const TempDir dir;
  ContainerWriter file({}, dir / "s.h5", "store", 1);
  Dictionary ids;
  ids.append("a");
  file.attribute("rows", rows);
  file.attribute("kept", std::int64_t{2});
  file.write<std::uint32_t>("events/customer", std::vector<std::uint32_t>{0, 0});
  file.write<std::uint32_t>("events/item", item);
  file.write<std::uint8_t>("events/kind", std::vector<std::uint8_t>{0, kind});
  file.write_dictionary("customers", ids);
  file.write_dictionary("items", ids);
  file.commit();
  try {
    read_store({}, dir / "s.h5");
    return "no error";
  } catch (const DataError& error) {
    return error.what();
  }
}

TEST(Store, ColumnsThatDoNotFitAreADataError) {
  EXPECT_EQ(error_of_store({0, 0}, 1, 2), "no error");
  EXPECT_THAT(error_of_store({0}, 1, 2), HasSubstr("events/item: holds 1 values, not 2"));
  EXPECT_THAT(error_of_store({0, 9}, 1, 2), HasSubstr("column item holds code 9"));
  EXPECT_THAT(error_of_store({0, 0}, 200, 2), HasSubstr("no event kind"));
  EXPECT_THAT(error_of_store({0, 0}, 1, -1), HasSubstr("rows: is missing or no count"));
}

TEST(Store, AnotherContainerIsADataError) {
  const TempDir dir;
  {
    ContainerWriter file({}, dir / "m.h5", "model", 1);
    file.commit();
  }
  try {
    read_store({}, dir / "m.h5");
    ADD_FAILURE() << "read a model as a store";
  } catch (const FormatError& error) {
    EXPECT_EQ(error.what(), (dir / "m.h5") + ": is a model, not a store");
    EXPECT_EQ(error.wanted(), "store");
    EXPECT_EQ(error.found(), "model");
  }
}

}  // namespace
}  // namespace tenure
