#pragma once

#include "io_helpers.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/import.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tenure::test {

using Counts = std::map<std::string, std::uint64_t>;

inline ImportOptions in_format(LogFormat format, bool strict = false) {
  ImportOptions options;
  options.format = format;
  options.strict = strict;
  return options;
}

inline EventTable import_text(std::string_view text, const ImportOptions& options = {},
                              int threads = 2) {
  const TempDir dir;
  put_bytes(dir / "log", text);
  EventTable events = read_events(on_threads(threads), {dir / "log"}, options);
  events.validate();
  return events;
}

/// The message of the DataError without the folder: "log:3: ...".
inline std::string import_error(std::string_view text, const ImportOptions& options = {},
                                int threads = 2) {
  const TempDir dir;
  put_bytes(dir / "log", text);
  try {
    read_events(on_threads(threads), {dir / "log"}, options);
    return "no error";
  } catch (const DataError& error) {
    return std::string(error.what()).substr(dir.path().string().size() + 1);
  }
}

inline std::vector<std::string> ids_of(const Dictionary& dictionary) {
  std::vector<std::string> ids;
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) {
    ids.emplace_back(dictionary[code]);
  }
  return ids;
}

}  // namespace tenure::test
