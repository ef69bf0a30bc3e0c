#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace tenure {

/// Root of every exception the libraries throw on purpose.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The caller's mistake: an option out of range, sizes that do not fit together.
class ArgumentError : public Error {
 public:
  using Error::Error;
};

/// A file's fault. what() reads "path:line: message", "path: object: message" or "path: message".
class DataError : public Error {
 public:
  /// A fault of the file as a whole.
  DataError(const std::string& path, const std::string& message);
  /// A fault on one line; `line` counts from 1.
  DataError(const std::string& path, std::uint64_t line, const std::string& message);
  /// A fault of one object inside an HDF5 file.
  DataError(const std::string& path, const std::string& object, const std::string& message);

  const std::string& path() const noexcept { return path_; }
  /// 0 where the fault has no line.
  std::uint64_t line() const noexcept { return line_; }
  /// Empty where the fault has no HDF5 object.
  const std::string& object() const noexcept { return object_; }

 private:
  std::string path_;
  std::uint64_t line_ = 0;
  std::string object_;
};

/// A file that is not of the format asked for: of another, or no file of Tenure's at all.
class FormatError : public DataError {
 public:
  /// `wanted`: "store", "model", "result", or empty where several will do; `found` likewise, empty
  /// where the file is not one of Tenure's.
  FormatError(const std::string& path, std::string wanted, std::string found);

  const std::string& wanted() const noexcept { return wanted_; }
  const std::string& found() const noexcept { return found_; }

 private:
  std::string wanted_;
  std::string found_;
};

/// A computation that did not converge or left the finite numbers; what() says where.
class NumericalError : public Error {
 public:
  using Error::Error;
};

/// The caller asked to stop through Execution::stop.
class Cancelled : public Error {
 public:
  Cancelled() : Error("interrupted") {}
};

}  // namespace tenure
