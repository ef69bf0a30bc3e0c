#include "private_files.hpp"

#include "output_file.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace tenure::apps {

namespace fs = std::filesystem;

CustomerFile customer_file(const std::string& path) {
  const std::string format = container_format(path);
  if (format == "store") return CustomerFile::kStore;
  if (format == "model") return CustomerFile::kModel;
  throw DataError(path, "is a " + format + ", which holds no customers");
}

PrivateFiles::PrivateFiles() : before_(::umask(S_IRWXG | S_IRWXO)) {}
PrivateFiles::~PrivateFiles() { ::umask(before_); }

Replacement::Replacement(const std::string& target, mode_t mask)
    : name_(target), target_(target), mode_(0666 & ~mask) {
  check_text_target(target);
  struct stat status {};
  if (::stat(target.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode)) throw DataError(target, "is no regular file");
    mode_ = status.st_mode & 07777;
    target_ = fs::canonical(target).string();
  }
  const fs::path beside(target_);
  const std::string name = "." + beside.filename().string() + ".new-" + std::to_string(::getpid());
  path_ = (beside.parent_path() / name).string();
}

Replacement::Replacement(Replacement&& other) noexcept
    : name_(std::move(other.name_)),
      target_(std::move(other.target_)),
      path_(std::exchange(other.path_, {})),
      mode_(other.mode_) {}

Replacement::~Replacement() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove(path_, ignored);
}

void Replacement::put_in_place() {
  std::error_code failed;
  fs::permissions(path_, static_cast<fs::perms>(mode_), failed);
  if (!failed) fs::rename(path_, target_, failed);
  if (failed) throw DataError(name_, "cannot be replaced: " + failed.message());
  path_.clear();
}

}  // namespace tenure::apps
