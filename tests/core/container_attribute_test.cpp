#include "test_data.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace tenure {
namespace {

TEST(ContainerAttribute, MayBeNamedByAPathAsArraysAre) {
  const test::TempDir dir;
  const std::string path = dir / "a.h5";
  {
    ContainerWriter writer({}, path, "model", 1);
    writer.attribute("model/name", "ials");
    writer.attribute("model/factors", std::int64_t{64});
    writer.attribute("model/regularization", 0.05);
    EXPECT_THROW(writer.attribute("model//name", "x"), ArgumentError);
    EXPECT_THROW(writer.attribute("/name", "x"), ArgumentError);
    EXPECT_THROW(writer.attribute("", "x"), ArgumentError);
    writer.commit();
  }
  const ContainerReader reader({}, path, "model", 1);
  EXPECT_EQ(reader.string_attribute("model/name"), "ials");
  EXPECT_EQ(reader.integer_attribute("model/factors"), 64);
  EXPECT_EQ(reader.real_attribute("model/regularization"), 0.05);
  EXPECT_FALSE(reader.has("model/name")) << "an attribute is no array";
}

}  // namespace
}  // namespace tenure
