#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tenure::test {

/// Folder of the public data sets: TENURE_DATA_DIR of the environment, else ../shared/data beside
/// the source tree.
inline std::filesystem::path data_dir() {
  if (const char* dir = std::getenv("TENURE_DATA_DIR"))
    return dir;  // NOLINT(concurrency-mt-unsafe)
  return std::filesystem::path(TENURE_SOURCE_DIR) / ".." / "shared" / "data";
}

/// A file of the source tree.
inline std::string source_file(std::string_view relative) {
  return (std::filesystem::path(TENURE_SOURCE_DIR) / relative).string();
}

/// A data set's file, or nothing where it is absent.
inline std::optional<std::string> data_file(std::string_view relative) {
  const auto path = data_dir() / relative;
  if (!std::filesystem::is_regular_file(path)) return std::nullopt;
  return path.string();
}

/// A folder of its own for one test, removed with it.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "tenure-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  /// Path of a file of that name inside.
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tenure::test

/// Skips the test, saying which file is missing, where the data set is absent.
#define TENURE_REQUIRE_DATA(variable, relative)                                  \
  const auto variable##_found = ::tenure::test::data_file(relative);             \
  if (!variable##_found) {                                                       \
    GTEST_SKIP() << "no " << relative << " under " << ::tenure::test::data_dir() \
                 << " (set TENURE_DATA_DIR)";                                    \
  }                                                                              \
  const std::string& variable = *variable##_found
