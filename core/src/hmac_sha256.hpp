#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace tenure::detail {

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1) under one key. Immutable, so any thread may call it; what is
/// derived from the key is wiped at the end.
class HmacSha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;
  /// The key may have any length.
  explicit HmacSha256(std::span<const std::uint8_t> key);
  ~HmacSha256();
  HmacSha256(const HmacSha256&) = delete;
  HmacSha256& operator=(const HmacSha256&) = delete;

  Digest operator()(std::string_view message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Fills with bytes of the system's random source.
/// @throws DataError where there is none.
void fill_random(std::span<std::uint8_t> bytes);

/// Overwrites memory in a way that the compiler keeps.
void wipe(std::span<std::uint8_t> bytes) noexcept;

}  // namespace tenure::detail
