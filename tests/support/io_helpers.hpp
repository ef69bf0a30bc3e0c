#pragma once

#include <tenure/core/execution.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace tenure::test {

inline Execution on_threads(int threads) {
  Execution execution;
  execution.threads = threads;
  return execution;
}

inline std::string bytes_of(const std::string& path) {
  const std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

inline void put_bytes(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace tenure::test
