#include "../recommender/served_models.hpp"
#include "test_data.hpp"

#include <tenure/core/version.hpp>
#include <tenure/recommender/serving.hpp>

#include <gtest/gtest.h>
#include <tenure.h>

#include <cstring>
#include <string>
#include <vector>

namespace tenure {
namespace {

using recommender::ServedList;
using recommender::ServedModel;

class CApi : public testing::Test {
 protected:
  CApi() {
    for (std::size_t m = 0; m < 2; ++m) {
      paths_[m] = dir_ / (std::to_string(m) + ".h5");
      save_model({}, recommender::test::served_file(m + 1), paths_[m]);
    }
    model_ = ServedModel::load({}, paths_[0]);
    EXPECT_EQ(tenure_service_open(paths_[0].c_str(), nullptr, &service_), TENURE_OK);
  }
  ~CApi() override { tenure_service_free(service_); }
  std::string customer(std::uint32_t code) const {
    return std::string(model_->file().customers[code]);
  }
  std::string item(std::uint32_t code) const { return std::string(model_->items()[code]); }
  void expect_is(const tenure_list* list, const ServedList& expected) const {
    ASSERT_EQ(tenure_list_size(list), expected.items.size());
    for (std::size_t i = 0; i < expected.items.size(); ++i) {
      EXPECT_EQ(tenure_list_item(list, i), item(expected.items[i]));
      EXPECT_EQ(tenure_list_score(list, i), expected.scores[i]);
    }
    EXPECT_EQ(tenure_list_fallback(list) != 0, expected.fallback);
  }

