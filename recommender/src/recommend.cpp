#include "list_maker.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/recommender/recommend.hpp>

namespace tenure::recommender {

Recommendations recommend(const Execution& execution, const Model& model, const UserBatch& batch,
                          const RecommendOptions& options) {
  const detail::ListMaker maker(execution, model, options);
  Recommendations result;
  result.lists = TopLists(batch.size(), maker.width());
  result.used_fallback.assign(batch.size(), 0);
  if (batch.users.size() != batch.history_rows.size()) {
    throw ArgumentError("a batch needs one history row for each user");
  }
  parallel_for(
      execution, batch.size(), detail::ListMaker::kBlock,
      [&](const Chunk& chunk) {
        maker.make(batch.slice(chunk.begin, chunk.end), result.lists, chunk.begin,
                   std::span(result.used_fallback).subspan(chunk.begin, chunk.end - chunk.begin));
      },
      "recommend");
  return result;
}

}  // namespace tenure::recommender
