#pragma once

#include <sys/types.h>

#include <string>

namespace tenure::apps {

/// The formats that hold customers.
enum class CustomerFile { kStore, kModel };
/// @throws DataError for a result, which holds none, and for what is no tenure file.
CustomerFile customer_file(const std::string& path);

/// While it lives, files are made for their owner alone.
class PrivateFiles {
 public:
  PrivateFiles();
  ~PrivateFiles();
  PrivateFiles(const PrivateFiles&) = delete;
  PrivateFiles& operator=(const PrivateFiles&) = delete;
  /// The mask there was before.
  mode_t before() const noexcept { return before_; }

 private:
  mode_t before_;
};

/// A new version of a file, written in full beside it and put in its place later. Removed unless
/// it was.
class Replacement {
 public:
  /// `mask`: of the permissions of a target that is not there yet.
  /// @throws DataError where the target is no regular file or has no folder.
  Replacement(const std::string& target, mode_t mask);
  ~Replacement();
  Replacement(Replacement&& other) noexcept;
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  Replacement& operator=(Replacement&&) = delete;

  /// Where to write.
  const std::string& path() const noexcept { return path_; }
  /// Takes the target's place and its permissions. @throws DataError.
  void put_in_place();

 private:
  std::string name_;    ///< as the caller gave it
  std::string target_;  ///< with links resolved
  std::string path_;
  mode_t mode_;
};

}  // namespace tenure::apps
