#include <tenure/core/csr.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/random.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tenure {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Triplets {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
};

Execution with_threads(int threads) {
  Execution execution;
  execution.threads = threads;
  return execution;
}

Csr build(const Triplets& t, std::uint32_t n_rows, std::uint32_t n_columns, int threads = 1) {
  return csr_from_triplets(with_threads(threads), n_rows, n_columns, t.rows, t.columns, t.values);
}

void expect_same(const Csr& a, const Csr& b) {
  EXPECT_EQ(a.row_start, b.row_start);
  EXPECT_EQ(a.columns, b.columns);
  EXPECT_EQ(a.values, b.values);
  EXPECT_EQ(a.n_columns, b.n_columns);
}

/// Runs the call and returns the message of its ArgumentError, or "" where it throws none.
template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const ArgumentError& error) {
    return error.what();
  }
  return "";
}

TEST(Csr, OrdersColumnsAndAddsDuplicates) {
  const Csr m = build({{2, 0, 2, 0, 2}, {3, 1, 0, 1, 3}, {1, 2, 3, 4, 5}}, 4, 5);
  EXPECT_THAT(m.row_start, ElementsAre(0, 1, 1, 3, 3));
  EXPECT_THAT(m.columns, ElementsAre(1, 0, 3));
  EXPECT_THAT(m.values, ElementsAre(6, 3, 6));
  EXPECT_EQ(m.rows(), 4U);
  EXPECT_EQ(m.nonzeros(), 3U);
  EXPECT_EQ(m.n_columns, 5U);
  csr_validate(m);
}

TEST(Csr, AddsDuplicatesInTheOrderOfTheInput) {
  // In float, (1e8 + 1) - 1e8 is 0 and (1e8 - 1e8) + 1 is 1.
  EXPECT_THAT(build({{0, 0, 0}, {0, 0, 0}, {1e8F, 1, -1e8F}}, 1, 1).values, ElementsAre(0));
  EXPECT_THAT(build({{0, 0, 0}, {0, 0, 0}, {1e8F, -1e8F, 1}}, 1, 1).values, ElementsAre(1));
}

TEST(Csr, CountsOneForEachTripletWithoutValues) {
  const Csr m = build({{0, 0, 1}, {1, 1, 0}, {}}, 2, 2);
  EXPECT_THAT(m.columns, ElementsAre(1, 0));
  EXPECT_THAT(m.values, ElementsAre(2, 1));
}

TEST(Csr, HandlesEmptyShapes) {
  const Csr none = build({}, 0, 0);
  EXPECT_EQ(none.rows(), 0U);
  csr_validate(none);
  const Csr blank = build({}, 3, 7);
  EXPECT_THAT(blank.row_start, ElementsAre(0, 0, 0, 0));
  const Csr turned = csr_transpose(with_threads(1), blank);
  EXPECT_EQ(turned.rows(), 7U);
  EXPECT_EQ(turned.n_columns, 3U);
  EXPECT_EQ(Csr{}.rows(), 0U);
  EXPECT_EQ(CsrView{}.rows(), 0U);
}

TEST(Csr, MatchesAPlainMapAtAnyNumberOfThreads) {
  RandomStream stream(3, {Purpose::kTest});
  Triplets t;
  std::map<std::pair<std::uint32_t, std::uint32_t>, float> truth;
  for (int i = 0; i < 30000; ++i) {
    const std::uint32_t row = stream.next_u32() % 5000;
    const std::uint32_t column = stream.next_u32() % (row % 7 == 0 ? 3 : 900);
    const auto value = static_cast<float>(stream.uniform());
    t.rows.push_back(row);
    t.columns.push_back(column);
    t.values.push_back(value);
    truth[{row, column}] += value;
  }
  const Csr m = build(t, 5000, 900);
  csr_validate(m);
  ASSERT_EQ(m.nonzeros(), truth.size());
  auto it = truth.begin();
  for (std::size_t row = 0; row < m.rows(); ++row) {
    for (std::size_t i = 0; i < m.view().row_size(row); ++i, ++it) {
      ASSERT_EQ(it->first.first, row);
      ASSERT_EQ(it->first.second, m.view().row_columns(row)[i]);
      ASSERT_EQ(it->second, m.view().row_values(row)[i]);
    }
  }
  for (const int threads : {2, 3, 8}) expect_same(build(t, 5000, 900, threads), m);

  const Csr turned = csr_transpose(with_threads(2), m);
  csr_validate(turned);
  for (std::size_t row = 0; row < turned.rows(); ++row) {
    for (std::size_t i = 0; i < turned.view().row_size(row); ++i) {
      const auto key =
          std::pair(turned.view().row_columns(row)[i], static_cast<std::uint32_t>(row));
      ASSERT_EQ(truth.at(key), turned.view().row_values(row)[i]);
    }
  }
  expect_same(csr_transpose(with_threads(1), turned), m);
}

