#include "item_feature_options.hpp"

namespace tenure::recommender::detail {

ItemFeatureOptions item_feature_options(const OptionValues& values) {
  ItemFeatureOptions options;
  options.min_document_frequency = values.integer("min_document_frequency");
  options.max_document_share = values.real("max_document_share");
  options.sublinear = values.word("sublinear") == "yes";
  options.categories = values.word("categories") == "yes";
  return options;
}

void set_item_feature_options(const ItemFeatureOptions& options, OptionValues& values) {
  values.set("min_document_frequency", static_cast<double>(options.min_document_frequency));
  values.set("max_document_share", options.max_document_share);
  values.set("sublinear", std::string_view(options.sublinear ? "yes" : "no"));
  values.set("categories", std::string_view(options.categories ? "yes" : "no"));
}

}  // namespace tenure::recommender::detail
