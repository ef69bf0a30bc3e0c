#include "csr_file.hpp"
#include "kinds.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/recommender/next_basket.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace tenure::recommender {

namespace {

constexpr std::size_t kCustomerChunk = 256;
/// Weight of popularity: only decides between items that score the same.
constexpr float kFill = 0x1.0p-24F;
/// Bounds of a vector's values: squares and their sums stay finite and above 0.
constexpr float kLeastValue = 0x1.0p-50F;
constexpr float kMostValue = 0x1.0p50F;
constexpr double kLeastCosine = 1e-12;

struct Neighbour {
  float cosine = 0.0F;
  std::uint32_t user = 0;
};

/// A row of a matrix, or a history.
struct SparseVector {
  std::span<const std::uint32_t> items;
  std::span<const float> values;
};

float norm_of(std::span<const float> values) {
  double sum = 0.0;
  for (const float value : values) sum += static_cast<double>(value) * static_cast<double>(value);
  return static_cast<float>(std::sqrt(sum));
}

}  // namespace

void validate(const NextBasketOptions& options) {
  const auto share = [](double value) { return value > 0.0 && value <= 1.0; };
  if (options.neighbours == 0) throw ArgumentError("next-basket: neighbours must be at least 1");
  if (options.group_size == 0) throw ArgumentError("next-basket: group_size must be at least 1");
  if (!share(options.within_decay)) {
    throw ArgumentError("next-basket: within_decay must lie in (0, 1]");
  }
  if (!share(options.group_decay)) {
    throw ArgumentError("next-basket: group_decay must lie in (0, 1]");
  }
  if (!(options.alpha >= 0.0 && options.alpha <= 1.0)) {
    throw ArgumentError("next-basket: alpha must lie in [0, 1]");
  }
  if (!(options.similarity_power >= 0.0 && options.similarity_power <= 16.0)) {
    throw ArgumentError("next-basket: similarity_power must lie in [0, 16]");
  }
  if (!(options.trend_power >= 0.0 && options.trend_power <= 4.0)) {
    throw ArgumentError("next-basket: trend_power must lie in [0, 4]");
  }
  if (!(options.trend_days >= 1.0 && options.trend_days <= 1e6)) {
    throw ArgumentError("next-basket: trend_days must lie in [1, 1e6]");
  }
}

struct NextBasketModel::State {
  NextBasketOptions options;
  Csr vectors;
  Csr by_item;               // the transpose: who has an item
  std::vector<float> norms;  // of the vectors, length n_users
  std::vector<float> popularity;
  std::vector<float> item_factors;

  /// Memory of one call.
  struct Scratch {
    std::vector<float> dots;  // length n_users, zero between users
    std::vector<Neighbour> near;
    std::vector<double> shares;  // of the neighbours in the blend, before they are scaled to 1
  };

  void find_near(const SparseVector& own, std::uint32_t self, Scratch& scratch) const;
  void score(const SparseVector& own, std::uint32_t self, Scratch& scratch, float* out) const;
};

/// The nearest customers by cosine, ties by smaller code; in the order of codes.
void NextBasketModel::State::find_near(const SparseVector& own, std::uint32_t self,
                                       Scratch& scratch) const {
  const CsrView holders = by_item;
  scratch.near.clear();
  for (std::size_t j = 0; j < own.items.size(); ++j) {
    const auto users = holders.row_columns(own.items[j]);
    const auto values = holders.row_values(own.items[j]);
    for (std::size_t at = 0; at < users.size(); ++at) {
      float& dot = scratch.dots[users[at]];
      if (dot == 0.0F && users[at] != self) scratch.near.push_back({0.0F, users[at]});
      dot += own.values[j] * values[at];
    }
  }
  const float norm = norm_of(own.values);
  for (Neighbour& neighbour : scratch.near) {
    neighbour.cosine =
        std::exchange(scratch.dots[neighbour.user], 0.0F) / (norm * norms[neighbour.user]);
  }
  if (self != kNewUser) scratch.dots[self] = 0.0F;
  if (scratch.near.size() > options.neighbours) {
    const auto end = scratch.near.begin() + static_cast<std::ptrdiff_t>(options.neighbours);
    std::nth_element(scratch.near.begin(), end, scratch.near.end(),
                     [](const Neighbour& a, const Neighbour& b) {
                       return a.cosine != b.cosine ? a.cosine > b.cosine : a.user < b.user;
                     });
    scratch.near.erase(end, scratch.near.end());
  }
  std::sort(scratch.near.begin(), scratch.near.end(),
            [](const Neighbour& a, const Neighbour& b) { return a.user < b.user; });
}

