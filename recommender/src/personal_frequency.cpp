#include "csr_file.hpp"
#include "kinds.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/recommender/personal_frequency.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace tenure::recommender {

namespace {

/// Weight of popularity between items bought on equally many days.
constexpr float kTie = 0x1.0p-12F;

}  // namespace

PersonalFrequencyModel::PersonalFrequencyModel(Csr counts) : counts_(std::move(counts)) {
  csr_validate(counts_);
  for (const float count : counts_.values) {
    if (!(count > 0.0F)) throw ArgumentError("personal-frequency: a count is not above 0");
  }
  popularity_ = detail::column_share(counts_);
}

std::uint32_t PersonalFrequencyModel::n_users() const noexcept {
  return static_cast<std::uint32_t>(counts_.rows());
}

void PersonalFrequencyModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  const CsrView own = counts_;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::uint32_t user = batch.users[i];
    const auto items = user == kNewUser ? batch.history(i) : own.row_columns(user);
    const auto counts = user == kNewUser ? batch.history_values(i) : own.row_values(user);
    float* const scores = out.row(i);
    std::copy(popularity_.begin(), popularity_.end(), scores);
    for (std::size_t j = 0; j < items.size(); ++j) {
      if (counts[j] > 0.0F) scores[items[j]] = 1.0F + counts[j] + kTie * popularity_[items[j]];
    }
  }
}

void PersonalFrequencyModel::save(ContainerWriter& writer, const std::string& prefix) const {
  detail::write_csr(writer, prefix + "counts", counts_);
  writer.write<float>(prefix + "popularity", popularity_);
}

std::unique_ptr<PersonalFrequencyModel> PersonalFrequencyModel::load(const ContainerReader& reader,
                                                                     const std::string& prefix) {
  try {
    const std::size_t n_items = reader.shape(prefix + "popularity").first;
    return std::make_unique<PersonalFrequencyModel>(
        detail::read_csr(reader, prefix + "counts", n_items));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix + "counts", error.what());
  }
}

std::unique_ptr<PersonalFrequencyModel> train_personal_frequency(
    const Execution& execution, const Baskets& baskets, const PersonalFrequencyOptions& options) {
  if (options.half_life_days &&
      !(std::isfinite(*options.half_life_days) && *options.half_life_days > 0.0)) {
    throw ArgumentError("personal-frequency: the half-life must be a positive number of days");
  }
  execution.check_cancelled();
  const std::int64_t now =
      baskets.day.empty() ? 0 : *std::max_element(baskets.day.begin(), baskets.day.end());
  std::vector<std::uint32_t> rows(baskets.items.size());
  std::vector<float> values(baskets.items.size());
  for (std::size_t customer = 0; customer < baskets.customers(); ++customer) {
    for (auto b = baskets.customer_start[customer]; b < baskets.customer_start[customer + 1]; ++b) {
      const auto age = static_cast<double>(now - baskets.day[b]);
      const double decay = options.half_life_days ? std::exp2(-age / *options.half_life_days) : 1.0;
      for (auto at = baskets.basket_start[b]; at < baskets.basket_start[b + 1]; ++at) {
        rows[at] = static_cast<std::uint32_t>(customer);
        // At least 2^-100: whatever was bought stays the user's own.
        values[at] = std::max(static_cast<float>(decay * static_cast<double>(baskets.weights[at])),
                              0x1.0p-100F);
      }
    }
  }
  return std::make_unique<PersonalFrequencyModel>(
      csr_from_triplets(execution, static_cast<std::uint32_t>(baskets.customers()), baskets.n_items,
                        rows, baskets.items, values));
}

namespace {

constexpr std::array<OptionSpec, 1> kOptions = {{
    {"half_life_days", OptionSpec::Type::kReal, 180, 1e-3, 1e6, "",
     "age at which an event counts half", 10, 1000, true},
}};

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues& values) {
  if (input.events == nullptr) throw ArgumentError("personal-frequency needs the events");
  PersonalFrequencyOptions options;
  options.half_life_days = values.real("half_life_days");
  return train_personal_frequency(
      execution, build_baskets(execution, *input.events, input.weights, input.rows), options);
}

std::unique_ptr<Model> load(const Execution&, const ContainerReader& reader,
                            const std::string& prefix) {
  return PersonalFrequencyModel::load(reader, prefix);
}

}  // namespace

namespace detail {

constexpr std::array<UserArray, 1> kUserRows{{{"counts", UserArray::Layout::kCsr}}};

ModelKind personal_frequency_kind() {
  return with_user_arrays({"personal-frequency",
                           "a customer's own items by the days it bought them on, then popularity",
                           kOptions, true, &train, &load},
                          kUserRows);
}

}  // namespace detail

}  // namespace tenure::recommender
