#include "mapped_file.hpp"

#include "atomic_file.hpp"

#include <tenure/core/error.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace tenure::detail {

MappedFile::MappedFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) throw DataError(path, "cannot be opened: " + errno_text(errno));
  struct stat status {};
  const bool known = ::fstat(file, &status) == 0;
  if (!known || !S_ISREG(status.st_mode) || status.st_size == 0) {
    ::close(file);
    if (known && S_ISDIR(status.st_mode)) throw DataError(path, "is a directory");
    throw DataError(path, known && S_ISREG(status.st_mode) ? "is empty" : "is no regular file");
  }
  const auto bytes = static_cast<std::size_t>(status.st_size);
  void* start = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file, 0);
  const int error = errno;
  ::close(file);
  if (start == MAP_FAILED) throw DataError(path, "cannot be read: " + errno_text(error));
  text_ = {static_cast<const char*>(start), bytes};
}

MappedFile::~MappedFile() {
  ::munmap(const_cast<char*>(text_.data()), text_.size());  // munmap takes a pointer to non-const
}

}  // namespace tenure::detail
