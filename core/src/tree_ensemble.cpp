#include <tenure/core/boosted_trees.hpp>
#include <tenure/core/error.hpp>

#include <cmath>
#include <string>

namespace tenure {

namespace {

[[noreturn]] void broken(const std::string& what) { throw ArgumentError("trees: " + what); }

void check_node(const TreeEnsemble& trees, std::size_t node, std::size_t begin, std::size_t end) {
  if (!std::isfinite(trees.value[node])) broken("a value is not finite");
  if (trees.feature[node] == TreeEnsemble::kLeaf) return;
  if (trees.feature[node] >= trees.features) broken("a node asks for a feature that is not there");
  const std::size_t own = node - begin;
  for (const std::size_t child : {trees.left[node], trees.right[node]}) {
    if (child <= own || child >= end - begin) broken("a node's child lies outside its tree");
  }
}

}  // namespace

float TreeEnsemble::log_odds(const float* row) const noexcept {
  float sum = 0.0F;
  for (std::size_t tree = 0; tree < trees(); ++tree) {
    const std::uint32_t begin = start[tree];
    std::uint32_t node = begin;
    while (feature[node] != kLeaf) {
      node = begin + (row[feature[node]] < value[node] ? left[node] : right[node]);
    }
    sum += value[node];
  }
  return sum;
}

void TreeEnsemble::validate() const {
  const std::size_t nodes = feature.size();
  if (value.size() != nodes || left.size() != nodes || right.size() != nodes) {
    broken("the arrays of nodes differ in length");
  }
  if (start.empty() || start.front() != 0 || start.back() != nodes) {
    broken("the trees' nodes do not add up");
  }
  for (std::size_t tree = 0; tree < trees(); ++tree) {
    if (start[tree + 1] <= start[tree] || start[tree + 1] > nodes) broken("a tree has no nodes");
    for (std::size_t node = start[tree]; node < start[tree + 1]; ++node) {
      check_node(*this, node, start[tree], start[tree + 1]);
    }
  }
}

}  // namespace tenure
