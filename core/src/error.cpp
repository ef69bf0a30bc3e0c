#include <tenure/core/error.hpp>

namespace tenure {

DataError::DataError(const std::string& path, const std::string& message)
    : Error(path + ": " + message), path_(path) {}

DataError::DataError(const std::string& path, std::uint64_t line, const std::string& message)
    : Error(path + ":" + std::to_string(line) + ": " + message), path_(path), line_(line) {}

DataError::DataError(const std::string& path, const std::string& object, const std::string& message)
    : Error(path + ": " + object + ": " + message), path_(path), object_(object) {}

}  // namespace tenure
