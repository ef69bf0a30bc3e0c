#include "blas.hpp"
#include "item_products.hpp"
#include "kinds.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/recommender/ease.hpp>
#include <tenure/recommender/item_knn.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace tenure::recommender {

namespace {

constexpr std::size_t kItemChunk = 32;
constexpr std::uint32_t kNone = 0xFFFFFFFFU;

/// One worker's memory: the pairs of a neighbourhood, user by user, and its system.
class NeighbourhoodSolver {
 public:
  NeighbourhoodSolver(const CsrView& by_item, std::size_t neighbours, double regularization)
      : by_item_(by_item),
        regularization_(static_cast<float>(regularization)),
        heads_(by_item.n_columns, kNone),
        own_(by_item.n_columns),
        gram_(neighbours, neighbours) {}

  /// Weights of the neighbours for the item. False where the system is not positive definite.
  bool solve(std::uint32_t item, std::span<const std::uint32_t> neighbours,
             std::vector<float>& weights) {
    const std::size_t n = neighbours.size();
    const MatrixView<float> system{gram_.data(), n, n, n};
    std::fill(gram_.data(), gram_.data() + n * n, 0.0F);
    weights.assign(n, 0.0F);
    const auto users = by_item_.row_columns(item);
    for (std::size_t k = 0; k < users.size(); ++k) own_[users[k]] = by_item_.row_values(item)[k];
    links_.clear();
    for (std::uint32_t i = 0; i < n; ++i) add(i, neighbours[i], system, weights);
    for (const Link& link : links_) heads_[link.user] = kNone;
    for (const std::uint32_t user : users) own_[user] = 0.0F;
    for (std::size_t i = 0; i < n; ++i) system(i, i) += regularization_;
    return n == 0 || detail::solve_positive(system, weights.data());
  }

 private:
  /// A pair of the neighbourhood; `next` leads to the same user's pair with an earlier neighbour.
  struct Link {
    std::uint32_t user;
    std::uint32_t place;
    std::uint32_t next;
    float value;
  };

  void add(std::uint32_t place, std::uint32_t neighbour, MatrixView<float> system,
           std::vector<float>& weights) {
    const auto users = by_item_.row_columns(neighbour);
    for (std::size_t k = 0; k < users.size(); ++k) {
      const std::uint32_t user = users[k];
      const float value = by_item_.row_values(neighbour)[k];
      const auto link = static_cast<std::uint32_t>(links_.size());
      links_.push_back({user, place, heads_[user], value});
      heads_[user] = link;
      weights[place] += value * own_[user];
      // Upper triangle: the other neighbour is an earlier one, or this one.
      for (std::uint32_t at = link; at != kNone; at = links_[at].next) {
        system(links_[at].place, place) += value * links_[at].value;
      }
    }
  }

  CsrView by_item_;
  float regularization_;
  std::vector<std::uint32_t> heads_;  // by user: its last link, or kNone
  std::vector<float> own_;            // by user: its value for the item
  std::vector<Link> links_;
  Matrix<float> gram_;
};

constexpr std::array<OptionSpec, 2> kOptions = {{
    {"regularization", OptionSpec::Type::kReal, 200, 1e-6, 1e9, "", "L2 penalty", 3, 3000, true},
    {"neighbours", OptionSpec::Type::kInteger, 100, 1, 4096, "", "items each item is scored from",
     20, 500, true},
}};

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues& values) {
  SparseEaseOptions options;
  options.regularization = values.real("regularization");
  options.neighbours = values.integer("neighbours");
  return train_sparse_ease(execution, input.user_items(), options);
}

std::unique_ptr<Model> load(const Execution&, const ContainerReader& reader,
                            const std::string& prefix) {
  return ItemWeightsModel::load("ease-sparse", OptionValues(kOptions), reader, prefix);
}

}  // namespace

std::unique_ptr<ItemWeightsModel> train_sparse_ease(const Execution& execution,
                                                    const CsrView& user_items,
                                                    const SparseEaseOptions& options) {
  OptionValues values(kOptions);
  values.set("regularization", options.regularization);  // checks the ranges
  values.set("neighbours", static_cast<double>(options.neighbours));
  const Csr by_user = detail::positive_pairs(user_items, "ease-sparse");
  const Csr by_item = csr_transpose(execution, by_user);
  detail::use_one_blas_thread();
  ItemKnnOptions nearest;
  nearest.neighbours = options.neighbours;
  // Row j of the transpose: the neighbours of item j; their weights take the cosines' place.
  Csr by_scored = csr_transpose(execution, train_item_knn(execution, by_user, nearest)->weights());
  std::vector<std::vector<NeighbourhoodSolver>> solvers(
      static_cast<std::size_t>(execution.concurrency()));
  parallel_for(
      execution, by_scored.rows(), kItemChunk,
      [&](const Chunk& chunk) {
        auto& own = solvers[static_cast<std::size_t>(chunk.worker)];
        const std::size_t most = std::min<std::size_t>(options.neighbours, by_scored.rows());
        if (own.empty()) own.emplace_back(by_item, most, options.regularization);
        std::vector<float> weights;
        for (std::size_t item = chunk.begin; item < chunk.end; ++item) {
          if (!own.front().solve(static_cast<std::uint32_t>(item),
                                 by_scored.view().row_columns(item), weights)) {
            throw NumericalError("ease-sparse: item " + std::to_string(item) +
                                 " has no finite weights; raise the regularization");
          }
          std::copy(
              weights.begin(), weights.end(),
              by_scored.values.begin() + static_cast<std::ptrdiff_t>(by_scored.row_start[item]));
        }
      },
      "train");
  return std::make_unique<ItemWeightsModel>("ease-sparse",
                                            static_cast<std::uint32_t>(by_user.rows()),
                                            csr_transpose(execution, by_scored), std::move(values));
}

namespace detail {

ModelKind ease_sparse_kind() {
  return with_user_arrays(
      {"ease-sparse", "EASE^R on each item's nearest items", kOptions, false, &train, &load},
      kUserCount);
}

}  // namespace detail

}  // namespace tenure::recommender
