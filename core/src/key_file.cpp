#include "atomic_file.hpp"
#include "hmac_sha256.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/pseudonym.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tenure {

namespace {

constexpr std::size_t kMostBytes = 1024;  // more than any key, less than any log

/// An open file, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int id) : id_(id) {}
  ~Descriptor() {
    if (id_ >= 0) ::close(id_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int id() const noexcept { return id_; }
  /// False where closing reports that writing failed.
  bool close() noexcept { return ::close(std::exchange(id_, -1)) == 0; }

 private:
  int id_;
};

/// Text of a key, wiped at the end.
struct Secret {
  Secret() = default;
  ~Secret() {
    detail::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});  // may alias
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  std::string text;
};

void check_permissions(const std::string& path, int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0) throw DataError(path, detail::errno_text(errno));
  if (S_ISDIR(status.st_mode)) throw DataError(path, "is a directory, not a key file");
  if (S_ISREG(status.st_mode) && (status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    throw DataError(path, "is a key that everybody can read or write; chmod 600 it");
  }
}

/// Reads until the end or until the buffer is full.
void read_up_to(const std::string& path, int file, std::string& text) {
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t n = ::read(file, text.data() + size, text.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw DataError(path, "cannot be read: " + detail::errno_text(errno));
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  text.resize(size);
}

}  // namespace

PseudonymKey read_key_file(const std::string& path) {
  // A pipe is welcome: the key may come from a secret store.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.id() < 0) throw DataError(path, "cannot be opened: " + detail::errno_text(errno));
  check_permissions(path, file.id());
  Secret secret;
  secret.text.resize(kMostBytes);
  read_up_to(path, file.id(), secret.text);
  std::string_view digits = secret.text;
  if (digits.ends_with('\n')) digits.remove_suffix(1);
  if (digits.ends_with('\r')) digits.remove_suffix(1);
  try {
    return PseudonymKey::from_hex(digits);
  } catch (const ArgumentError& error) {
    throw DataError(path, error.what());
  }
}

void write_new_key_file(const PseudonymKey& key, const std::string& path) {
  constexpr int kNew = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  Descriptor file(::open(path.c_str(), kNew, S_IRUSR | S_IWUSR));
  if (file.id() < 0) {
    throw DataError(path, errno == EEXIST ? "is there already; a key is never overwritten"
                                          : "cannot be written: " + detail::errno_text(errno));
  }
  Secret secret;
  secret.text = key.hex() + "\n";
  const ssize_t n = ::write(file.id(), secret.text.data(), secret.text.size());
  const bool written = n == static_cast<ssize_t>(secret.text.size()) && ::fsync(file.id()) == 0;
  if (!file.close() || !written) {
    const std::string reason = detail::errno_text(errno);
    ::unlink(path.c_str());
    throw DataError(path, "cannot be written: " + reason);
  }
}

}  // namespace tenure
