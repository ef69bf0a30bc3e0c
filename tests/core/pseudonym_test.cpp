#include "import_support.hpp"
#include "pseudonym_ids.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/pseudonym.hpp>
#include <tenure/core/store.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

namespace tenure {
namespace {

using test::ids_of;
using test::import_error;
using test::import_text;
using test::on_threads;
using test::TempDir;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr const char* kOther = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";

template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

ImportOptions with_key(const char* key = kKey, bool strict = false) {
  ImportOptions options;
  options.pseudonym_key = PseudonymKey::from_hex(key);
  options.strict = strict;
  return options;
}

// printf %s 13085 | openssl dgst -sha256 -mac HMAC -macopt hexkey:0001...1f, first 32 digits.
TEST(PseudonymKey, PseudonymIsTheStartOfAnHmacThatAnybodyWithTheKeyCanMake) {
  const auto key = PseudonymKey::from_hex(kKey);
  EXPECT_EQ(key.pseudonym("13085"), "474de3234fbeef71d677454cb030a4e6");
  EXPECT_EQ(key.fingerprint(), "b1012a8eaf8c56fc");
}

TEST(PseudonymKey, SameKeyAndIdGiveTheSameAnotherKeyAnother) {
  const auto key = PseudonymKey::from_hex(kKey);
  EXPECT_EQ(PseudonymKey::from_hex(kKey).pseudonym("anna"), key.pseudonym("anna"));
  EXPECT_NE(PseudonymKey::from_hex(kOther).pseudonym("anna"), key.pseudonym("anna"));
  EXPECT_NE(key.pseudonym("anne"), key.pseudonym("anna"));
  EXPECT_EQ(PseudonymKey::from_hex(kKey).fingerprint(), key.fingerprint());
  EXPECT_NE(PseudonymKey::from_hex(kOther).fingerprint(), key.fingerprint());
  EXPECT_EQ(key.hex(), kKey);
}

TEST(PseudonymKey, NewKeysDiffer) {
  EXPECT_NE(PseudonymKey::generate().hex(), PseudonymKey::generate().hex());
  EXPECT_EQ(PseudonymKey::generate().hex().size(), 64U);
}

TEST(PseudonymKey, RefusesWhatIsNoKeyWithoutShowingIt) {
  const std::string good = kKey;
  const auto refused = [](const std::string& text) {
    return message_of([&] { PseudonymKey::from_hex(text); });
  };
  EXPECT_THAT(refused(""), HasSubstr("is empty"));
  EXPECT_THAT(refused(good.substr(0, 62)), HasSubstr("has 62 hexadecimal digits, at least 64"));
  EXPECT_THAT(refused(good + "a"), HasSubstr("even number"));
  EXPECT_THAT(refused(good + good + good + good + "ab"), HasSubstr("at most 256"));
  EXPECT_THAT(refused(good.substr(0, 63) + "g"), HasSubstr("other characters"));
  EXPECT_THAT(refused(std::string(64, '0')), HasSubstr("not random"));
  EXPECT_THAT(refused(std::string(64, 'a')), HasSubstr("not random"));
  EXPECT_THAT(refused(good.substr(0, 63) + "g"), Not(HasSubstr("0001")));
}

class KeyFile : public testing::Test {
 protected:
  std::string file(const std::string& text, mode_t mode = 0600) {
    const std::string path = dir_ / "key";
    test::put_bytes(path, text);
    chmod(path.c_str(), mode);
    return path;
  }
  std::string error(const std::string& path) {
    return message_of([&] { read_key_file(path); });
  }
  TempDir dir_;
};

TEST_F(KeyFile, IsOneLineOfHexadecimalDigits) {
  const auto key = PseudonymKey::from_hex(kKey);
  const std::string digits = kKey;
  EXPECT_EQ(read_key_file(file(digits)).fingerprint(), key.fingerprint());
  EXPECT_EQ(read_key_file(file(digits + "\n")).fingerprint(), key.fingerprint());
  EXPECT_EQ(read_key_file(file(digits + "\r\n")).fingerprint(), key.fingerprint());
  EXPECT_THAT(error(file(digits + "\n\n")), HasSubstr("other characters"));
  EXPECT_THAT(error(file(digits + " ")), HasSubstr("other characters"));
}

TEST_F(KeyFile, FaultsNameTheFile) {
  EXPECT_THAT(error(dir_ / "none"), HasSubstr("none: cannot be opened"));
  EXPECT_THAT(error(dir_.path().string()), HasSubstr("is a directory"));
  EXPECT_THAT(error(file("")), HasSubstr("key: is empty"));
  EXPECT_THAT(error(file("\n")), HasSubstr("key: is empty"));
  EXPECT_THAT(error(file("00ff\n")), HasSubstr("has 4 hexadecimal digits"));
  EXPECT_THAT(error(file(std::string(5000, 'a'))), HasSubstr("at most 256"));
}

TEST_F(KeyFile, IsRefusedWhereEverybodyCanReadOrWriteIt) {
  EXPECT_THAT(error(file(kKey, 0644)), HasSubstr("everybody can read or write"));
  EXPECT_THAT(error(file(kKey, 0602)), HasSubstr("everybody can read or write"));
  EXPECT_EQ(error(file(kKey, 0640)), "no error");  // a group may share a key
}

TEST_F(KeyFile, NewOneIsForItsOwnerAloneAndNeverOverwritesAKey) {
  const auto key = PseudonymKey::generate();
  const std::string path = dir_ / "new";
  write_new_key_file(key, path);
  EXPECT_EQ(read_key_file(path).fingerprint(), key.fingerprint());
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const std::string before = test::bytes_of(path);
  EXPECT_THAT(message_of([&] { write_new_key_file(PseudonymKey::generate(), path); }),
              HasSubstr("is there already"));
  EXPECT_EQ(test::bytes_of(path), before);
  EXPECT_THAT(message_of([&] { write_new_key_file(key, dir_ / "no/such/folder"); }),
              HasSubstr("cannot be written"));
}

TEST(HashedIds, TwoIdsThatBecomeTheSameAreAnErrorNotOneCustomer) {
  Dictionary ids;
  for (const char* id : {"anna", "bert", "carl"}) ids.append(id);
  const auto by_length = [](std::string_view id) { return std::to_string(id.size()); };
  EXPECT_THAT(message_of([&] { detail::hashed_ids({}, ids, by_length); }),
              HasSubstr("two customers have the same one"));
  const auto by_letter = [](std::string_view id) { return std::string(id.substr(0, 1)); };
  EXPECT_EQ(ids_of(detail::hashed_ids({}, ids, by_letter)),
            (std::vector<std::string>{"a", "b", "c"}));
}

constexpr const char* kLog =
    "customer,item,time,price\n"
    "secret-anna,ball,2024-01-01,1\n"
    "secret-bert,doll,2024-01-02,2\n"
    "secret-anna,doll,2024-01-03,2\n";

TEST(PseudonymizedImport, StoreHoldsNoOriginalIdAndTheKeysFingerprint) {
  const TempDir dir;
  const EventTable plain = import_text(kLog);
  const EventTable events = import_text(kLog, with_key());
  const auto key = PseudonymKey::from_hex(kKey);
  EXPECT_EQ(ids_of(events.customers),
            (std::vector<std::string>{key.pseudonym("secret-anna"), key.pseudonym("secret-bert")}));
  EXPECT_EQ(events.pseudonym_key, key.fingerprint());
  EXPECT_EQ(events.customer, plain.customer);
  EXPECT_EQ(events.item, plain.item);
  write_store({}, events, dir / "s.h5");
  EXPECT_THAT(test::bytes_of(dir / "s.h5"), Not(HasSubstr("secret")));
  const EventTable back = read_store({}, dir / "s.h5");
  EXPECT_EQ(back.pseudonym_key, key.fingerprint());
  EXPECT_EQ(back.customers, events.customers);
}

TEST(PseudonymizedImport, IsTheSameAtAnyNumberOfThreads) {
  std::string log = "customer,item,time\n";
  for (int i = 0; i < 20000; ++i) log += "c" + std::to_string(i) + ",i,2024-01-01\n";
  const EventTable one = import_text(log, with_key(), 1);
  for (const int threads : {2, 3, 8}) {
    EXPECT_EQ(import_text(log, with_key(), threads).customers, one.customers);
  }
  const auto ids = ids_of(one.customers);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 20000U);
}

TEST(PseudonymizedImport, MessagesDoNotQuoteTheLog) {
  const auto quiet = [](const std::string& log, ImportOptions options) {
    const std::string message = import_error(log, options);
    EXPECT_THAT(message, Not(HasSubstr("secret"))) << message;
    options.pseudonym_key.reset();
    EXPECT_THAT(import_error(log, options), HasSubstr("secret")) << "tests nothing: " << log;
    return message;
  };
  EXPECT_EQ(quiet("customer,item,time\nsecret-anna,ball,yesterday\n", with_key(kKey, true)),
            "log:2: bad_date");
  // A log without a header: its first line is data.
  EXPECT_THAT(quiet("secret-anna,ball,1.5\nsecret-bert,doll,2\n", with_key()),
              HasSubstr("no known layout"));
  ImportOptions named = with_key();
  named.columns = {{"customer", "who"}};
  EXPECT_THAT(quiet("secret-anna,ball,2024-01-01\nsecret-bert,doll,2024-01-02\n", named),
              HasSubstr("no column 'who'"));
  ImportOptions csv = with_key();
  csv.format = LogFormat::kCsv;
  EXPECT_THAT(quiet("secret-anna,ball,2024-01-01\nsecret-bert,doll,2024-01-02\n", csv),
              HasSubstr("no column for customer"));
  ImportOptions retail = with_key();
  retail.format = LogFormat::kOnlineRetail;
  EXPECT_THAT(quiet("secret-anna,ball,2024-01-01\nsecret-bert,doll,2024-01-02\n", retail),
              HasSubstr("no column 'Invoice'"));
}

TEST(PseudonymizedImport, ExamplesOfDroppedRowsHaveALineAndNoValue) {
  const EventTable events =
      import_text("customer,item,time\nanna,ball,2024-01-01\nbert,doll,secret\n", with_key());
  const ImportExample& example = events.counts.examples.at("bad_date");
  EXPECT_EQ(example.line, 3U);
  EXPECT_EQ(example.value, "");
}

TEST(Pseudonymize, RefusesToHashPseudonymsAgain) {
  EventTable events = import_text(kLog, with_key());
  EXPECT_THROW(pseudonymize({}, PseudonymKey::from_hex(kKey), events), ArgumentError);
}

TEST(SamePseudonyms, JoinNeedsOriginalIdsOrOneKeyOnBothSides) {
  EXPECT_NO_THROW(check_same_pseudonyms("a", "", "b", ""));
  EXPECT_NO_THROW(check_same_pseudonyms("a", "12", "b", "12"));
  EXPECT_EQ(message_of([] { check_same_pseudonyms("a", "12", "b", "34"); }),
            "b: has pseudonyms of another key (34) than a (12): their customers cannot be joined");
  EXPECT_EQ(message_of([] { check_same_pseudonyms("a", "12", "b", ""); }),
            "b: has original ids of customers and a has pseudonyms: they cannot be joined");
  EXPECT_EQ(message_of([] { check_same_pseudonyms("a", "", "b", "12"); }),
            "b: has pseudonyms of customers and a has original ids: they cannot be joined");
}

}  // namespace
}  // namespace tenure
