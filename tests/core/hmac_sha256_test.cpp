// HMAC-SHA-256 against the published vectors of RFC 4231, section 4.
#include "hmac_sha256.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tenure::detail {
namespace {

struct Vector {
  std::string key;
  std::string data;
  std::string digest;  ///< hexadecimal; test case 5 is cut to 128 bits
};

std::string hex_of_digest(const HmacSha256::Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::string hmac(const std::string& key, const std::string& data) {
  const std::vector<std::uint8_t> bytes(key.begin(), key.end());
  return hex_of_digest(HmacSha256(bytes)(data));
}

TEST(HmacSha256, GivesTheDigestsOfRfc4231) {
  std::string counting;
  for (char byte = 1; byte <= 25; ++byte) counting += byte;
  const std::vector<Vector> vectors = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {counting, std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(20, '\x0c'), "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}};
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    const std::string digest = hmac(vectors[i].key, vectors[i].data);
    EXPECT_EQ(digest.substr(0, vectors[i].digest.size()), vectors[i].digest) << "case " << i + 1;
  }
}

TEST(HmacSha256, OneKeyServesManyMessages) {
  const std::vector<std::uint8_t> key(32, 7);
  const HmacSha256 hash(key);
  const auto first = hash("a");
  EXPECT_NE(hash("b"), first);
  EXPECT_EQ(hash("a"), first);
}

TEST(HmacSha256, RandomBytesAreFilledAndWipedOnesAreZero) {
  std::vector<std::uint8_t> bytes(64, 0);
  fill_random(bytes);
  EXPECT_NE(bytes, std::vector<std::uint8_t>(64, 0));  // false once in 2^512
  wipe(bytes);
  EXPECT_EQ(bytes, std::vector<std::uint8_t>(64, 0));
}

}  // namespace
}  // namespace tenure::detail
