#include "gowalla.hpp"

#include <tenure/core/import.hpp>
#include <tenure/recommender/interactions.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tenure::bench {

namespace {

std::optional<Csr> read_gowalla() {
  const char* folder = std::getenv("TENURE_DATA_DIR");  // NOLINT(concurrency-mt-unsafe)
  const auto path = std::filesystem::path(folder == nullptr ? "../shared/data" : folder) /
                    "gowalla" / "train.txt";
  if (!std::filesystem::is_regular_file(path)) return std::nullopt;
  ImportOptions options;
  options.format = LogFormat::kAdjacency;
  const EventTable events = read_events(two_threads(), {path.string()}, options);
  return recommender::build_interactions(two_threads(), events).user_items;
}

}  // namespace

const std::optional<Csr>& gowalla() {
  static const std::optional<Csr> kMatrix = read_gowalla();
  return kMatrix;
}

Execution two_threads() {
  Execution execution;
  execution.threads = 2;
  return execution;
}

}  // namespace tenure::bench