void NextBasketModel::State::score(const SparseVector& own, std::uint32_t self, Scratch& scratch,
                                   float* out) const {
  find_near(own, self, scratch);
  std::fill_n(out, popularity.size(), 0.0F);
  const CsrView rows = vectors;
  const auto add = [&](const SparseVector& vector, double weight) {
    const auto factor = static_cast<float>(weight);
    for (std::size_t j = 0; j < vector.items.size(); ++j) {
      out[vector.items[j]] += factor * vector.values[j];
    }
  };
  add(own, options.alpha);
  scratch.shares.clear();
  double total = 0.0;
  for (const Neighbour& neighbour : scratch.near) {
    const double cosine = std::max(static_cast<double>(neighbour.cosine), kLeastCosine);
    scratch.shares.push_back(std::pow(cosine, options.similarity_power));
    total += scratch.shares.back();
  }
  for (std::size_t n = 0; n < scratch.near.size(); ++n) {
    const std::uint32_t user = scratch.near[n].user;
    add({rows.row_columns(user), rows.row_values(user)},
        (1.0 - options.alpha) * scratch.shares[n] / total);
  }
  for (std::size_t i = 0; i < popularity.size(); ++i) {
    out[i] = out[i] * item_factors[i] + kFill * popularity[i];
  }
}

NextBasketModel::NextBasketModel(const Execution& execution, const NextBasketOptions& options,
                                 Csr vectors, std::vector<float> item_factors) {
  validate(options);
  csr_validate(vectors);
  if (item_factors.empty()) item_factors.assign(vectors.n_columns, 1.0F);
  if (item_factors.size() != vectors.n_columns) {
    throw ArgumentError("next-basket: not one factor for each item");
  }
  const auto in_range = [](float value) { return value >= kLeastValue && value <= kMostValue; };
  if (!std::all_of(vectors.values.begin(), vectors.values.end(), in_range) ||
      !std::all_of(item_factors.begin(), item_factors.end(), in_range)) {
    throw ArgumentError("next-basket: a weight is not between 2^-50 and 2^50");
  }
  auto state = std::make_unique<State>();
  state->options = options;
  state->vectors = std::move(vectors);
  state->by_item = csr_transpose(execution, state->vectors);
  const CsrView rows = state->vectors;
  state->norms.resize(rows.rows());
  for (std::size_t user = 0; user < rows.rows(); ++user) {
    state->norms[user] = norm_of(rows.row_values(user));
  }
  state->item_factors = std::move(item_factors);
  state->popularity = detail::column_share(rows);
  state_ = std::move(state);
}

NextBasketModel::~NextBasketModel() = default;

std::uint32_t NextBasketModel::n_users() const noexcept {
  return static_cast<std::uint32_t>(state_->vectors.rows());
}
std::uint32_t NextBasketModel::n_items() const noexcept { return state_->vectors.n_columns; }
const NextBasketOptions& NextBasketModel::options() const noexcept { return state_->options; }
const Csr& NextBasketModel::vectors() const noexcept { return state_->vectors; }

void NextBasketModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  State::Scratch scratch;
  scratch.dots.assign(n_users(), 0.0F);
  const CsrView rows = state_->vectors;
  std::vector<float> ones;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::uint32_t user = batch.users[i];
    SparseVector own;
    if (user == kNewUser) {
      ones.assign(batch.history(i).size(), 1.0F);
      own = {batch.history(i), ones};
    } else {
      own = {rows.row_columns(user), rows.row_values(user)};
    }
    state_->score(own, user, scratch, out.row(i));
  }
}

namespace {

/// Equations 1 and 2 as one weight for each of h baskets, oldest first: groups are cut from the
/// newest basket back.
void basket_weights(const NextBasketOptions& options, std::size_t h, std::vector<double>& weights) {
  const std::size_t m = options.group_size;
  const std::size_t groups = chunk_count(h, m);
  weights.resize(h);
  for (std::size_t back = 0; back < h; ++back) {
    const std::size_t group = back / m;
    const std::size_t size = std::min(m, h - group * m);
    weights[h - 1 - back] = std::pow(options.within_decay, static_cast<double>(back % m)) *
                            std::pow(options.group_decay, static_cast<double>(group)) /
                            (static_cast<double>(size) * static_cast<double>(groups));
  }
}

constexpr std::array<OptionSpec, 8> kOptions = {{
    {"neighbours", OptionSpec::Type::kInteger, 300, 1, 1e6, "", "customers looked at", 50, 1000,
     true},
    {"group_size", OptionSpec::Type::kInteger, 100, 1, 1e6, "", "baskets in a group", 1, 200, true},
    {"within_decay", OptionSpec::Type::kReal, 0.9, 1e-3, 1, "",
     "weight of a basket against the next of its group", 0.6, 1, false},
    {"group_decay", OptionSpec::Type::kReal, 0.7, 1e-3, 1, "", "weight of a group against the next",
     0.3, 1, false},
    {"alpha", OptionSpec::Type::kReal, 0.5, 0, 1, "", "share of the customer's own baskets", 0.1, 1,
     false},
    {"similarity_power", OptionSpec::Type::kReal, 2, 0, 16, "",
     "weight of a neighbour: its cosine to that power", 0, 4, false},
    {"trend_power", OptionSpec::Type::kReal, 0.25, 0, 4, "",
     "how much an item's recent sales against its usual ones count", 0, 1, false},
    {"trend_days", OptionSpec::Type::kReal, 60, 1, 1e6, "", "what recent sales are", 14, 180, true},
}};

NextBasketOptions options_of(const OptionValues& values) {
  NextBasketOptions options;
  options.neighbours = values.integer("neighbours");
  options.group_size = values.integer("group_size");
  options.within_decay = values.real("within_decay");
  options.group_decay = values.real("group_decay");
  options.alpha = values.real("alpha");
  options.similarity_power = values.real("similarity_power");
  options.trend_power = values.real("trend_power");
  options.trend_days = values.real("trend_days");
  return options;
}

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues& values) {
  if (input.events == nullptr) throw ArgumentError("next-basket needs the events");
  return train_next_basket(execution,
                           build_baskets(execution, *input.events, input.weights, input.rows),
                           options_of(values));
}

std::unique_ptr<Model> load(const Execution& execution, const ContainerReader& reader,
                            const std::string& prefix) {
  return NextBasketModel::load(execution, reader, prefix);
}

}  // namespace

