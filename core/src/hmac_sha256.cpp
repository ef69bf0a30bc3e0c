#include "hmac_sha256.hpp"

#include <tenure/core/error.hpp>

#include <sodium.h>

namespace tenure::detail {

namespace {

/// Safe to call from any thread, and again.
void start_sodium() {
  if (sodium_init() < 0) throw DataError("system random source", "cannot be used");
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());  // unsigned char may alias
}

}  // namespace

struct HmacSha256::State {
  crypto_auth_hmacsha256_state keyed;  // both paddings of the key are hashed once
};

HmacSha256::HmacSha256(std::span<const std::uint8_t> key) : state_(std::make_unique<State>()) {
  start_sodium();
  crypto_auth_hmacsha256_init(&state_->keyed, key.data(), key.size());
}

HmacSha256::~HmacSha256() { sodium_memzero(state_.get(), sizeof(State)); }

HmacSha256::Digest HmacSha256::operator()(std::string_view message) const {
  Digest digest{};
  crypto_auth_hmacsha256_state state = state_->keyed;
  crypto_auth_hmacsha256_update(&state, bytes_of(message), message.size());
  crypto_auth_hmacsha256_final(&state, digest.data());
  return digest;
}

void fill_random(std::span<std::uint8_t> bytes) {
  start_sodium();
  randombytes_buf(bytes.data(), bytes.size());
}

void wipe(std::span<std::uint8_t> bytes) noexcept { sodium_memzero(bytes.data(), bytes.size()); }

}  // namespace tenure::detail
