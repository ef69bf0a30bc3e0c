#pragma once

#include "kind_support.hpp"

#include <string>

namespace tenure::recommender::test {

/// Gives the items of a table texts in which items of one group of `groups` share a word, beside a
/// word shared by few; every 11th item has none.
inline EventTable with_texts(EventTable events, std::uint32_t groups = 5) {
  for (std::uint32_t item = 0; item < events.items.size(); ++item) {
    std::string text;
    if (item % 11 != 10) {
      text = "Group" + std::to_string(item % groups) + " shape" + std::to_string(item / groups % 4);
    }
    events.item_text.append(text);
    events.item_category.append(item % 11 == 10 ? "" : "row " + std::to_string(item % 3));
  }
  return events;
}

}  // namespace tenure::recommender::test
