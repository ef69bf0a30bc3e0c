#include "bpr_trainer.hpp"
#include "kernels.hpp"
#include "kinds.hpp"
#include "model_arrays.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/bpr.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

namespace tenure::recommender {

namespace {

/// Passes over a new user's history.
constexpr std::uint32_t kFoldInPasses = 30;

/// The pairs above 0.
Csr positive_pairs(const CsrView& matrix) {
  Csr result;
  result.n_columns = matrix.n_columns;
  result.columns.reserve(matrix.nonzeros());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    const auto values = matrix.row_values(row);
    for (std::size_t j = 0; j < values.size(); ++j) {
      if (values[j] < 0.0F) {
        throw ArgumentError("bpr: user " + std::to_string(row) + " has a negative value");
      }
      if (values[j] > 0.0F) result.columns.push_back(matrix.row_columns(row)[j]);
    }
    result.row_start.push_back(result.columns.size());
  }
  result.values.assign(result.columns.size(), 1.0F);
  return result;
}

}  // namespace

void validate(const BprOptions& options) {
  const auto positive = [](double value) { return std::isfinite(value) && value > 0.0; };
  if (options.factors == 0 || options.factors > 4096) {
    throw ArgumentError("bpr: factors must lie between 1 and 4096");
  }
  if (!positive(options.learning_rate)) throw ArgumentError("bpr: learning_rate must be positive");
  if (!std::isfinite(options.regularization) || options.regularization < 0.0) {
    throw ArgumentError("bpr: regularization must be a finite number of at least 0");
  }
  if (options.epochs == 0 || options.epochs >= (1U << 24)) {
    throw ArgumentError("bpr: epochs must lie between 1 and 2^24 - 1");
  }
  if (options.batch == 0 || options.batch > (1U << 30)) {
    throw ArgumentError("bpr: batch must lie between 1 and 2^30");
  }
  if (!positive(options.init_scale)) throw ArgumentError("bpr: init_scale must be positive");
}

BprModel::BprModel(const BprOptions& options, Matrix<float> user_factors,
                   Matrix<float> item_factors)
    : options_(options), users_(std::move(user_factors)), items_(std::move(item_factors)) {
  validate(options);
  if (users_.cols() != std::size_t{options.factors} + 1 || items_.cols() != users_.cols() ||
      users_.rows() >= kNewUser || items_.rows() >= kNewUser) {
    throw ArgumentError("bpr: the factors have the wrong shape");
  }
  if (!detail::all_finite(users_) || !detail::all_finite(items_))
    throw NumericalError("bpr: a factor is not finite");
}

void BprModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  Matrix<float> vectors(batch.size(), users_.cols());
  user_vectors(batch, vectors.view());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    detail::dot_rows(items_.view(), vectors.row(i), out.row(i));
  }
}

namespace {

/// LearnBPR for one user with the items fixed.
void fold_in(const BprOptions& options, const Matrix<float>& items,
             std::span<const std::uint32_t> history, float* w) {
  const std::size_t d = options.factors;
  std::fill_n(w, d + 1, 0.0F);
  if (history.empty()) return;
  w[d] = 1.0F;
  const auto rate = static_cast<float>(options.learning_rate);
  const auto penalty = static_cast<float>(options.regularization);
  std::vector<float> gradient(d);
  std::vector<float> squares(d);
  RandomStream stream(0, {Purpose::kNegativeSampling, 0, 0, 0});
  for (std::uint32_t pass = 0; pass < kFoldInPasses; ++pass) {
    for (const std::uint32_t positive : history) {
      const auto negative =
          detail::draw_negative(stream, static_cast<std::uint32_t>(items.rows()), history);
      if (!negative) continue;
      const float* const p = items.row(positive);
      const float* const n = items.row(*negative);
      const float weight =
          detail::triple_weight(detail::dot(w, p, d + 1) - detail::dot(w, n, d + 1));
      for (std::size_t j = 0; j < d; ++j) gradient[j] = weight * (p[j] - n[j]) - penalty * w[j];
      detail::ada_step(gradient.data(), rate, d, squares.data(), w);
    }
  }
}

}  // namespace

