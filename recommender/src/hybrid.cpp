#include "blas.hpp"
#include "feature_regression.hpp"
#include "ials_solver.hpp"
#include "item_feature_options.hpp"
#include "item_products.hpp"
#include "kinds.hpp"
#include "model_arrays.hpp"
#include "prior_solver.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/hybrid.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

namespace tenure::recommender {

namespace {

using Type = OptionSpec::Type;

constexpr std::size_t kOwn = 7;
constexpr auto kOptions = [] {
  std::array<OptionSpec, kOwn + detail::kItemFeatureSpecs.size()> specs = {{
      {"factors", Type::kInteger, 64, 1, 4096, "", "dimension of the factors"},
      {"regularization", Type::kReal, 0.1, 1e-9, 1e6, "", "L2 penalty", 1e-3, 1, true},
      {"unobserved_weight", Type::kReal, 0.1, 0, 1e6, "", "weight of every pair, seen or not", 1e-3,
       1, true},
      {"regularization_exponent", Type::kReal, 0.5, 0, 10, "",
       "how the penalty grows with a row's pairs: 0 not at all, 1 in proportion", 0, 1, false},
      {"epochs", Type::kInteger, 10, 1, 1e9, "", "passes over users and items"},
      {"init_scale", Type::kReal, 0.1, 1e-6, 1e3, "", "spread of the first factors"},
      {"feature_regularization", Type::kReal, 0.3, 1e-6, 1e6, "",
       "L2 penalty of the map from features to factors", 0.03, 10, true},
  }};
  for (std::size_t i = 0; i < detail::kItemFeatureSpecs.size(); ++i) {
    specs[kOwn + i] = detail::kItemFeatureSpecs[i];
  }
  return specs;
}();

HybridOptions options_of(const OptionValues& values) {
  HybridOptions options;
  options.ials.factors = values.integer("factors");
  options.ials.regularization = values.real("regularization");
  options.ials.unobserved_weight = values.real("unobserved_weight");
  options.ials.regularization_exponent = values.real("regularization_exponent");
  options.ials.epochs = values.integer("epochs");
  options.ials.init_scale = values.real("init_scale");
  options.feature_regularization = values.real("feature_regularization");
  options.features = detail::item_feature_options(values);
  return options;
}

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues& values) {
  if (input.events == nullptr) throw ArgumentError("hybrid needs the events: their item texts");
  const HybridOptions options = options_of(values);
  IalsEpochSink sink;
  if (input.on_epoch) {
    sink = [&](const IalsEpoch& epoch) { input.on_epoch(epoch.epoch, epoch.seconds); };
  }
  return train_hybrid(execution, input.user_items(),
                      tfidf_features(*input.events, options.features).rows, options, sink);
}

std::unique_ptr<Model> load(const Execution& execution, const ContainerReader& reader,
                            const std::string& prefix) {
  return HybridModel::load(execution, reader, prefix);
}

Matrix<float> copy_of(MatrixView<const float> from) {
  Matrix<float> copy(from.rows, from.cols);
  for (std::size_t row = 0; row < from.rows; ++row) {
    std::copy_n(from.row(row), from.cols, copy.row(row));
  }
  return copy;
}

/// lambda_i of the items with pairs, 0 for the others.
std::vector<double> item_weights(const CsrView& by_item, const IalsOptions& options) {
  std::vector<double> weights(by_item.rows());
  for (std::size_t item = 0; item < weights.size(); ++item) {
    const std::size_t n = by_item.row_size(item);
    if (n > 0) weights[item] = detail::row_regularization(options, n, by_item.n_columns);
  }
  return weights;
}

double mean_positive(const std::vector<double>& values) {
  double sum = 0.0;
  double count = 0.0;
  for (const double value : values) {
    sum += value;
    count += value > 0.0 ? 1.0 : 0.0;
  }
  return sum / count;
}

}  // namespace

void validate(const HybridOptions& options) {
  validate(options.ials);
  validate(options.features);
  if (options.ials.solver != IalsSolver::kAuto && options.ials.solver != IalsSolver::kExact) {
    throw ArgumentError("hybrid: rows are solved exactly; leave the solver at auto or exact");
  }
  if (!(options.ials.regularization > 0.0)) {
    throw ArgumentError("hybrid: regularization must be above 0: by it the features weigh");
  }
  if (!std::isfinite(options.feature_regularization) || !(options.feature_regularization > 0.0)) {
    throw ArgumentError("hybrid: feature_regularization must be a finite number above 0");
  }
}

