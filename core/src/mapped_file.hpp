#pragma once

#include <string>
#include <string_view>

namespace tenure::detail {

/// A regular file mapped for reading.
class MappedFile {
 public:
  /// @throws DataError where it is missing, a directory, no regular file or empty.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view text() const noexcept { return text_; }

 private:
  std::string_view text_;
};

}  // namespace tenure::detail
