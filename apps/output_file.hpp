#pragma once

#include <fstream>
#include <string>
#include <string_view>

namespace tenure::apps {

/// Refuses a text target that cannot be written, before the work is done.
/// @throws DataError for a directory or a folder that is not there.
void check_text_target(const std::string& path);

/// Writes a text file beside its target and renames it. @throws DataError.
void write_text_file(const std::string& path, const std::string& text);

/// A text file written piece by piece beside its target, renamed onto it when whole and removed
/// otherwise.
class TextFile {
 public:
  /// @throws DataError as check_text_target(), or where the folder cannot be written.
  explicit TextFile(const std::string& path);
  ~TextFile();
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;

  void write(std::string_view text) { file_ << text; }
  /// @throws DataError where a piece or the rename failed.
  void commit();

 private:
  std::string path_;
  std::string temporary_;
  std::ofstream file_;
  bool committed_ = false;
};

}  // namespace tenure::apps