HybridModel::HybridModel(const Execution& execution, const HybridOptions& options,
                         Matrix<float> user_factors, Matrix<float> item_factors,
                         std::vector<std::uint8_t> new_items)
    : options_(options),
      new_items_(std::move(new_items)),
      factors_(execution, options.ials, std::move(user_factors), std::move(item_factors),
               IalsSolver::kExact, new_items_) {
  validate(options_);
}

std::unique_ptr<HybridModel> train_hybrid(const Execution& execution, const CsrView& user_items,
                                          const CsrView& features, const HybridOptions& options,
                                          const IalsEpochSink& on_epoch) {
  validate(options);
  csr_validate(features);
  if (features.rows() != user_items.n_columns) {
    throw ArgumentError("hybrid: there is not one row of features for each item");
  }
  const Csr pairs = detail::positive_pairs(user_items, "hybrid");
  const Csr by_item = csr_transpose(execution, pairs);
  const std::uint32_t epochs = options.ials.epochs;
  IalsOptions one = options.ials;
  one.epochs = 1;
  one.solver = IalsSolver::kExact;
  const auto first = train_ials(execution, pairs, one, [&](const IalsEpoch& epoch) {
    if (on_epoch) on_epoch({1, epochs, epoch.seconds});
  });
  Matrix<float> users = copy_of(first->factors()->users);
  Matrix<float> items = copy_of(first->factors()->items);
  detail::use_one_blas_thread();
  const std::vector<double> weights = item_weights(by_item, options.ials);
  const detail::FeatureRegression regression(
      execution, features, weights, options.feature_regularization * mean_positive(weights));
  for (std::uint32_t epoch = 2; epoch <= epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    detail::solve_side(execution, pairs, options.ials, IalsSolver::kExact, {epoch, "user"}, items,
                       users);
    Matrix<float> means = regression.predict(execution, regression.solve(execution, items.view()));
    detail::solve_side_with_means(execution, by_item, options.ials, {epoch, "item"}, users, means,
                                  items);
    execution.report("train", epoch, epochs);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    if (on_epoch) on_epoch({epoch, epochs, elapsed.count()});
  }
  const Matrix<float> means =
      regression.predict(execution, regression.solve(execution, items.view()));
  std::vector<std::uint8_t> new_items(by_item.rows());
  for (std::size_t item = 0; item < new_items.size(); ++item) {
    if (by_item.view().row_size(item) > 0) continue;
    new_items[item] = 1;
    std::copy_n(means.row(item), means.cols(), items.row(item));
  }
  return std::make_unique<HybridModel>(execution, options, std::move(users), std::move(items),
                                       std::move(new_items));
}

void HybridModel::save(ContainerWriter& writer, const std::string& prefix) const {
  OptionValues values(kOptions);
  values.set("factors", static_cast<double>(options_.ials.factors));
  values.set("regularization", options_.ials.regularization);
  values.set("unobserved_weight", options_.ials.unobserved_weight);
  values.set("regularization_exponent", options_.ials.regularization_exponent);
  values.set("epochs", static_cast<double>(options_.ials.epochs));
  values.set("init_scale", options_.ials.init_scale);
  values.set("feature_regularization", options_.feature_regularization);
  detail::set_item_feature_options(options_.features, values);
  values.save(writer, prefix);
  const FactorView view = *factors();
  for (const auto& [name, matrix] :
       {std::pair{"user_factors", view.users}, std::pair{"item_factors", view.items}}) {
    writer.write_matrix<float>(prefix + name, {matrix.data, matrix.rows * matrix.cols}, matrix.rows,
                               matrix.cols);
  }
  writer.write<std::uint8_t>(prefix + "new_items", new_items_);
}

std::unique_ptr<HybridModel> HybridModel::load(const Execution& execution,
                                               const ContainerReader& reader,
                                               const std::string& prefix) {
  OptionValues values(kOptions);
  values.load(reader, prefix);
  Matrix<float> users = detail::load_matrix(reader, prefix + "user_factors");
  Matrix<float> items = detail::load_matrix(reader, prefix + "item_factors");
  auto new_items = reader.read<std::uint8_t>(prefix + "new_items", items.rows());
  try {
    return std::make_unique<HybridModel>(execution, options_of(values), std::move(users),
                                         std::move(items), std::move(new_items));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix, error.what());
  } catch (const NumericalError& error) {
    throw DataError(reader.path(), prefix, error.what());
  }
}

namespace detail {

ModelKind hybrid_kind() {
  ModelKind kind{"hybrid", "iALS whose item factors are informed by text and category",
                 kOptions, false,
                 &train,   &load};
  kind.needs_text = true;
  kind.user_arrays = kUserFactors;
  return kind;
}

}  // namespace detail

}  // namespace tenure::recommender
