#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tenure::detail {

/// A file made beside its target and renamed onto it when whole; removed otherwise.
class AtomicFile {
 public:
  /// Creates the empty temporary file ".NAME.tmp-PID-n" in the target's folder. A target that is a
  /// symbolic link keeps it: the file it points to is replaced.
  /// @throws DataError where the target is no regular file or the folder cannot be written.
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::string& temporary() const noexcept { return temporary_; }
  /// Flushes the temporary file to disk and renames it. @throws DataError
  void commit();

 private:
  std::string path_;    ///< as the caller gave it, for messages
  std::string target_;  ///< with links resolved
  std::string temporary_;
  bool committed_ = false;
};

/// Text of an errno value.
std::string errno_text(int error);

}  // namespace tenure::detail
