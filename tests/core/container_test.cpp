#include "io_helpers.hpp"
#include "test_data.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/random.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <thread>

namespace tenure {
namespace {

using test::bytes_of;
using test::on_threads;
using test::put_bytes;
using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

struct Sample {
  std::vector<std::uint32_t> codes;
  std::vector<float> factors;
  std::vector<std::int64_t> times;
  Dictionary names;
};

/// More than one chunk of each width, with a last chunk that is not full.
Sample make_sample() {
  Sample sample;
  RandomStream random(7, {});
  for (std::size_t i = 0; i < 150'001; ++i) sample.codes.push_back(random.next_u32() % 1000);
  for (std::size_t i = 0; i < 3001 * 48; ++i) {
    sample.factors.push_back(static_cast<float>(random.uniform()));
  }
  for (std::int64_t i = 0; i < 70'000; ++i) sample.times.push_back(i * 60 - 1'000'000);
  for (const char* name : {"first", "", "third, with a comma", "\xC3\xA4"}) {
    sample.names.append(name);
  }
  return sample;
}

void write_sample(const std::string& path, const Sample& sample, int threads = 2) {
  ContainerWriter file(on_threads(threads), path, "model", 3);
  file.attribute("text", "a value");
  file.attribute("empty", "");
  file.attribute("count", std::int64_t{-5});
  file.attribute("ratio", 0.1);
  file.write<std::uint32_t>("codes", sample.codes);
  file.write_matrix<float>("factors/items", sample.factors, 3001, 48);
  file.write<std::int64_t>("events/time", sample.times);
  file.write<std::uint8_t>("empty", {});
  file.write<double>("one", std::vector<double>{std::numeric_limits<double>::infinity()});
  file.write<std::uint64_t>("deep/er/still", std::vector<std::uint64_t>{~std::uint64_t{0}});
  file.write_dictionary("names", sample.names);
  file.commit();
}

/// Reads everything; throws DataError or returns whether it equals the sample.
bool reads_as(const std::string& path, const Sample& sample) {
  const ContainerReader file(on_threads(2), path, "model", 3);
  return file.read<std::uint32_t>("codes") == sample.codes &&
         file.read<float>("factors/items") == sample.factors &&
         file.read<std::int64_t>("events/time") == sample.times &&
         file.read<std::uint8_t>("empty").empty() && file.read<double>("one").size() == 1 &&
         file.read<std::uint64_t>("deep/er/still") == std::vector{~std::uint64_t{0}} &&
         file.read_dictionary("names") == sample.names &&
         file.string_attribute("text") == "a value";
}

std::string error_of(const std::string& path) {
  try {
    const ContainerReader file({}, path, "model", 3);
    return "no error";
  } catch (const DataError& error) {
    return error.what();
  }
}

TEST(Container, GivesBackWhatWasWritten) {
  const TempDir dir;
  const Sample sample = make_sample();
  write_sample(dir / "a.h5", sample);
  EXPECT_TRUE(reads_as(dir / "a.h5", sample));
  const ContainerReader file({}, dir / "a.h5", "model", 9);
  EXPECT_EQ(file.path(), dir / "a.h5");
  EXPECT_EQ(file.version(), 3);
  EXPECT_TRUE(file.has("factors/items"));
  EXPECT_FALSE(file.has("factors"));
  EXPECT_EQ(file.shape("factors/items"), std::make_pair(std::size_t{3001}, std::size_t{48}));
  EXPECT_EQ(file.shape("codes"), std::make_pair(std::size_t{150'001}, std::size_t{0}));
  EXPECT_EQ(file.integer_attribute("count"), -5);
  EXPECT_EQ(file.real_attribute("ratio"), 0.1);
  EXPECT_EQ(file.string_attribute("empty"), "");
  EXPECT_EQ(file.string_attribute("none"), std::nullopt);
  EXPECT_EQ(file.string_attribute("count"), std::nullopt);
  EXPECT_THAT(file.string_attribute("created_by").value(), testing::StartsWith("tenure "));
  EXPECT_THAT(file.integer_attributes("c"),
              ElementsAre(std::pair<std::string, std::int64_t>("count", -5)));
  EXPECT_EQ(container_format(dir / "a.h5"), "model");
  std::vector<float> factors(sample.factors.size());
  file.read_into<float>("factors/items", factors);
  EXPECT_EQ(factors, sample.factors);
}

TEST(Container, BytesDoNotDependOnThreadsOrTime) {
  const TempDir dir;
  const Sample sample = make_sample();
  write_sample(dir / "1.h5", sample, 1);
  const std::string first = bytes_of(dir / "1.h5");
  ASSERT_GT(first.size(), 100'000U);
  for (const int threads : {1, 2, 3, 8}) {
    write_sample(dir / "n.h5", sample, threads);
    EXPECT_EQ(bytes_of(dir / "n.h5"), first) << threads << " threads";
  }
}

TEST(Container, ThreadsMayUseContainersAtOnce) {
  const TempDir dir;
  const Sample sample = make_sample();
  std::vector<std::thread> threads;
  std::array<bool, 4> good{};
  for (std::size_t i = 0; i < good.size(); ++i) {
    threads.emplace_back([&, i] {
      const std::string path = dir / ("t" + std::to_string(i));
      write_sample(path, sample);
      good[i] = reads_as(path, sample);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(good, ElementsAre(true, true, true, true));
}

TEST(Container, TargetIsWholeOrUntouched) {
  const TempDir dir;
  put_bytes(dir / "a.h5", "old");
  {
    ContainerWriter file({}, dir / "a.h5", "model", 1);
    file.write<float>("x", std::vector<float>(1000, 1.0F));
    EXPECT_EQ(bytes_of(dir / "a.h5"), "old");
  }
  EXPECT_EQ(bytes_of(dir / "a.h5"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
  std::stop_source stop;
  stop.request_stop();
  {
    Execution stopped;
    stopped.stop = stop.get_token();
    ContainerWriter file(stopped, dir / "a.h5", "model", 1);
    EXPECT_THROW(file.write<float>("x", std::vector<float>(1000, 1.0F)), Cancelled);
  }
  EXPECT_EQ(bytes_of(dir / "a.h5"), "old");
  write_sample(dir / "a.h5", make_sample());
  EXPECT_TRUE(reads_as(dir / "a.h5", make_sample()));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

TEST(Container, WritesThroughASymbolicLink) {
  const TempDir dir;
  put_bytes(dir / "real.h5", "old");
  std::filesystem::create_symlink("real.h5", dir / "link.h5");
  write_sample(dir / "link.h5", make_sample());
  EXPECT_TRUE(std::filesystem::is_symlink(dir / "link.h5"));
  EXPECT_TRUE(reads_as(dir / "real.h5", make_sample()));
}

TEST(Container, RefusesTargetsThatCannotBe) {
  const TempDir dir;
  EXPECT_THROW(ContainerWriter({}, dir.path().string(), "model", 1), DataError);
  EXPECT_THROW(ContainerWriter({}, dir / "no/such/folder/a.h5", "model", 1), DataError);
  EXPECT_THROW(ContainerWriter({}, "/dev/null", "model", 1), DataError);
  EXPECT_THROW(ContainerWriter({}, "", "model", 1), DataError);
}

TEST(Container, RefusesCallersMistakes) {
  const TempDir dir;
  ContainerWriter file({}, dir / "a.h5", "model", 1);
  const std::vector<float> six(6);
  for (const char* name : {"", "/a", "a/", "a//b", "../a", "a b", "."}) {
    EXPECT_THROW(file.write<float>(name, six), ArgumentError) << name;
  }
  EXPECT_THROW(file.write_matrix<float>("x", six, 2, 4), ArgumentError);
  file.write_matrix<float>("x", six, 2, 3);
  EXPECT_THROW(file.write<float>("x", six), ArgumentError);
  EXPECT_THROW(file.attribute("version", std::int64_t{2}), ArgumentError);
  EXPECT_THROW(file.attribute("a", std::string(70'000, 'a')), ArgumentError);
  EXPECT_THROW(file.attribute("a", std::string_view("a\0b", 3)), ArgumentError);
  file.commit();
  EXPECT_THROW(file.commit(), ArgumentError);
  EXPECT_THROW(file.write<float>("y", six), ArgumentError);
}

TEST(Container, NamesWhatIsWrongWithAReadersWish) {
  const TempDir dir;
  write_sample(dir / "a.h5", make_sample());
  const ContainerReader file({}, dir / "a.h5", "model", 3);
  const auto message = [&](auto&& call) -> std::string {
    try {
      call();
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message([&] { file.read<float>("nothing"); }),
            (dir / "a.h5") + ": nothing: is missing");
  EXPECT_EQ(message([&] { file.read<float>("codes"); }),
            (dir / "a.h5") + ": codes: holds u32, not f32");
  EXPECT_EQ(message([&] { file.read<float>("factors/items", 5); }),
            (dir / "a.h5") + ": factors/items: holds 3001 x 48 values, not 5");
  EXPECT_THROW(file.read_dictionary("codes"), DataError);
}

TEST(Container, RefusesForeignFiles) {
  const TempDir dir;
  put_bytes(dir / "text", "customer,item\n1,2\n");
  put_bytes(dir / "empty", "");
  put_bytes(dir / "pretends", std::string("\x89HDF\r\n\x1a\n", 8) + std::string(3000, 'x'));
  put_bytes(dir / "sealed", "tenure model HDF5\nbytes 40\nxxh3 0123456789abcdef\n");
  for (const std::string& path : {dir / "text", dir / "empty", dir / "pretends", dir / "sealed",
                                  dir.path().string(), dir / "missing", std::string("/dev/zero")}) {
    EXPECT_THROW(ContainerReader({}, path, "model", 3), DataError) << path;
    EXPECT_THROW(container_format(path), DataError) << path;
  }
  write_sample(dir / "a.h5", make_sample());
  EXPECT_THROW(ContainerReader({}, dir / "a.h5", "store", 3), DataError);
  try {
    const ContainerReader file({}, dir / "a.h5", "model", 2);
    ADD_FAILURE() << "opened a newer layout";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("layout 3; this program reads up to 2"));
  }
}

TEST(Container, ATruncatedFileIsADataError) {
  const TempDir dir;
  write_sample(dir / "a.h5", make_sample());
  const std::string whole = bytes_of(dir / "a.h5");
  for (std::size_t part = 0; part < 40; ++part) {
    put_bytes(dir / "cut.h5", std::string_view(whole).substr(0, whole.size() * part / 40));
    EXPECT_NE(error_of(dir / "cut.h5"), "no error") << part;
  }
  put_bytes(dir / "cut.h5", whole + "x");
  EXPECT_THAT(error_of(dir / "cut.h5"), HasSubstr("is damaged"));
}

TEST(Container, AFlippedBitIsADataError) {
  const TempDir dir;
  write_sample(dir / "a.h5", make_sample());
  std::string bytes = bytes_of(dir / "a.h5");
  for (std::size_t i = 0; i < 400; ++i) {
    // Every place of the first pages, then all over the file.
    const std::size_t at = i < 200 ? i * 5 : bytes.size() * (i - 200) / 200;
    const char before = bytes[at];
    bytes[at] = static_cast<char>(before ^ (1 << (i % 8)));
    put_bytes(dir / "flip.h5", bytes);
    EXPECT_NE(error_of(dir / "flip.h5"), "no error") << "byte " << at;
    bytes[at] = before;
  }
}

}  // namespace
}  // namespace tenure