void BprModel::user_vectors(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, users_.cols());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::uint32_t user = batch.users[i];
    if (user == kNewUser) {
      fold_in(options_, items_, batch.history(i), out.row(i));
    } else {
      std::copy_n(users_.row(user), users_.cols(), out.row(i));
    }
  }
}

std::unique_ptr<BprModel> train_bpr(const Execution& execution, const CsrView& user_items,
                                    const BprOptions& options, const BprEpochSink& on_epoch) {
  validate(options);
  csr_validate(user_items);
  const Csr positives = positive_pairs(user_items);
  if (positives.columns.empty()) throw ArgumentError("bpr: no pair has a value above 0");
  const CsrView pairs = positives;
  detail::BprTrainer trainer(execution, pairs, options);
  for (std::uint32_t epoch = 1; epoch <= options.epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    const double loss = trainer.run_epoch(epoch);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    execution.report("train", epoch, options.epochs);
    if (on_epoch) on_epoch({epoch, loss, elapsed.count()});
  }
  return std::make_unique<BprModel>(options, trainer.take_users(), trainer.take_items());
}

namespace {

using Type = OptionSpec::Type;

constexpr std::array<OptionSpec, 6> kOptions = {{
    {"factors", Type::kInteger, 64, 1, 4096, "", "dimension of the factors"},
    {"learning_rate", Type::kReal, 0.05, 1e-9, 1e6, "", "step size (AdaGrad)", 0.01, 0.3, true},
    {"regularization", Type::kReal, 0.005, 0, 1e6, "", "L2 penalty", 1e-4, 0.1, true},
    {"epochs", Type::kInteger, 30, 1, 1e6, "", "as many triples each as there are pairs"},
    {"batch", Type::kInteger, 4096, 1, 1e9, "", "triples whose gradients are taken together"},
    {"init_scale", Type::kReal, 0.1, 1e-6, 1e3, "", "spread of the first factors"},
}};

BprOptions options_of(const OptionValues& values) {
  BprOptions options;
  options.factors = values.integer("factors");
  options.learning_rate = values.real("learning_rate");
  options.regularization = values.real("regularization");
  options.epochs = values.integer("epochs");
  options.batch = values.integer("batch");
  options.init_scale = values.real("init_scale");
  return options;
}

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues& values) {
  BprEpochSink sink;
  if (input.on_epoch) {
    sink = [&](const BprEpoch& epoch) { input.on_epoch(epoch.epoch, epoch.seconds); };
  }
  return train_bpr(execution, input.user_items(), options_of(values), sink);
}

std::unique_ptr<Model> load(const Execution&, const ContainerReader& reader,
                            const std::string& prefix) {
  return BprModel::load(reader, prefix);
}

}  // namespace

void BprModel::save(ContainerWriter& writer, const std::string& prefix) const {
  OptionValues values(kOptions);
  values.set("factors", static_cast<double>(options_.factors));
  values.set("learning_rate", options_.learning_rate);
  values.set("regularization", options_.regularization);
  values.set("epochs", static_cast<double>(options_.epochs));
  values.set("batch", static_cast<double>(options_.batch));
  values.set("init_scale", options_.init_scale);
  values.save(writer, prefix);
  writer.write_matrix<float>(prefix + "user_factors", {users_.data(), users_.size()}, users_.rows(),
                             users_.cols());
  writer.write_matrix<float>(prefix + "item_factors", {items_.data(), items_.size()}, items_.rows(),
                             items_.cols());
}

std::unique_ptr<BprModel> BprModel::load(const ContainerReader& reader, const std::string& prefix) {
  OptionValues values(kOptions);
  values.load(reader, prefix);
  try {
    return std::make_unique<BprModel>(options_of(values),
                                      detail::load_matrix(reader, prefix + "user_factors"),
                                      detail::load_matrix(reader, prefix + "item_factors"));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix, error.what());
  } catch (const NumericalError& error) {
    throw DataError(reader.path(), prefix, error.what());
  }
}

namespace detail {

ModelKind bpr_kind() {
  return with_user_arrays({"bpr", "matrix factorisation by pairwise ranking (Rendle et al. 2009)",
                           kOptions, false, &train, &load},
                          kUserFactors);
}

}  // namespace detail

}  // namespace tenure::recommender
