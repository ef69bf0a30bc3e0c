#include "lookup.hpp"

#include <tenure/core/error.hpp>

#include <fmt/format.h>

namespace tenure::apps {

std::vector<std::uint32_t> codes_of(const std::string& what, const std::vector<std::string>& ids,
                                    const Dictionary& dictionary) {
  const DictionaryIndex index(dictionary);
  std::vector<std::uint32_t> codes;
  for (const std::string& id : ids) {
    const auto code = index.find(id);
    if (!code) throw ArgumentError(fmt::format("unknown {} '{}'", what, id));
    codes.push_back(*code);
  }
  return codes;
}

}  // namespace tenure::apps
