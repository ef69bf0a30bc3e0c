#pragma once

#include <fstream>
#include <string>
#include <string_view>

namespace tenure::apps {

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
