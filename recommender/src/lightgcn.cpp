#include "blas.hpp"
#include "item_products.hpp"
#include "kernels.hpp"
#include "kinds.hpp"
#include "lightgcn_trainer.hpp"
#include "model_arrays.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/lightgcn.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

namespace tenure::recommender {

namespace {

/// What the history propagates to a new customer, before it is brought to length 1.
std::vector<double> gathered(const Matrix<float>& sources, const UserBatch& batch,
                             std::size_t entry) {
  std::vector<double> sum(sources.cols());
  const auto history = batch.history(entry);
  for (std::size_t k = 0; k < history.size(); ++k) {
    const auto value = static_cast<double>(batch.history_values(entry)[k]);
    const float* const source = sources.row(history[k]);
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += value * static_cast<double>(source[j]);
  }
  return sum;
}

double length_of(const std::vector<double>& vector) {
  return std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0));
}

}  // namespace

void validate(const LightGcnOptions& options) {
  const auto within = [](double value, double low, double high, const char* what) {
    if (!(value >= low && value <= high)) {
      throw ArgumentError(std::string("lightgcn: ") + what + " is out of range");
    }
  };
  within(options.factors, 1, 4096, "factors");
  within(options.layers, 0, 8, "layers");
  within(options.temperature, 0.03, 10.0, "temperature");
  within(options.learning_rate, 1e-9, 1e3, "learning rate");
  within(options.activity_exponent, 0.0, 2.0, "activity exponent");
  within(options.epochs, 1, 1e6, "epochs");
  within(options.batch, 1, 1e9, "batch");
  within(options.init_scale, 1e-6, 1e3, "init scale");
}

LightGcnModel::LightGcnModel(const LightGcnOptions& options, Matrix<float> user_factors,
                             Matrix<float> item_factors, Matrix<float> item_sources)
    : options_(options),
      users_(std::move(user_factors)),
      items_(std::move(item_factors)),
      sources_(std::move(item_sources)) {
  validate(options);
  if (users_.cols() != options.factors || items_.cols() != options.factors ||
      sources_.cols() != options.factors || sources_.rows() != items_.rows() ||
      items_.rows() == 0 || users_.rows() >= kNewUser || items_.rows() >= kNewUser) {
    throw ArgumentError("lightgcn: the factors have the wrong shape");
  }
  if (!detail::all_finite(users_) || !detail::all_finite(items_) || !detail::all_finite(sources_)) {
    throw NumericalError("lightgcn: a factor is not finite");
  }
}

void LightGcnModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  detail::use_one_blas_thread();
  Matrix<float> vectors(batch.size(), items_.cols());
  user_vectors(batch, vectors.view());
  detail::multiply(vectors.view(), items_.view(), true, out);
}

void LightGcnModel::user_vectors(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, items_.cols());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.users[i] != kNewUser) {
      std::copy_n(users_.row(batch.users[i]), users_.cols(), out.row(i));
      continue;
    }
    const std::vector<double> sum = gathered(sources_, batch, i);
    const double length = length_of(sum);
    const double scale = length > 0.0 ? 1.0 / length : 0.0;
    std::transform(sum.begin(), sum.end(), out.row(i),
                   [scale](double value) { return static_cast<float>(value * scale); });
  }
}

std::optional<Matrix<double>> LightGcnModel::explain(const UserBatch& batch, std::size_t entry,
                                                     std::span<const std::uint32_t> items) const {
  check_batch(*this, batch, {nullptr, batch.size(), 0, 0}, 0);
  if (entry >= batch.size()) throw ArgumentError("explain: the entry is outside the batch");
  const auto history = batch.history(entry);
  const double length = length_of(gathered(sources_, batch, entry));
  Matrix<double> parts(items.size(), history.size());
  for (std::size_t r = 0; r < items.size(); ++r) {
    if (items[r] >= n_items()) throw ArgumentError("explain: an item is outside the catalogue");
    const float* const target = items_.row(items[r]);
    for (std::size_t k = 0; k < history.size(); ++k) {
      const float* const source = sources_.row(history[k]);
      double product = 0.0;
      for (std::size_t j = 0; j < items_.cols(); ++j) {
        product += static_cast<double>(source[j]) * static_cast<double>(target[j]);
      }
      const auto value = static_cast<double>(batch.history_values(entry)[k]);
      parts(r, k) = length > 0.0 ? value * product / length : 0.0;
    }
  }
  return parts;
}

std::unique_ptr<LightGcnModel> train_lightgcn(const Execution& execution, const CsrView& user_items,
                                              const LightGcnOptions& options,
                                              const LightGcnEpochSink& on_epoch) {
  validate(options);
  const Csr pairs = detail::positive_pairs(user_items, "lightgcn");
  detail::LightGcnTrainer trainer(execution, pairs, options);
  for (std::uint32_t epoch = 1; epoch <= options.epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    const double loss = trainer.run_epoch(epoch);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    if (on_epoch) on_epoch({epoch, loss, elapsed.count()});
  }
  return std::make_unique<LightGcnModel>(options, trainer.user_factors(), trainer.item_factors(),
                                         trainer.item_sources());
}

