#pragma once

#include <tenure/recommender/item_features.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <array>

/// Options of the item features as options of a model kind.
namespace tenure::recommender::detail {

inline constexpr std::array<OptionSpec, 4> kItemFeatureSpecs = {{
    {"min_document_frequency", OptionSpec::Type::kInteger, 2, 1, 1e9, "",
     "terms of fewer items are left out", 1, 8, true},
    {"max_document_share", OptionSpec::Type::kReal, 1, 1e-6, 1, "",
     "terms of a larger share of the items are left out", 0.05, 1, true},
    {"sublinear", OptionSpec::Type::kChoice, 0, 0, 0, "yes|no",
     "a word said c times counts 1 + ln c instead of c"},
    {"categories", OptionSpec::Type::kChoice, 0, 0, 0, "yes|no", "an item's category is a term"},
}};

ItemFeatureOptions item_feature_options(const OptionValues& values);
void set_item_feature_options(const ItemFeatureOptions& options, OptionValues& values);

}  // namespace tenure::recommender::detail
