#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tenure {

/// The name nearest to a misspelt word by Levenshtein distance, the first of equals; empty where
/// none is near enough (2 edits, or a third of the word) to be a slip of the pen.
std::string nearest_name(std::string_view word, std::span<const std::string> names);

/// "'iasl' is none of ials, ease; did you mean 'ials'?": of a word where only certain ones may
/// stand.
std::string not_one_of(std::string_view word, std::span<const std::string> names);

}  // namespace tenure
