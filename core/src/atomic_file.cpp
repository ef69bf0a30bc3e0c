#include "atomic_file.hpp"

#include <tenure/core/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tenure::detail {

namespace fs = std::filesystem;

namespace {

constexpr int kMaxTries = 10000;

/// Flushes a file or folder; false with errno set where that fails.
bool flush_to_disk(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool flushed = ::fsync(file) == 0;
  const int error = errno;
  ::close(file);
  errno = error;
  return flushed;
}

}  // namespace

std::string errno_text(int error) { return std::generic_category().message(error); }

AtomicFile::AtomicFile(const std::string& path) : path_(path), target_(path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::is_directory(status)) throw DataError(path, "is a directory");
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw DataError(path, "is no regular file");
  }
  if (fs::is_symlink(fs::symlink_status(path, ignored))) {
    const fs::path resolved = fs::weakly_canonical(path, ignored);
    if (!ignored) target_ = resolved.string();
  }
  const fs::path target(target_);
  if (target.filename().empty()) throw DataError(path, "names no file");
  std::string start(".");
  start.append(target.filename().string()).append(".tmp-");
  start.append(std::to_string(::getpid())).append("-");
  for (int n = 0; n < kMaxTries; ++n) {
    temporary_ = (target.parent_path() / (start + std::to_string(n))).string();
    const int file = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0) {
      ::close(file);
      return;
    }
    if (errno != EEXIST) throw DataError(path, "cannot be written: " + errno_text(errno));
  }
  throw DataError(path, "cannot be written: too many temporary files beside it");
}

AtomicFile::~AtomicFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::commit() {
  if (!flush_to_disk(temporary_) || ::rename(temporary_.c_str(), target_.c_str()) != 0) {
    throw DataError(path_, "cannot be written: " + errno_text(errno));
  }
  committed_ = true;
  // The rename itself; some file systems cannot flush folders, and the file is whole either way.
  const fs::path folder = fs::path(target_).parent_path();
  flush_to_disk(folder.empty() ? "." : folder.string());
}

}  // namespace tenure::detail
