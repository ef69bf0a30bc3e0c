#include <tenure/core/error.hpp>
#include <tenure/recommender/item_features.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tenure::recommender {

namespace {

constexpr std::string_view kCategoryPrefix = "category:";  // no word holds a colon
constexpr std::uint32_t kDropped = std::numeric_limits<std::uint32_t>::max();

unsigned byte_at(std::string_view text, std::size_t at) noexcept {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

/// Bytes of the character at `at` that ends words; 0 where it belongs to one.
std::size_t separator_length(std::string_view text, std::size_t at) noexcept {
  const unsigned first = byte_at(text, at);
  const unsigned second = byte_at(text, at + 1);
  if (first < 0x80) {
    const bool digit = first >= '0' && first <= '9';
    const bool letter = (first | 0x20U) >= 'a' && (first | 0x20U) <= 'z';
    return digit || letter ? 0 : 1;
  }
  if (first == 0xC2 && second >= 0x80 && second < 0xC0) return 2;     // U+0080 to U+00BF
  if (first == 0xC3 && (second == 0x97 || second == 0xB7)) return 2;  // times and divided by
  const bool third = (byte_at(text, at + 2) & 0xC0U) == 0x80U;
  const bool general = second == 0x80 || (second == 0x81 && byte_at(text, at + 2) < 0xB0);
  return first == 0xE2 && general && third ? 3 : 0;  // U+2000 to U+206F
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const unsigned byte = byte_at(lower, i);
    const bool ascii = byte >= 'A' && byte <= 'Z';
    // U+00C0 to U+00DE lie 32 below their small letters; the multiplication sign is none of them.
    const bool latin =
        i > 0 && byte_at(lower, i - 1) == 0xC3 && byte >= 0x80 && byte <= 0x9E && byte != 0x97;
    if (ascii || latin) lower[i] = static_cast<char>(byte + 0x20U);
  }
  return lower;
}

/// Terms of every item as counts: n_items x all terms, before any is left out.
Csr count_terms(const EventTable& events, bool categories, DictionaryBuilder& terms) {
  Csr counts;
  std::vector<std::uint32_t> codes;
  for (std::uint32_t item = 0; item < events.items.size(); ++item) {
    codes.clear();
    if (!events.is_service(item)) {
      if (!events.item_text.empty()) {
        for (const std::string& word : words_of(events.item_text[item])) {
          codes.push_back(terms.code(word));
        }
      }
      if (categories && !events.item_category.empty() && !events.item_category[item].empty()) {
        codes.push_back(terms.code(
            std::string(kCategoryPrefix).append(lower_case(events.item_category[item]))));
      }
    }
    std::sort(codes.begin(), codes.end());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (i > 0 && codes[i] == codes[i - 1]) {
        counts.values.back() += 1.0F;
      } else {
        counts.columns.push_back(codes[i]);
        counts.values.push_back(1.0F);
      }
    }
    counts.row_start.push_back(counts.columns.size());
  }
  counts.n_columns = terms.dictionary().size();
  return counts;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  std::size_t at = 0;
  const auto end_word = [&] {
    if (at > begin) words.push_back(lower_case(text.substr(begin, at - begin)));
  };
  while (at < text.size()) {
    const std::size_t separator = separator_length(text, at);
    if (separator == 0) {
      ++at;
      continue;
    }
    end_word();
    at += separator;
    begin = at;
  }
  end_word();
  return words;
}

void validate(const ItemFeatureOptions& options) {
  if (options.min_document_frequency == 0) {
    throw ArgumentError("item features: min_document_frequency must be at least 1");
  }
  if (!(options.max_document_share > 0.0 && options.max_document_share <= 1.0)) {
    throw ArgumentError("item features: max_document_share must be above 0 and at most 1");
  }
}

ItemFeatures tfidf_features(const EventTable& events, const ItemFeatureOptions& options) {
  validate(options);
  events.validate();
  if (!events.has_item_text()) {
    throw DataError("store", "item_text",
                    "there are no item texts or categories: import the log again with a column for "
                    "them (--columns text=NAME,category=NAME) or with a catalogue (--items FILE)");
  }
  DictionaryBuilder builder;
  const Csr counts = count_terms(events, options.categories, builder);
  const Dictionary& all = builder.dictionary();
  std::vector<std::uint64_t> frequency(all.size());
  for (const std::uint32_t term : counts.columns) ++frequency[term];
  const CsrView view = counts;
  double documents = 0.0;
  for (std::size_t item = 0; item < view.rows(); ++item) {
    documents += view.row_size(item) > 0 ? 1.0 : 0.0;
  }
  ItemFeatures features;
  std::vector<std::uint32_t> kept(all.size(), kDropped);
  std::vector<double> idf;
  for (std::uint32_t term = 0; term < all.size(); ++term) {
    const auto df = static_cast<double>(frequency[term]);
    if (frequency[term] < options.min_document_frequency ||
        df > options.max_document_share * documents) {
      continue;
    }
    kept[term] = features.terms.append(all[term]);
    idf.push_back(std::log((1.0 + documents) / (1.0 + df)) + 1.0);
  }
  if (features.terms.empty()) {
    throw DataError("store", "item_text",
                    "no term is left of the item texts and categories: every one is in too few or "
                    "too many items; change min_document_frequency or max_document_share");
  }
  features.rows.n_columns = features.terms.size();
  std::vector<double> row;
  for (std::size_t item = 0; item < view.rows(); ++item) {
    double square = 0.0;
    row.clear();
    for (std::size_t i = 0; i < view.row_size(item); ++i) {
      const std::uint32_t term = kept[view.row_columns(item)[i]];
      if (term == kDropped) continue;
      const auto count = static_cast<double>(view.row_values(item)[i]);
      row.push_back((options.sublinear ? 1.0 + std::log(count) : count) * idf[term]);
      square += row.back() * row.back();
      features.rows.columns.push_back(term);
    }
    for (const double value : row) {
      features.rows.values.push_back(static_cast<float>(value / std::sqrt(square)));
    }
    features.rows.row_start.push_back(features.rows.columns.size());
  }
  return features;
}

}  // namespace tenure::recommender