std::vector<float> item_trends(const Baskets& baskets, const NextBasketOptions& options) {
  validate(options);
  std::vector<float> trends(baskets.n_items, 1.0F);
  if (baskets.day.empty()) return trends;
  const auto [first, last] = std::minmax_element(baskets.day.begin(), baskets.day.end());
  const auto span = static_cast<double>(*last - *first + 1);
  const double recent_span = std::min(span, options.trend_days);
  std::vector<std::uint64_t> all(baskets.n_items);
  std::vector<std::uint64_t> recent(baskets.n_items);
  for (std::size_t b = 0; b < baskets.size(); ++b) {
    const bool is_recent = static_cast<double>(*last - baskets.day[b]) < recent_span;
    for (const std::uint32_t item : baskets.basket_items(b)) {
      ++all[item];
      if (is_recent) ++recent[item];
    }
  }
  const double floor = 0.1 * static_cast<double>(baskets.items.size()) /
                       (span * static_cast<double>(baskets.n_items));
  for (std::size_t i = 0; i < trends.size(); ++i) {
    const double now = static_cast<double>(recent[i]) / recent_span;
    const double usual = static_cast<double>(all[i]) / span;
    const double trend = std::pow((now + floor) / (usual + floor), options.trend_power);
    trends[i] = std::clamp(static_cast<float>(trend), kLeastValue, kMostValue);
  }
  return trends;
}

std::unique_ptr<NextBasketModel> train_next_basket(const Execution& execution,
                                                   const Baskets& baskets,
                                                   const NextBasketOptions& options) {
  validate(options);
  std::vector<std::uint32_t> rows(baskets.items.size());
  std::vector<float> values(baskets.items.size());
  parallel_for(execution, baskets.customers(), kCustomerChunk, [&](const Chunk& chunk) {
    std::vector<double> weights;
    for (std::size_t customer = chunk.begin; customer < chunk.end; ++customer) {
      const std::size_t first = baskets.customer_start[customer];
      basket_weights(options, baskets.customer_start[customer + 1] - first, weights);
      for (std::size_t b = 0; b < weights.size(); ++b) {
        for (auto at = baskets.basket_start[first + b]; at < baskets.basket_start[first + b + 1];
             ++at) {
          rows[at] = static_cast<std::uint32_t>(customer);
          // What was bought stays in the vector however old it is.
          values[at] =
              std::max(static_cast<float>(weights[b] * static_cast<double>(baskets.weights[at])),
                       kLeastValue);
        }
      }
    }
  });
  return std::make_unique<NextBasketModel>(
      execution, options,
      csr_from_triplets(execution, static_cast<std::uint32_t>(baskets.customers()), baskets.n_items,
                        rows, baskets.items, values),
      item_trends(baskets, options));
}

void NextBasketModel::save(ContainerWriter& writer, const std::string& prefix) const {
  OptionValues values(kOptions);
  values.set("neighbours", static_cast<double>(options().neighbours));
  values.set("group_size", static_cast<double>(options().group_size));
  values.set("within_decay", options().within_decay);
  values.set("group_decay", options().group_decay);
  values.set("alpha", options().alpha);
  values.set("similarity_power", options().similarity_power);
  values.set("trend_power", options().trend_power);
  values.set("trend_days", options().trend_days);
  values.save(writer, prefix);
  detail::write_csr(writer, prefix + "vectors", vectors());
  writer.write<float>(prefix + "item_factors", state_->item_factors);
}

std::unique_ptr<NextBasketModel> NextBasketModel::load(const Execution& execution,
                                                       const ContainerReader& reader,
                                                       const std::string& prefix) {
  OptionValues values(kOptions);
  values.load(reader, prefix);
  try {
    std::vector<float> item_factors = reader.read<float>(prefix + "item_factors");
    const std::size_t n_items = item_factors.size();
    return std::make_unique<NextBasketModel>(execution, options_of(values),
                                             detail::read_csr(reader, prefix + "vectors", n_items),
                                             std::move(item_factors));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix, error.what());
  }
}

namespace detail {

constexpr std::array<UserArray, 1> kUserRows{{{"vectors", UserArray::Layout::kCsr}}};

ModelKind next_basket_kind() {
  return with_user_arrays(
      {"next-basket", "TIFU-kNN (Hu et al. 2020): own baskets and those of customers alike",
       kOptions, true, &train, &load},
      kUserRows);
}

}  // namespace detail

}  // namespace tenure::recommender
