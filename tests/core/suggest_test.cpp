#include <tenure/core/suggest.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tenure {
namespace {

const std::vector<std::string> kModels = {"popularity", "ials", "ease"};

TEST(Suggest, TheNearestNameIsWithinTwoEditsOrAThirdOfTheWord) {
  EXPECT_EQ(nearest_name("iasl", kModels), "ials");
  EXPECT_EQ(nearest_name("poplarty", kModels), "popularity");
  EXPECT_EQ(nearest_name("neighbours", kModels), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

TEST(Suggest, AWordThatIsNoneOfThoseThereAreIsAnsweredWithAllAndTheNearest) {
  EXPECT_EQ(not_one_of("iasl", kModels),
            "'iasl' is none of popularity, ials, ease; did you mean 'ials'?");
  EXPECT_EQ(not_one_of("neighbours", kModels), "'neighbours' is none of popularity, ials, ease");
}

}  // namespace
}  // namespace tenure
