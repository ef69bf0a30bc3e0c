#include "kinds.hpp"
#include "model_arrays.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/ease.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <array>
#include <string>

namespace tenure::recommender {

namespace {

using Type = OptionSpec::Type;

constexpr std::array<OptionSpec, 2> kOptions = {{
    {"regularization", Type::kReal, 200, 1e-6, 1e9, "", "L2 penalty", 10, 3000, true},
    {"memory_gigabytes", Type::kReal, 12, 1e-3, 1e6, "", "most memory of its dense matrices"},
}};

EaseOptions options_of(const OptionValues& values) {
  EaseOptions options;
  options.regularization = values.real("regularization");
  options.memory_gigabytes = values.real("memory_gigabytes");
  return options;
}

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues& values) {
  return train_ease(execution, input.user_items(), options_of(values));
}

std::unique_ptr<Model> load(const Execution&, const ContainerReader& reader,
                            const std::string& prefix) {
  OptionValues values(kOptions);
  values.load(reader, prefix);
  const std::uint32_t n_users = detail::load_count(reader, prefix + "n_users", kNewUser - 1);
  const std::string name = prefix + "weights";
  try {
    return std::make_unique<EaseModel>(n_users, detail::load_matrix(reader, name),
                                       options_of(values));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), name, error.what());
  } catch (const NumericalError& error) {
    throw DataError(reader.path(), name, error.what());
  }
}

}  // namespace

void EaseModel::save(ContainerWriter& writer, const std::string& prefix) const {
  OptionValues values(kOptions);
  values.set("regularization", options_.regularization);
  values.set("memory_gigabytes", options_.memory_gigabytes);
  values.save(writer, prefix);
  writer.attribute(prefix + "n_users", static_cast<std::int64_t>(n_users_));
  writer.write_matrix<float>(prefix + "weights", {weights_.data(), weights_.size()},
                             weights_.rows(), weights_.cols());
}

namespace detail {

ModelKind ease_kind() {
  return with_user_arrays({"ease", "EASE^R, dense (Steck 2019)", kOptions, false, &train, &load},
                          kUserCount);
}

}  // namespace detail

}  // namespace tenure::recommender
