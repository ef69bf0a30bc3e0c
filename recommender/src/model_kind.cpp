#include "kinds.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/suggest.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace tenure::recommender {

namespace {

using Type = OptionSpec::Type;

/// "a|b" -> {"a", "b"}.
std::vector<std::string> words_of(std::string_view choices) {
  std::vector<std::string> words;
  while (!choices.empty()) {
    words.emplace_back(choices.substr(0, choices.find('|')));
    choices.remove_prefix(std::min(choices.size(), words.back().size() + 1));
  }
  return words;
}

}  // namespace

OptionValues::OptionValues(std::span<const OptionSpec> specs) : specs_(specs) {
  for (const OptionSpec& spec : specs) {
    if (spec.type == Type::kChoice) {
      words_.emplace(spec.name, spec.choices.substr(0, spec.choices.find('|')));
    } else {
      numbers_.emplace(spec.name, spec.fallback);
    }
  }
}

bool OptionValues::has(std::string_view name) const noexcept {
  return std::any_of(specs_.begin(), specs_.end(),
                     [&](const OptionSpec& spec) { return spec.name == name; });
}

const OptionSpec& OptionValues::spec(std::string_view name, Type type) const {
  for (const OptionSpec& spec : specs_) {
    if (spec.name != name) continue;
    const bool number = spec.type != Type::kChoice;
    if (number == (type != Type::kChoice)) return spec;
    throw ArgumentError("option " + std::string(name) +
                        (number ? " is a number" : " is one of " + std::string(spec.choices)));
  }
  throw ArgumentError("no option " + std::string(name) + " for this model");
}

void OptionValues::set(std::string_view name, double value) {
  const OptionSpec& option = spec(name, Type::kReal);
  const bool whole = option.type != Type::kInteger || value == std::floor(value);
  if (!(value >= option.low && value <= option.high) || !whole) {
    const auto text = [&](double bound) {
      std::string digits = std::to_string(bound);
      digits.erase(digits.find_last_not_of('0') + 1);
      if (digits.back() == '.') digits.pop_back();
      return digits;
    };
    throw ArgumentError(std::string(name) + " must be " +
                        (option.type == Type::kInteger ? "a whole number" : "a number") +
                        " between " + text(option.low) + " and " + text(option.high));
  }
  numbers_.find(name)->second = value;
}

void OptionValues::set(std::string_view name, std::string_view word) {
  const OptionSpec& option = spec(name, Type::kChoice);
  const std::vector<std::string> words = words_of(option.choices);
  if (std::find(words.begin(), words.end(), word) == words.end()) {
    throw ArgumentError(std::string(name) + ": " + not_one_of(word, words));
  }
  words_.find(name)->second = word;
}

double OptionValues::real(std::string_view name) const {
  return numbers_.find(spec(name, Type::kReal).name)->second;
}

std::uint32_t OptionValues::integer(std::string_view name) const {
  return static_cast<std::uint32_t>(real(name));
}

const std::string& OptionValues::word(std::string_view name) const {
  return words_.find(spec(name, Type::kChoice).name)->second;
}

void OptionValues::save(ContainerWriter& writer, const std::string& prefix) const {
  for (const auto& [name, value] : numbers_) writer.attribute(prefix + name, value);
  for (const auto& [name, value] : words_) writer.attribute(prefix + name, value);
}

void OptionValues::load(const ContainerReader& reader, const std::string& prefix) {
  for (const OptionSpec& option : specs_) {
    const std::string name = prefix + std::string(option.name);
    try {
      if (option.type == Type::kChoice) {
        set(option.name, reader.string_attribute(name).value_or(std::string()));
      } else {
        set(option.name,
            reader.real_attribute(name).value_or(std::numeric_limits<double>::quiet_NaN()));
      }
    } catch (const ArgumentError& error) {
      throw DataError(reader.path(), name, error.what());
    }
  }
}

std::span<const ModelKind> model_kinds() {
  static const std::array kKinds = {detail::popularity_kind(),
                                    detail::recent_popularity_kind(),
                                    detail::regional_popularity_kind(),
                                    detail::personal_frequency_kind(),
                                    detail::next_basket_kind(),
                                    detail::bpr_kind(),
                                    detail::ials_kind(),
                                    detail::lightgcn_kind(),
                                    detail::item_knn_kind(),
                                    detail::turbo_cf_kind(),
                                    detail::gf_cf_kind(),
                                    detail::ease_kind(),
                                    detail::ease_sparse_kind(),
                                    detail::content_kind(),
                                    detail::hybrid_kind(),
                                    detail::blend_kind(),
                                    detail::stack_kind()};
  return kKinds;
}

const ModelKind& model_kind(std::string_view name) {
  std::vector<std::string> names;
  for (const ModelKind& kind : model_kinds()) {
    if (kind.name == name) return kind;
    names.emplace_back(kind.name);
  }
  throw ArgumentError("model " + not_one_of(name, names));
}

}  // namespace tenure::recommender