LightGcnGradient lightgcn_gradient(const Execution& execution, const CsrView& user_items,
                                   const LightGcnOptions& options, Matrix<float> layer0) {
  validate(options);
  const Csr pairs = detail::positive_pairs(user_items, "lightgcn");
  if (layer0.rows() != pairs.rows() + pairs.n_columns || layer0.cols() != options.factors) {
    throw ArgumentError("lightgcn: the vectors of layer 0 have the wrong shape");
  }
  detail::LightGcnTrainer trainer(execution, pairs, options);
  trainer.set_layer0(std::move(layer0));
  std::vector<std::uint32_t> users;
  for (std::uint32_t user = 0; user < pairs.rows(); ++user) {
    if (pairs.row_start[user + 1] > pairs.row_start[user]) users.push_back(user);
  }
  LightGcnGradient result;
  result.loss = trainer.follow(users);
  result.gradient = trainer.gradient();
  return result;
}

namespace {

using Type = OptionSpec::Type;

constexpr std::array<OptionSpec, 8> kOptions = {{
    {"factors", Type::kInteger, 64, 1, 4096, "", "dimension of the factors"},
    {"layers", Type::kInteger, 2, 0, 8, "", "how far vectors pass over the graph", 1, 3, false},
    {"temperature", Type::kReal, 0.1, 0.03, 10, "", "of the softmax over cosines", 0.06, 0.2, true},
    {"learning_rate", Type::kReal, 0.03, 1e-9, 1e3, "", "first step size (Adam)", 0.01, 0.06, true},
    {"activity_exponent", Type::kReal, 1, 0, 2, "",
     "how a customer's weight grows with its pairs: 0 not at all, 1 in proportion", 0.4, 1.2,
     false},
    {"epochs", Type::kInteger, 20, 1, 1e6, "", "passes over the customers"},
    {"batch", Type::kInteger, 1024, 1, 1e9, "", "customers a step"},
    {"init_scale", Type::kReal, 0.1, 1e-6, 1e3, "", "spread of the first vectors"},
}};

LightGcnOptions options_of(const OptionValues& values) {
  LightGcnOptions options;
  options.factors = values.integer("factors");
  options.layers = values.integer("layers");
  options.temperature = values.real("temperature");
  options.learning_rate = values.real("learning_rate");
  options.activity_exponent = values.real("activity_exponent");
  options.epochs = values.integer("epochs");
  options.batch = values.integer("batch");
  options.init_scale = values.real("init_scale");
  return options;
}

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues& values) {
  LightGcnEpochSink sink;
  if (input.on_epoch) {
    sink = [&](const LightGcnEpoch& epoch) { input.on_epoch(epoch.epoch, epoch.seconds); };
  }
  return train_lightgcn(execution, input.user_items(), options_of(values), sink);
}

std::unique_ptr<Model> load(const Execution&, const ContainerReader& reader,
                            const std::string& prefix) {
  return LightGcnModel::load(reader, prefix);
}

}  // namespace

void LightGcnModel::save(ContainerWriter& writer, const std::string& prefix) const {
  OptionValues values(kOptions);
  values.set("factors", static_cast<double>(options_.factors));
  values.set("layers", static_cast<double>(options_.layers));
  values.set("temperature", options_.temperature);
  values.set("learning_rate", options_.learning_rate);
  values.set("activity_exponent", options_.activity_exponent);
  values.set("epochs", static_cast<double>(options_.epochs));
  values.set("batch", static_cast<double>(options_.batch));
  values.set("init_scale", options_.init_scale);
  values.save(writer, prefix);
  for (const auto& [name, matrix] :
       {std::pair{"user_factors", &users_}, std::pair{"item_factors", &items_},
        std::pair{"item_sources", &sources_}}) {
    writer.write_matrix<float>(prefix + name, {matrix->data(), matrix->size()}, matrix->rows(),
                               matrix->cols());
  }
}

std::unique_ptr<LightGcnModel> LightGcnModel::load(const ContainerReader& reader,
                                                   const std::string& prefix) {
  OptionValues values(kOptions);
  values.load(reader, prefix);
  try {
    return std::make_unique<LightGcnModel>(options_of(values),
                                           detail::load_matrix(reader, prefix + "user_factors"),
                                           detail::load_matrix(reader, prefix + "item_factors"),
                                           detail::load_matrix(reader, prefix + "item_sources"));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix, error.what());
  } catch (const NumericalError& error) {
    throw DataError(reader.path(), prefix, error.what());
  }
}

namespace detail {

ModelKind lightgcn_kind() {
  return with_user_arrays(
      {"lightgcn", "graph convolution trained by softmax over the catalogue (He et al. 2020)",
       kOptions, false, &train, &load},
      kUserFactors);
}

}  // namespace detail

}  // namespace tenure::recommender
