#include "output_file.hpp"

#include <tenure/core/error.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

namespace tenure::apps {

void check_text_target(const std::string& path) {
  const std::filesystem::path target(path);
  if (std::filesystem::is_directory(target)) throw DataError(path, "is a directory");
  const auto folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder)) throw DataError(path, "its folder does not exist");
}

void write_text_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".tmp-" + std::to_string(getpid());
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  std::error_code failed;
  if (file) std::filesystem::rename(temporary, path, failed);
  if (!file || failed) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw DataError(path, "cannot be written");
  }
}

}  // namespace tenure::apps
