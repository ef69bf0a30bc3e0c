#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/events.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::recommender {

/// The words of a text: runs of letters and digits, lower case. Any other ASCII character ends a
/// word, and so do the punctuation and symbols of Latin-1 and U+2000 to U+206F; all other UTF-8
/// counts as letters. Upper case is known of ASCII and Latin-1. Bytes that are no UTF-8 do no harm.
std::vector<std::string> words_of(std::string_view text);

struct ItemFeatureOptions {
  std::uint32_t min_document_frequency = 2;  ///< >= 1: terms of fewer items are left out
  double max_document_share = 1.0;           ///< in (0, 1]: terms of more of the items are left out
  bool sublinear = true;                     ///< a word said c times counts 1 + ln c, else c
  bool categories = true;                    ///< an item's whole category is a term too
};

/// @throws ArgumentError that names the option out of range.
void validate(const ItemFeatureOptions& options);

/// TF-IDF of item texts (Salton, Buckley 1988, "Term-weighting approaches in automatic text
/// retrieval"). With n items that have a term at all, and df_t of them having term t,
///   x_it = tf_it (ln((1 + n) / (1 + df_t)) + 1), rows scaled to length 1.
struct ItemFeatures {
  Csr rows;          ///< n_items x n_terms; empty for an item without terms and for service items
  Dictionary terms;  ///< by first appearance; a category is "category:" and its lower case
};

/// @throws DataError where no item has a text or category, or no term is left; ArgumentError.
ItemFeatures tfidf_features(const EventTable& events, const ItemFeatureOptions& options = {});

}  // namespace tenure::recommender
