#include <tenure/core/error.hpp>

#include <utility>

namespace tenure {

namespace {

std::string format_fault(const std::string& wanted, const std::string& found) {
  if (found.empty()) return "is no tenure file";
  return wanted.empty() ? "is a " + found : "is a " + found + ", not a " + wanted;
}

}  // namespace

DataError::DataError(const std::string& path, const std::string& message)
    : Error(path + ": " + message), path_(path) {}

DataError::DataError(const std::string& path, std::uint64_t line, const std::string& message)
    : Error(path + ":" + std::to_string(line) + ": " + message), path_(path), line_(line) {}

DataError::DataError(const std::string& path, const std::string& object, const std::string& message)
    : Error(path + ": " + object + ": " + message), path_(path), object_(object) {}

FormatError::FormatError(const std::string& path, std::string wanted, std::string found)
    : DataError(path, format_fault(wanted, found)),
      wanted_(std::move(wanted)),
      found_(std::move(found)) {}

}  // namespace tenure
