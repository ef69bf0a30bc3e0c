#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>

#include <memory>
#include <string>
#include <string_view>

/// Pseudonyms of customers: keyed hashes that stand in for their ids (docs/PRIVACY.md).
namespace tenure {

/// A secret that turns ids into pseudonyms. The same key and id give the same pseudonym everywhere,
/// so that files join; without the key nobody can go from one to the other, nor from the pseudonyms
/// of one key to those of another. A cheap handle of an immutable key that is wiped from memory
/// with its last copy.
class PseudonymKey {
 public:
  /// From 64 to 256 hexadecimal digits, an even number: 32 to 128 bytes.
  /// @throws ArgumentError for another length or character, or bytes that are plainly not random
  /// (fewer than 8 different ones). The message holds nothing of the key.
  static PseudonymKey from_hex(std::string_view digits);
  /// 32 bytes of the system's random source.
  static PseudonymKey generate();

  /// The first 128 bits of HMAC-SHA-256(key, id) (RFC 2104), as 32 hexadecimal digits. Among n ids
  /// two have the same with a probability below n^2 / 2^129: 1.5e-21 for a billion.
  std::string pseudonym(std::string_view id) const;
  /// Tells keys apart without telling them: the first 64 bits of HMAC-SHA-256(key, a zero byte
  /// and "tenure key"), as 16 hexadecimal digits. No id holds a zero byte.
  std::string fingerprint() const;
  std::string hex() const;

 private:
  struct State;
  explicit PseudonymKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// Reads a key file: the digits of from_hex() on one line and nothing else.
/// @throws DataError where it is missing, empty, too short, anything else than such a line, or may
/// be read or written by everybody. The message holds nothing of the key.
PseudonymKey read_key_file(const std::string& path);

/// Writes a key file that only its owner can read.
/// @throws DataError where it cannot be written or is there already: a key is never overwritten.
void write_new_key_file(const PseudonymKey& key, const std::string& path);

/// Replaces the ids of a table's customers by their pseudonyms and notes the key's fingerprint.
/// @throws DataError where two ids have the same pseudonym, ArgumentError where the table holds
/// pseudonyms already, Cancelled.
void pseudonymize(const Execution& execution, const PseudonymKey& key, EventTable& events);

/// Two files whose customers are joined by id must have original ids in both or pseudonyms of the
/// same key in both. `key` is EventTable::pseudonym_key of each.
/// @throws DataError naming the second file where they do not.
void check_same_pseudonyms(const std::string& path, const std::string& key,
                           const std::string& other_path, const std::string& other_key);

}  // namespace tenure
