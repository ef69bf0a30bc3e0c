#include "container_seal.hpp"

#include "atomic_file.hpp"
#include "container_layout.hpp"

#include <tenure/core/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace tenure::detail {

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;
constexpr std::string_view kSealStart = "tenure ";

class File {
 public:
  File(const std::string& file, const std::string& path, int flags)
      : path_(path), id_(::open(file.c_str(), flags | O_CLOEXEC | O_NONBLOCK)) {
    struct stat status {};
    if (id_ < 0) throw DataError(path, "cannot be opened: " + errno_text(errno));
    if (::fstat(id_, &status) != 0 || !S_ISREG(status.st_mode)) {
      ::close(id_);
      throw DataError(path, S_ISDIR(status.st_mode) ? "is a directory" : "is no regular file");
    }
    bytes_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~File() { ::close(id_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::uint64_t bytes() const noexcept { return bytes_; }

  /// Fills as much of the buffer as the file has from `offset`; returns how much.
  std::size_t read(std::uint64_t offset, char* buffer, std::size_t size) const {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t n = ::pread(id_, buffer + done, size - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw DataError(path_, "cannot be read: " + errno_text(errno));
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  void write_start(const Seal& seal) const {
    if (::pwrite(id_, seal.data(), seal.size(), 0) != static_cast<ssize_t>(seal.size())) {
      throw DataError(path_, "cannot be written: " + errno_text(errno));
    }
  }

  /// XXH3 of everything after the seal, seeded by the format so that the word is covered too.
  std::uint64_t content_hash(std::string_view format) const {
    std::vector<char> buffer(kBlock);
    XXH3_state_t state;
    XXH3_64bits_reset_withSeed(&state, XXH3_64bits(format.data(), format.size()));
    std::uint64_t at = kSealBytes;
    while (const std::size_t n = read(at, buffer.data(), buffer.size())) {
      XXH3_64bits_update(&state, buffer.data(), n);
      at += n;
    }
    return XXH3_64bits_digest(&state);
  }

 private:
  const std::string& path_;
  int id_;
  std::uint64_t bytes_ = 0;
};

/// The word after `key` up to `end`; empty where the seal does not read so.
std::string_view word_after(std::string_view seal, std::string_view key, char end) {
  const std::size_t at = seal.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = seal.substr(at + key.size());
  return rest.substr(0, std::min(rest.size(), rest.find(end)));
}

}  // namespace

void write_seal(const std::string& file, const std::string& path, std::string_view format) {
  const File opened(file, path, O_RDWR);
  opened.write_start(make_seal(format, opened.bytes(), opened.content_hash(format)));
}

SealInfo check_seal(const std::string& path, bool verify_content, std::string_view wanted) {
  const File file(path, path, O_RDONLY);
  Seal found{};
  const std::size_t n = file.read(0, found.data(), found.size());
  const std::string_view start(found.data(), n);
  if (!start.starts_with(kSealStart)) throw FormatError(path, std::string(wanted), "");
  std::uint64_t bytes = 0;
  const std::string_view digits = word_after(start, "\nbytes ", '\n');
  std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
  const std::string format(word_after(start, kSealStart, ' '));
  const auto hash = parse_hex(word_after(start, "\nxxh3 ", '\n'));
  if (!hash || found != make_seal(format, bytes, *hash)) {
    throw DataError(path, "is damaged: its first 512 bytes are no container's");
  }
  if (bytes != file.bytes()) {
    throw DataError(path, "is damaged: " + std::to_string(file.bytes()) + " bytes instead of " +
                              std::to_string(bytes));
  }
  if (!wanted.empty() && format != wanted) throw FormatError(path, std::string(wanted), format);
  if (verify_content && file.content_hash(format) != *hash) {
    throw DataError(path, "is damaged: its content does not match its checksum");
  }
  return {format, bytes};
}

}  // namespace tenure::detail