TEST(Csr, RefusesBadTripletsAndNamesThem) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  const float big = std::numeric_limits<float>::max();
  EXPECT_THAT(refusal([] { build({{0, 1}, {0}, {}}, 2, 2); }), HasSubstr("length"));
  EXPECT_THAT(refusal([] { build({{0, 1}, {0, 1}, {1}}, 2, 2); }), HasSubstr("length"));
  EXPECT_THAT(refusal([] { build({{0, 2}, {0, 1}, {}}, 2, 2); }), HasSubstr("entry 1 at (2, 1)"));
  EXPECT_THAT(refusal([] { build({{0, 1}, {0, 5}, {}}, 2, 2); }), HasSubstr("outside 2 x 2"));
  EXPECT_THAT(refusal([&] { build({{0, 1}, {0, 1}, {1, nan}}, 2, 2); }), HasSubstr("entry 1"));
  EXPECT_THAT(refusal([&] { build({{0}, {0}, {-inf}}, 2, 2); }), HasSubstr("finite"));
  EXPECT_THAT(refusal([&] { build({{0, 0}, {0, 0}, {big, big}}, 2, 2); }), HasSubstr("duplicated"));
}

TEST(Csr, StopsWhenCancelled) {
  std::stop_source source;
  source.request_stop();
  Execution execution;
  execution.stop = source.get_token();
  const std::vector<std::uint32_t> one{0};
  EXPECT_THROW(csr_from_triplets(execution, 1, 1, one, one, {}), Cancelled);
  EXPECT_THROW(csr_transpose(execution, Csr{}), Cancelled);
}

TEST(CsrValidate, NamesTheFirstRowAtFault) {
  const auto verdict = [](Csr m) { return refusal([&] { csr_validate(m); }); };
  const Csr good{{0, 2, 2, 3}, {0, 4, 1}, {1, 1, 1}, 5};
  EXPECT_EQ(verdict(good), "");
  Csr m = good;
  m.row_start = {};
  EXPECT_THAT(verdict(m), HasSubstr("span"));
  m = good;
  m.row_start.front() = 1;
  EXPECT_THAT(verdict(m), HasSubstr("span"));
  m = good;
  m.row_start.back() = 4;
  EXPECT_THAT(verdict(m), HasSubstr("span"));
  m = good;
  m.values.pop_back();
  EXPECT_THAT(verdict(m), HasSubstr("span"));
  m = good;
  m.row_start = {0, 2, 1, 3};
  EXPECT_THAT(verdict(m), HasSubstr("row 1: offsets decrease"));
  m = good;
  m.row_start = {0, 9, 9, 3};
  EXPECT_THAT(verdict(m), HasSubstr("row 0: offset past the end"));
  m = good;
  m.columns[1] = 5;
  EXPECT_THAT(verdict(m), HasSubstr("row 0: column out of range"));
  m = good;
  m.columns[1] = 0;
  EXPECT_THAT(verdict(m), HasSubstr("row 0: columns do not increase"));
  m = good;
  m.values[2] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(verdict(m), HasSubstr("row 2: value is not finite"));
}

TEST(CsrView, CountsInSixtyFourBits) {
  const std::vector<std::uint64_t> row_start{0, 5'000'000'000, 5'000'000'003, 9'000'000'000};
  const CsrView view{row_start, {}, {}, 10};
  EXPECT_EQ(view.row_size(0), 5'000'000'000U);
  EXPECT_EQ(view.row_size(1), 3U);
  EXPECT_EQ(view.row_size(2), 3'999'999'997U);
  EXPECT_EQ(view.rows(), 3U);
  EXPECT_THROW(csr_validate(view), ArgumentError);
}

}  // namespace
}  // namespace tenure
