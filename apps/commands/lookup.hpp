#pragma once

#include "command_options.hpp"

#include <tenure/core/events.hpp>
#include <tenure/core/pseudonym.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenure::apps {

/// Codes of external ids. @throws ArgumentError naming the first unknown one; `what` is "item".
std::vector<std::uint32_t> codes_of(const std::string& what, const std::vector<std::string>& ids,
                                    const Dictionary& dictionary);

/// Adds --key, for commands that look customers up by --customer.
void add_key_option(const CommandOptions& sub, std::string& key_file);

/// The customers of a file: their ids, and whose pseudonyms these are.
struct CustomerIds {
  const std::string& path;
  const Dictionary& ids;
  const std::string& pseudonym_key;  ///< EventTable::pseudonym_key
};

/// Finds customers by what the caller calls them: by the ids that a file holds, or, with --key, by
/// the original ids of a file of pseudonyms.
class CustomerLookup {
 public:
  /// Reads the key, if one is named. @throws DataError as read_key_file().
  explicit CustomerLookup(const std::string& key_file);

  /// What the file calls a customer: with a key, and where the file holds pseudonyms, the
  /// pseudonym. @throws DataError where they are those of another key.
  std::string name(const std::string& id, const CustomerIds& file) const;
  std::optional<std::uint32_t> find(const std::string& id, const CustomerIds& file) const;
  /// Codes of ids in one file. @throws ArgumentError naming the first unknown one, or where a key
  /// is given and the file has original ids.
  std::vector<std::uint32_t> codes(const std::vector<std::string>& ids,
                                   const CustomerIds& file) const;
  /// "unknown customer 'ID'", and a hint where the file holds pseudonyms and there is no key.
  std::string unknown(const std::string& id, bool pseudonyms) const;

 private:
  std::string key_file_;
  std::optional<PseudonymKey> key_;
  std::string fingerprint_;
};

}  // namespace tenure::apps
