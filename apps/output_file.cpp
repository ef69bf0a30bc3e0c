#include "output_file.hpp"

#include "text_file.hpp"

#include <tenure/core/error.hpp>

#include <filesystem>

namespace tenure::apps {

void check_text_target(const std::string& path) {
  const std::filesystem::path target(path);
  if (std::filesystem::is_directory(target)) throw DataError(path, "is a directory");
  const auto folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder)) throw DataError(path, "its folder does not exist");
}

void write_text_file(const std::string& path, const std::string& text) {
  TextFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace tenure::apps
