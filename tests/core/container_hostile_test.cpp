#include "container_seal.hpp"
#include "io_helpers.hpp"
#include "test_data.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <functional>
#include <vector>

// Files whose seal is right and whose content is not: what a hostile author could make. They reach
// HDF5's parser, which ordinary damage never does.
// HDF5 1.10 also loses memory when it gives up on such a file.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT: the sanitizer's name
  return "leak:libhdf5";
}

namespace tenure {
namespace {

using test::bytes_of;
using test::put_bytes;
using test::TempDir;
using testing::HasSubstr;

// HDF5 1.10 complains at exit, on stderr, of files it could not open in full.
const int kNoExitHandler = H5dont_atexit();

constexpr hsize_t kHuge = hsize_t{1} << 40;

/// Makes an array of the given shape and chunks, stores `stored` as its first chunk.
void make_array(hid_t file, const char* name, hid_t type, std::vector<hsize_t> dims,
                std::vector<hsize_t> chunk, bool shuffle, const std::vector<char>& stored) {
  const int rank = static_cast<int>(dims.size());
  const hid_t space = H5Screate_simple(rank, dims.data(), nullptr);
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(properties, rank, chunk.data());
  if (shuffle) H5Pset_shuffle(properties);
  H5Pset_deflate(properties, 1);
  const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  ASSERT_GE(dataset, 0);
  const std::vector<hsize_t> offset(dims.size(), 0);
  H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, offset.data(), stored.size(), stored.data());
  H5Dclose(dataset);
  H5Pclose(properties);
  H5Sclose(space);
}

/// Writes a small container, lets `change` at it through HDF5, and seals it again.
std::string error_after(const std::function<void(hid_t)>& change) {
  const TempDir dir;
  const std::string path = dir / "a.h5";
  ContainerWriter writer({}, path, "model", 1);
  writer.write<float>("x", std::vector<float>(100'000, 1.0F));
  writer.attribute("note", "text");
  writer.commit();
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  change(file);
  H5Fclose(file);
  detail::write_seal(path, path, "model");
  try {
    const ContainerReader reader({}, path, "model", 1);
    return reader.read<float>("x").size() == 100'000 ? "no error" : "other content";
  } catch (const DataError& error) {
    EXPECT_EQ(error.path(), path);
    return error.what();
  }
}

TEST(HostileContainer, UnchangedIsRead) {
  EXPECT_EQ(error_after([](hid_t) {}), "no error");
}

TEST(HostileContainer, AShapeThatTheFileCannotHoldTakesNoMemory) {
  const std::vector<char> stored(100);
  const auto matcher = HasSubstr("big: claims more values than the file can hold");
  EXPECT_THAT(error_after([&](hid_t file) {
                make_array(file, "big", H5T_IEEE_F32LE, {3'000'000}, {65536}, true, stored);
              }),
              matcher);
  EXPECT_THAT(error_after([&](hid_t file) {
                make_array(file, "big", H5T_STD_U8LE, {kHuge}, {kHuge >> 9}, false, stored);
              }),
              matcher);
  EXPECT_THAT(error_after([&](hid_t file) {
                constexpr hsize_t kSide = hsize_t{1} << 20;
                make_array(file, "big", H5T_STD_U8LE, {kSide, kSide}, {kSide >> 5, kSide >> 5},
                           false, stored);
              }),
              matcher);
  EXPECT_THAT(error_after([&](hid_t file) {
                const hsize_t rows = (hsize_t{1} << 60) + 1;
                const hid_t space = H5Screate_simple(1, &rows, nullptr);
                H5Dclose(H5Dcreate2(file, "big", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT,
                                    H5P_DEFAULT));
                H5Sclose(space);
              }),
              matcher);
}

TEST(HostileContainer, OtherLayoutsAreRefused) {
  EXPECT_THAT(error_after([](hid_t file) {
                make_array(file, "y", H5T_IEEE_F32LE, {1000}, {10}, true, std::vector<char>(10));
              }),
              HasSubstr("y: is not stored the way containers store arrays"));
  EXPECT_THAT(error_after([](hid_t file) {
                make_array(file, "y", H5T_IEEE_F32LE, {1000}, {1000}, false, std::vector<char>(10));
              }),
              HasSubstr("y: is not stored the way containers store arrays"));
  EXPECT_THAT(error_after([](hid_t file) {
                make_array(file, "y", H5T_STD_I16BE, {1000}, {1000}, true, std::vector<char>(10));
              }),
              HasSubstr("y: is of a type or rank that no container holds"));
  EXPECT_THAT(error_after([](hid_t file) {
                make_array(file, "y", H5T_IEEE_F32LE, {1000}, {1000}, true, std::vector<char>(10));
              }),
              HasSubstr("y: has no checksum"));
}

TEST(HostileContainer, LinksThatLeaveTheFileAreRefused) {
  EXPECT_THAT(error_after([](hid_t file) {
                H5Lcreate_external("/etc/passwd", "/", file, "out", H5P_DEFAULT, H5P_DEFAULT);
              }),
              HasSubstr("objects that no container has"));
  EXPECT_THAT(
      error_after([](hid_t file) { H5Lcreate_soft("/x", file, "soft", H5P_DEFAULT, H5P_DEFAULT); }),
      HasSubstr("objects that no container has"));
  EXPECT_THAT(error_after([](hid_t file) {
                const hid_t group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
                H5Lcreate_hard(file, "g", group, "again", H5P_DEFAULT, H5P_DEFAULT);
                H5Gclose(group);
              }),
              HasSubstr("objects that no container has"));
}

TEST(HostileContainer, ChangedContentDoesNotMatchItsChecksum) {
  EXPECT_THAT(error_after([](hid_t file) {
                const hid_t dataset = H5Dopen2(file, "x", H5P_DEFAULT);
                const std::vector<float> other(100'000, 2.0F);
                H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, other.data());
                H5Dclose(dataset);
              }),
              HasSubstr("x: does not match its checksum"));
  EXPECT_THAT(error_after([](hid_t file) { H5Adelete(file, "note"); }),
              HasSubstr("/: does not match its checksum"));
  EXPECT_THAT(error_after([](hid_t file) { H5Ldelete(file, "x", H5P_DEFAULT); }),
              HasSubstr("/: does not match its checksum"));
  EXPECT_THAT(error_after([](hid_t file) { H5Adelete(file, "checksum"); }),
              HasSubstr("/: does not match its checksum"));
  EXPECT_THAT(error_after([](hid_t file) { H5Adelete(file, "tenure_format"); }),
              HasSubstr("is no tenure file"));
  EXPECT_THAT(error_after([](hid_t file) {
                const hid_t dataset = H5Dopen2(file, "x", H5P_DEFAULT);
                const hsize_t offset = 65536;
                const std::vector<char> junk(500, 'j');
                H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &offset, junk.size(), junk.data());
                H5Dclose(dataset);
              }),
              HasSubstr("x: is damaged: a chunk cannot be decompressed"));
}

TEST(HostileContainer, AFlippedBitUnderAGoodSealIsADataErrorOrHarmless) {
  ASSERT_EQ(kNoExitHandler, 0);
  const TempDir dir;
  const std::string path = dir / "a.h5";
  const std::vector<float> values(70'000, 0.5F);
  {
    ContainerWriter writer({}, path, "model", 1);
    writer.write<float>("group/x", values);
    writer.attribute("note", "text");
    writer.commit();
  }
  std::string bytes = bytes_of(path);
  int errors = 0;
  for (std::size_t at = 512; at < bytes.size(); at += 3) {
    const char before = bytes[at];
    bytes[at] = static_cast<char>(before ^ (1 << (at % 8)));
    put_bytes(path, bytes);
    detail::write_seal(path, path, "model");
    try {
      const ContainerReader reader({}, path, "model", 1);
      EXPECT_EQ(reader.read<float>("group/x"), values) << "byte " << at;
      EXPECT_EQ(reader.string_attribute("note"), "text") << "byte " << at;
    } catch (const DataError&) {
      ++errors;
    }
    bytes[at] = before;
  }
  EXPECT_GT(errors, 300);
}

}  // namespace
}  // namespace tenure
