#include "kinds.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace tenure::recommender {

namespace {

using Type = OptionSpec::Type;

constexpr std::array<OptionSpec, 9> kOptions = {{
    {"factors", Type::kInteger, 64, 1, 4096, "", "dimension of the factors"},
    {"regularization", Type::kReal, 0.1, 0, 1e6, "", "L2 penalty", 1e-3, 1, true},
    {"unobserved_weight", Type::kReal, 0.1, 0, 1e6, "", "weight of every pair, seen or not", 1e-3,
     1, true},
    {"regularization_exponent", Type::kReal, 0.5, 0, 10, "",
     "how the penalty grows with a row's pairs: 0 not at all, 1 in proportion", 0, 1, false},
    {"epochs", Type::kInteger, 10, 1, 1e9, "", "passes over users and items"},
    {"init_scale", Type::kReal, 0.1, 1e-6, 1e3, "", "spread of the first factors"},
    {"solver", Type::kChoice, 0, 0, 0, "auto|exact|cg|block",
     "how rows are solved; auto: exact, or cg where four of its epochs cost less than one"},
    {"cg_steps", Type::kInteger, 3, 1, 1000, "", "cg: steps a row takes in each epoch"},
    {"block_size", Type::kInteger, 64, 1, 4096, "", "block: coordinates solved together"},
}};

IalsOptions options_of(const OptionValues& values) {
  IalsOptions options;
  options.factors = values.integer("factors");
  options.regularization = values.real("regularization");
  options.unobserved_weight = values.real("unobserved_weight");
  options.regularization_exponent = values.real("regularization_exponent");
  options.epochs = values.integer("epochs");
  options.init_scale = values.real("init_scale");
  options.solver = ials_solver_from_string(values.word("solver")).value();
  options.cg_steps = values.integer("cg_steps");
  options.block_size = values.integer("block_size");
  return options;
}

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues& values) {
  IalsEpochSink sink;
  if (input.on_epoch) {
    sink = [&](const IalsEpoch& epoch) { input.on_epoch(epoch.epoch, epoch.seconds); };
  }
  return train_ials(execution, input.user_items(), options_of(values), sink);
}

std::unique_ptr<Model> load(const Execution& execution, const ContainerReader& reader,
                            const std::string& prefix) {
  return IalsModel::load(execution, reader, prefix);
}

Matrix<float> read_matrix(const ContainerReader& reader, const std::string& name) {
  const std::vector<float> values = reader.read<float>(name);  // checks sizes before allocating
  const auto [rows, cols] = reader.shape(name);
  Matrix<float> result(rows, cols);
  if (result.size() == values.size()) std::copy(values.begin(), values.end(), result.data());
  return result;
}

}  // namespace

void IalsModel::save(ContainerWriter& writer, const std::string& prefix) const {
  const IalsOptions& trained = options();
  OptionValues values(kOptions);
  values.set("factors", static_cast<double>(trained.factors));
  values.set("regularization", trained.regularization);
  values.set("unobserved_weight", trained.unobserved_weight);
  values.set("regularization_exponent", trained.regularization_exponent);
  values.set("epochs", static_cast<double>(trained.epochs));
  values.set("init_scale", trained.init_scale);
  values.set("solver", to_string(trained.solver));
  values.set("cg_steps", static_cast<double>(trained.cg_steps));
  values.set("block_size", static_cast<double>(trained.block_size));
  values.save(writer, prefix);
  writer.attribute(prefix + "solver_used", solver_used());
  const FactorView view = *factors();
  for (const auto& [name, matrix] :
       {std::pair{"user_factors", view.users}, std::pair{"item_factors", view.items}}) {
    writer.write_matrix<float>(prefix + name, {matrix.data, matrix.rows * matrix.cols}, matrix.rows,
                               matrix.cols);
  }
}

std::unique_ptr<IalsModel> IalsModel::load(const Execution& execution,
                                           const ContainerReader& reader,
                                           const std::string& prefix) {
  OptionValues values(kOptions);
  values.load(reader, prefix);
  const auto solver =
      ials_solver_from_string(reader.string_attribute(prefix + "solver_used").value_or(""));
  if (!solver) throw DataError(reader.path(), prefix + "solver_used", "is missing or no solver");
  Matrix<float> users = read_matrix(reader, prefix + "user_factors");
  Matrix<float> items = read_matrix(reader, prefix + "item_factors");
  try {
    return std::make_unique<IalsModel>(execution, options_of(values), std::move(users),
                                       std::move(items), *solver);
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix, error.what());
  } catch (const NumericalError& error) {
    throw DataError(reader.path(), prefix, error.what());
  }
}

namespace detail {

ModelKind ials_kind() {
  return with_user_arrays(
      {"ials", "implicit alternating least squares (Hu et al. 2008, Rendle et al. 2021)", kOptions,
       false, &train, &load},
      kUserFactors);
}

}  // namespace detail

}  // namespace tenure::recommender
