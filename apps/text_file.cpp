#include "text_file.hpp"

#include "output_file.hpp"

#include <tenure/core/error.hpp>

#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace tenure::apps {

TextFile::TextFile(const std::string& path)
    : path_(path), temporary_(path + ".tmp-" + std::to_string(getpid())) {
  check_text_target(path);
  file_.open(temporary_, std::ios::binary);
  if (!file_) throw DataError(path, "cannot be written");
}

TextFile::~TextFile() {
  if (committed_) return;
  file_.close();
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void TextFile::commit() {
  file_.close();
  std::error_code failed;
  if (file_) std::filesystem::rename(temporary_, path_, failed);
  if (!file_ || failed) throw DataError(path_, "cannot be written");
  committed_ = true;
}

}  // namespace tenure::apps