  test::TempDir dir_;
  std::string paths_[2];
  std::shared_ptr<const ServedModel> model_;
  tenure_service* service_ = nullptr;
};

TEST_F(CApi, ListsAreThoseOfTheLibrary) {
  for (const std::uint32_t code : {0U, 7U}) {
    tenure_list* list = nullptr;
    ASSERT_EQ(tenure_recommend(service_, customer(code).c_str(), nullptr, &list), TENURE_OK);
    expect_is(list, model_->recommend(customer(code), {}));
    EXPECT_EQ(tenure_list_item(list, tenure_list_size(list)), nullptr);
    EXPECT_EQ(tenure_list_score(list, tenure_list_size(list)), 0.0F);
    tenure_list_free(list);
  }
}

TEST_F(CApi, RequestsSayWhatMayBeListed) {
  const std::string first = item(model_->recommend(customer(7), {}).items[0]);
  const char* deny[] = {first.c_str(), "of another shop"};
  tenure_request request = TENURE_REQUEST_INIT;
  request.k = 3;
  request.deny = deny;
  request.deny_count = 2;
  tenure_list* list = nullptr;
  ASSERT_EQ(tenure_recommend(service_, customer(7).c_str(), &request, &list), TENURE_OK);
  EXPECT_EQ(tenure_list_size(list), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_STRNE(tenure_list_item(list, i), first.c_str());
  tenure_list_free(list);

  request = TENURE_REQUEST_INIT;
  request.allow = deny;
  request.allow_count = 2;
  ASSERT_EQ(tenure_recommend(service_, customer(7).c_str(), &request, &list), TENURE_OK);
  ASSERT_EQ(tenure_list_size(list), 1U);
  EXPECT_STREQ(tenure_list_item(list, 0), first.c_str());
  tenure_list_free(list);
}

TEST_F(CApi, FoldsInAHistoryAndFindsNeighbours) {
  const std::string ids[] = {item(3), item(9)};
  const char* history[] = {ids[0].c_str(), ids[1].c_str()};
  const float weights[] = {1.0F, 2.0F};
  const std::vector<std::string_view> views(std::begin(ids), std::end(ids));
  tenure_list* list = nullptr;
  ASSERT_EQ(tenure_recommend_history(service_, history, weights, 2, nullptr, &list), TENURE_OK);
  expect_is(list, model_->recommend_history(views, weights, {}));
  tenure_list_free(list);
  ASSERT_EQ(tenure_similar_items(service_, history[0], 4, &list), TENURE_OK);
  expect_is(list, model_->similar_items(ids[0], 4));
  tenure_list_free(list);
}

TEST_F(CApi, SwapsTheModelAndKeepsTheOldOneWhereTheNewOneIsBad) {
  tenure_list* before = nullptr;
  ASSERT_EQ(tenure_recommend(service_, customer(7).c_str(), nullptr, &before), TENURE_OK);
  EXPECT_EQ(tenure_service_swap(service_, (dir_ / "absent.h5").c_str(), nullptr), TENURE_DATA);
  EXPECT_NE(std::strstr(tenure_last_error(), "absent.h5"), nullptr);
  EXPECT_EQ(tenure_service_generation(service_), 0U);

  ASSERT_EQ(tenure_service_swap(service_, paths_[1].c_str(), nullptr), TENURE_OK);
  EXPECT_STREQ(tenure_last_error(), "");
  EXPECT_EQ(tenure_service_generation(service_), 1U);
  tenure_list* after = nullptr;
  ASSERT_EQ(tenure_recommend(service_, customer(7).c_str(), nullptr, &after), TENURE_OK);
  expect_is(after, ServedModel::load({}, paths_[1])->recommend(customer(7), {}));
  expect_is(before, model_->recommend(customer(7), {}));  // a list outlives its model
  tenure_list_free(before);
  tenure_list_free(after);
}

TEST_F(CApi, RefusesWithAReasonAndLeavesTheAnswerAlone) {
  tenure_list* const untouched = nullptr;
  tenure_list* list = untouched;
  const auto refused = [&](tenure_status status, const char* says) {
    EXPECT_EQ(status, TENURE_ARGUMENT) << says;
    EXPECT_NE(std::strstr(tenure_last_error(), says), nullptr) << tenure_last_error();
    EXPECT_EQ(list, untouched);
  };
  refused(tenure_recommend(nullptr, "x", nullptr, &list), "service is NULL");
  refused(tenure_recommend(service_, nullptr, nullptr, &list), "customer is NULL");
  refused(tenure_recommend(service_, "x", nullptr, nullptr), "out is NULL");
  refused(tenure_recommend(service_, "nobody", nullptr, &list), "unknown customer 'nobody'");
  refused(tenure_recommend_history(service_, nullptr, nullptr, 2, nullptr, &list), "items is NULL");
  refused(tenure_similar_items(service_, "nothing", 4, &list), "unknown item");
  refused(tenure_service_open(nullptr, nullptr, nullptr), "out is NULL");
  tenure_request request{};  // no size
  refused(tenure_recommend(service_, "x", &request, &list), "INIT");
  request = TENURE_REQUEST_INIT;
  request.k = 0;
  refused(tenure_recommend(service_, customer(7).c_str(), &request, &list), "");
}

// A header from before `allow`, and one from after, with a field at the end that we do not have.
TEST_F(CApi, TakesStructsOfOtherVersions) {
  tenure_request request = TENURE_REQUEST_INIT;
  request.k = 3;
  request.size = offsetof(tenure_request, allow);
  request.allow_count = 99;  // beyond the older struct: not read
  tenure_list* list = nullptr;
  ASSERT_EQ(tenure_recommend(service_, customer(7).c_str(), &request, &list), TENURE_OK);
  EXPECT_EQ(tenure_list_size(list), 3U);
  tenure_list_free(list);

  struct Later {
    tenure_request now;
    void* later;
  } later = {TENURE_REQUEST_INIT, nullptr};
  later.now.size = sizeof later;
  ASSERT_EQ(tenure_recommend(service_, customer(7).c_str(), &later.now, &list), TENURE_OK);
  tenure_list_free(list);
  later.later = &later;
  EXPECT_EQ(tenure_recommend(service_, customer(7).c_str(), &later.now, &list), TENURE_ARGUMENT);
  EXPECT_NE(std::strstr(tenure_last_error(), "does not know"), nullptr);
}

TEST(CApiAlone, NamesItsVersionAndFreesNothing) {
  EXPECT_EQ(tenure_version(), version());
  EXPECT_EQ(tenure_abi_version(), TENURE_ABI_VERSION);
  tenure_service_free(nullptr);
  tenure_list_free(nullptr);
  EXPECT_EQ(tenure_list_size(nullptr), 0U);
  EXPECT_EQ(tenure_service_generation(nullptr), 0U);
}

}  // namespace
}  // namespace tenure
