#include "hmac_sha256.hpp"
#include "pseudonym_ids.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/pseudonym.hpp>

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tenure {

namespace {

constexpr std::size_t kLeastDigits = 64;
constexpr std::size_t kMostDigits = 256;
constexpr std::size_t kNewKeyBytes = 32;
constexpr std::size_t kLeastDifferentBytes = 8;
constexpr std::size_t kPseudonymBytes = 16;
constexpr std::size_t kFingerprintBytes = 8;
constexpr std::size_t kIdsPerChunk = 4096;
constexpr std::string_view kFingerprintOf("\0tenure key", 11);

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::optional<unsigned> digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
  return std::nullopt;
}

void check_digits(std::string_view digits) {
  if (digits.empty()) throw ArgumentError("key: is empty");
  const bool hex =
      std::all_of(digits.begin(), digits.end(), [](char c) { return digit_of(c).has_value(); });
  if (!hex) {
    throw ArgumentError("key: holds other characters than hexadecimal digits; a key is one line " +
                        std::string("of 64 to 256 of them"));
  }
  if (digits.size() < kLeastDigits) {
    throw ArgumentError("key: has " + std::to_string(digits.size()) +
                        " hexadecimal digits, at least 64 (32 bytes) are needed");
  }
  if (digits.size() > kMostDigits || digits.size() % 2 != 0) {
    throw ArgumentError("key: must have an even number of hexadecimal digits, at most 256");
  }
}

bool look_random(std::span<const std::uint8_t> bytes) {
  std::bitset<256> seen;
  for (const std::uint8_t byte : bytes) seen.set(byte);
  return seen.count() >= kLeastDifferentBytes;
}

}  // namespace

struct PseudonymKey::State {
  explicit State(std::vector<std::uint8_t> key) : bytes(std::move(key)), hmac(bytes) {}
  ~State() { detail::wipe(bytes); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::vector<std::uint8_t> bytes;
  detail::HmacSha256 hmac;
};

PseudonymKey PseudonymKey::from_hex(std::string_view digits) {
  check_digits(digits);
  std::vector<std::uint8_t> bytes(digits.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] =
        static_cast<std::uint8_t>(*digit_of(digits[2 * i]) * 16U + *digit_of(digits[2 * i + 1]));
  }
  if (!look_random(bytes)) {
    detail::wipe(bytes);
    throw ArgumentError("key: is not random, it repeats a few bytes");
  }
  return PseudonymKey(std::make_shared<const State>(std::move(bytes)));
}

PseudonymKey PseudonymKey::generate() {
  std::vector<std::uint8_t> bytes(kNewKeyBytes);
  detail::fill_random(bytes);
  return PseudonymKey(std::make_shared<const State>(std::move(bytes)));
}

std::string PseudonymKey::pseudonym(std::string_view id) const {
  const auto digest = state_->hmac(id);
  return to_hex(std::span(digest).first(kPseudonymBytes));
}

std::string PseudonymKey::fingerprint() const {
  const auto digest = state_->hmac(kFingerprintOf);
  return to_hex(std::span(digest).first(kFingerprintBytes));
}

std::string PseudonymKey::hex() const { return to_hex(state_->bytes); }

void pseudonymize(const Execution& execution, const PseudonymKey& key, EventTable& events) {
  if (!events.pseudonym_key.empty()) {
    throw ArgumentError("pseudonymize: the customers are pseudonyms already");
  }
  events.customers = detail::hashed_ids(execution, events.customers,
                                        [&](std::string_view id) { return key.pseudonym(id); });
  events.pseudonym_key = key.fingerprint();
}

void check_same_pseudonyms(const std::string& path, const std::string& key,
                           const std::string& other_path, const std::string& other_key) {
  if (key == other_key) return;
  if (!key.empty() && !other_key.empty()) {
    throw DataError(other_path, "has pseudonyms of another key (" + other_key + ") than " + path +
                                    " (" + key + "): their customers cannot be joined");
  }
  const bool first = !key.empty();
  throw DataError(other_path, std::string("has ") + (first ? "original ids" : "pseudonyms") +
                                  " of customers and " + path + " has " +
                                  (first ? "pseudonyms" : "original ids") +
                                  ": they cannot be joined");
}

namespace detail {

Dictionary hashed_ids(const Execution& execution, const Dictionary& ids,
                      FunctionRef<std::string(std::string_view)> hash) {
  std::vector<std::string> hashed(ids.size());
  parallel_for(execution, hashed.size(), kIdsPerChunk, [&](const Chunk& chunk) {
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      hashed[i] = hash(ids[static_cast<std::uint32_t>(i)]);
    }
  });
  DictionaryBuilder builder;
  for (std::size_t i = 0; i < hashed.size(); ++i) {
    if (builder.code(hashed[i]) != i) {
      throw DataError("pseudonyms",
                      "two customers have the same one, which would make them one; take another "
                      "key");
    }
  }
  return std::move(builder).take();
}

}  // namespace detail

}  // namespace tenure
