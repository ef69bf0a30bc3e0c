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

void add_key_option(const CommandOptions& sub, std::string& key_file) {
  sub.add_option("--key", key_file,
                 "Key the file's customers were pseudonymised with: --customer is then an original "
                 "id, not a pseudonym")
      .type_name("KEYFILE");
}

CustomerLookup::CustomerLookup(const std::string& key_file) : key_file_(key_file) {
  if (key_file.empty()) return;
  key_ = read_key_file(key_file);
  fingerprint_ = key_->fingerprint();
}

std::string CustomerLookup::name(const std::string& id, const CustomerIds& file) const {
  if (!key_ || file.pseudonym_key.empty()) return id;
  if (file.pseudonym_key != fingerprint_) {
    throw DataError(key_file_,
                    fmt::format("is not the key of {}: its fingerprint is {}, that of the file {}",
                                file.path, fingerprint_, file.pseudonym_key));
  }
  return key_->pseudonym(id);
}

std::optional<std::uint32_t> CustomerLookup::find(const std::string& id,
                                                  const CustomerIds& file) const {
  return DictionaryIndex(file.ids).find(name(id, file));
}

std::vector<std::uint32_t> CustomerLookup::codes(const std::vector<std::string>& ids,
                                                 const CustomerIds& file) const {
  if (key_ && file.pseudonym_key.empty()) {
    throw ArgumentError(fmt::format("{} holds original ids: leave out --key", file.path));
  }
  const DictionaryIndex index(file.ids);
  std::vector<std::uint32_t> codes;
  for (const std::string& id : ids) {
    const auto code = index.find(name(id, file));
    if (!code) throw ArgumentError(unknown(id, !file.pseudonym_key.empty()));
    codes.push_back(*code);
  }
  return codes;
}

std::string CustomerLookup::unknown(const std::string& id, bool pseudonyms) const {
  std::string text = fmt::format("unknown customer '{}'", id);
  if (pseudonyms && !key_) {
    text += "; the ids are pseudonyms here: name one, or give --key KEYFILE";
  }
  return text;
}

}  // namespace tenure::apps
