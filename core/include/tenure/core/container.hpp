#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Named arrays in one HDF5 file: what store.h5, model.h5 and result.h5 are made of. HDF5 itself
/// stays behind this header. Names are paths such as "events/customer". All calls may come from any
/// thread; they are serialised, since Debian's HDF5 is not thread-safe.
namespace tenure {

/// Writes beside the target and renames on commit(), so that the target is whole or untouched.
/// Element types: uint8_t, uint32_t, uint64_t, int64_t, float, double.
class ContainerWriter {
 public:
  /// `format` is one of "store", "model", "result"; `version` the layout's number.
  /// @throws DataError where the folder cannot be written or the target is a directory.
  ContainerWriter(const Execution& execution, std::string path, std::string_view format,
                  std::int64_t version);
  /// Discards the temporary file unless commit() was called.
  ~ContainerWriter();
  ContainerWriter(const ContainerWriter&) = delete;
  ContainerWriter& operator=(const ContainerWriter&) = delete;

  /// A 1-D array. Chunked, shuffled and compressed, chunks in parallel; the bytes do not depend on
  /// the number of threads.
  template <class T>
  void write(std::string_view name, std::span<const T> values) {
    write_matrix<T>(name, values, values.size(), 0);
  }
  /// A row-major rows x cols array (cols 0: 1-D of length rows).
  template <class T>
  void write_matrix(std::string_view name, std::span<const T> values, std::size_t rows,
                    std::size_t cols);
  /// Two datasets, name/offsets and name/bytes.
  void write_dictionary(std::string_view name, const Dictionary& dictionary);
  void attribute(std::string_view name, std::string_view value);
  void attribute(std::string_view name, std::int64_t value);
  void attribute(std::string_view name, double value);
  /// Writes the content checksum, closes and renames onto the target.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a container. Sizes are checked against the file before memory is taken; each array's
/// checksum is verified when it is read. Every fault is a DataError naming file and object.
class ContainerReader {
 public:
  /// @throws DataError where the file is missing, no HDF5, of another format, or of a version above
  /// `newest_version`.
  ContainerReader(const Execution& execution, std::string path, std::string_view format,
                  std::int64_t newest_version);
  ~ContainerReader();
  ContainerReader(const ContainerReader&) = delete;
  ContainerReader& operator=(const ContainerReader&) = delete;

  const std::string& path() const noexcept;
  std::int64_t version() const noexcept;
  bool has(std::string_view name) const;
  /// (rows, cols); cols is 0 for a 1-D array.
  std::pair<std::size_t, std::size_t> shape(std::string_view name) const;
  /// The whole array, row-major.
  template <class T>
  std::vector<T> read(std::string_view name) const;
  /// As read(), and the number of elements must be `expected`.
  template <class T>
  std::vector<T> read(std::string_view name, std::size_t expected) const;
  /// Into memory the caller owns; out.size() must be the number of elements.
  template <class T>
  void read_into(std::string_view name, std::span<T> out) const;
  Dictionary read_dictionary(std::string_view name) const;
  std::optional<std::string> string_attribute(std::string_view name) const;
  std::optional<std::int64_t> integer_attribute(std::string_view name) const;
  std::optional<double> real_attribute(std::string_view name) const;
  /// All root attributes whose name starts with `prefix`, by name, integers only.
  std::vector<std::pair<std::string, std::int64_t>> integer_attributes(
      std::string_view prefix) const;
  /// Copies arrays and attributes, unchanged and by name, whose name `wanted` takes; not those that
  /// every container has of its own (format, version, creator, checksum).
  void copy_to(ContainerWriter& writer, FunctionRef<bool(std::string_view name)> wanted) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The format attribute of a container ("store", "model", "result"), for commands that take
/// several.
/// @throws DataError where the file is missing or no container.
std::string container_format(const std::string& path);

}  // namespace tenure
