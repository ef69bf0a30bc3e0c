#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Puts and checks the first 512 bytes of a container (see container_layout.hpp).
namespace tenure::detail {

/// Seals a closed file whose first 512 bytes are an empty user block. `path` is for messages.
void write_seal(const std::string& file, const std::string& path, std::string_view format);

struct SealInfo {
  std::string format;       ///< "store", ...; empty where the file has no seal but is HDF5
  std::uint64_t bytes = 0;  ///< length of the file
};

/// Checks length and first bytes; with verify_content the hash of the whole file too. `wanted`: the
/// format asked for, or empty.
/// @throws FormatError where the file is not sealed, or of another format than `wanted`; DataError
/// where it is missing, no regular file, cut short or damaged.
SealInfo check_seal(const std::string& path, bool verify_content, std::string_view wanted);

}  // namespace tenure::detail
