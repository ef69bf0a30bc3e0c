#pragma once

#include <hdf5.h>

#include <mutex>
#include <utility>

namespace tenure::detail {

/// Holds the process-wide lock that every HDF5 call needs (Debian's HDF5 is not thread-safe) and
/// keeps HDF5 from printing its own errors meanwhile. No parallel work may run under it: a waiting
/// pool thread could pick up a task that wants the same lock.
class Hdf5Lock {
 public:
  Hdf5Lock();
  ~Hdf5Lock();
  Hdf5Lock(const Hdf5Lock&) = delete;
  Hdf5Lock& operator=(const Hdf5Lock&) = delete;

 private:
  std::unique_lock<std::mutex> lock_;
  H5E_auto2_t printer_ = nullptr;
  void* printer_data_ = nullptr;
};

/// Owns an HDF5 identifier. Made, used and destroyed under Hdf5Lock only.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Hdf5Handle() = default;
  Hdf5Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept
      : id_(std::exchange(other.id_, hid_t{-1})), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Hdf5Handle() { reset(); }

  /// False where HDF5 refused to make the object.
  explicit operator bool() const noexcept { return id_ >= 0; }
  hid_t id() const noexcept { return id_; }
  /// Closes now; false where HDF5 reports a fault (for a file: data that could not be written).
  bool reset() noexcept {
    if (id_ < 0) return true;
    return close_(std::exchange(id_, hid_t{-1})) >= 0;
  }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

}  // namespace tenure::detail
