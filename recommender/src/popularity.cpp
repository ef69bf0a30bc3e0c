#include "kinds.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/recommender/popularity.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace tenure::recommender {

namespace {

constexpr double kDay = static_cast<double>(kSecondsPerDay);

void validate(const RecentPopularityOptions& options) {
  const auto positive = [](const std::optional<double>& value) {
    return !value || (std::isfinite(*value) && *value > 0.0);
  };
  if (!positive(options.half_life_days)) {
    throw ArgumentError("popularity: the half-life must be a positive number of days");
  }
  if (!positive(options.window_days)) {
    throw ArgumentError("popularity: the window must be a positive number of days");
  }
}

std::int64_t last_time(const EventTable& events, std::span<const float> weights) {
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (weights[row] > 0.0F) last = std::max(last, events.time[row]);
  }
  return last;
}

}  // namespace

PopularityModel::PopularityModel(std::uint32_t n_users, std::vector<float> item_scores)
    : n_users_(n_users), item_scores_(std::move(item_scores)) {
  for (const float score : item_scores_) {
    if (!std::isfinite(score) || score < 0.0F) {
      throw ArgumentError("popularity: a score is not a finite number of at least 0");
    }
  }
}

void PopularityModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, item_scores_.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    std::copy(item_scores_.begin(), item_scores_.end(), out.row(i));
  }
}

std::unique_ptr<Model> PopularityModel::updated(const Execution& /*execution*/,
                                                const ModelChange& change) const {
  check_change(*this, change);
  if (train_popularity(change.before)->item_scores_ != item_scores_) {
    throw ArgumentError(
        "popularity that forgets cannot be updated from the matrix; train it again on all events");
  }
  return train_popularity(change.after);
}

void PopularityModel::save(ContainerWriter& writer, const std::string& prefix) const {
  writer.attribute(prefix + "n_users", static_cast<std::int64_t>(n_users_));
  writer.write<float>(prefix + "item_scores", item_scores_);
}

std::unique_ptr<PopularityModel> PopularityModel::load(const ContainerReader& reader,
                                                       const std::string& prefix) {
  const auto n_users = reader.integer_attribute(prefix + "n_users");
  if (!n_users || *n_users < 0 || *n_users >= std::int64_t{kNewUser}) {
    throw DataError(reader.path(), prefix + "n_users", "missing or out of range");
  }
  try {
    return std::make_unique<PopularityModel>(static_cast<std::uint32_t>(*n_users),
                                             reader.read<float>(prefix + "item_scores"));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix + "item_scores", error.what());
  }
}

std::unique_ptr<PopularityModel> train_popularity(const CsrView& user_items) {
  std::vector<float> scores(user_items.n_columns);
  std::vector<std::uint64_t> counts(user_items.n_columns);
  for (std::size_t i = 0; i < user_items.nonzeros(); ++i) {
    if (user_items.values[i] > 0.0F) ++counts[user_items.columns[i]];
  }
  for (std::size_t i = 0; i < counts.size(); ++i) scores[i] = static_cast<float>(counts[i]);
  return std::make_unique<PopularityModel>(static_cast<std::uint32_t>(user_items.rows()),
                                           std::move(scores));
}

std::unique_ptr<PopularityModel> train_recent_popularity(const EventTable& events,
                                                         const InteractionOptions& interactions,
                                                         const RecentPopularityOptions& options,
                                                         std::span<const std::uint8_t> rows) {
  validate(options);
  events.validate();
  if (!rows.empty() && rows.size() != events.rows()) {
    throw ArgumentError("popularity: the row mask has another length than the table");
  }
  if (!events.has_time()) {
    throw DataError("store", "events/time",
                    "recent popularity needs event times, and this log has none");
  }
  std::vector<float> weights = event_weights(events, interactions);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows[row] == 0) weights[row] = 0.0F;
  }
  const std::int64_t now = options.now.value_or(last_time(events, weights));
  std::vector<double> sums(events.items.size());
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (!(weights[row] > 0.0F) || events.time[row] > now) continue;
    const double age = (static_cast<double>(now) - static_cast<double>(events.time[row])) / kDay;
    if (options.window_days && age > *options.window_days) continue;
    const double decay = options.half_life_days ? std::exp2(-age / *options.half_life_days) : 1.0;
    sums[events.item[row]] += decay * static_cast<double>(weights[row]);
  }
  std::vector<float> scores(sums.size());
  std::transform(sums.begin(), sums.end(), scores.begin(),
                 [](double sum) { return static_cast<float>(sum); });
  return std::make_unique<PopularityModel>(events.customers.size(), std::move(scores));
}

namespace {

constexpr std::array<OptionSpec, 2> kRecentOptions = {{
    {"half_life_days", OptionSpec::Type::kReal, 30, 1e-3, 1e6, "",
     "age at which an event counts half", 1, 1000, true},
    {"window_days", OptionSpec::Type::kReal, 1e6, 1e-3, 1e6, "", "events older do not count"},
}};

std::unique_ptr<Model> train_overall(const Execution&, const TrainingInput& input,
                                     const OptionValues&) {
  return train_popularity(input.user_items());
}

std::unique_ptr<Model> train_recent(const Execution&, const TrainingInput& input,
                                    const OptionValues& values) {
  if (input.events == nullptr) throw ArgumentError("recent-popularity needs the events");
  RecentPopularityOptions options;
  options.half_life_days = values.real("half_life_days");
  options.window_days = values.real("window_days");
  return train_recent_popularity(*input.events, input.weights, options, input.rows);
}

std::unique_ptr<Model> load_popularity(const Execution&, const ContainerReader& reader,
                                       const std::string& prefix) {
  return PopularityModel::load(reader, prefix);
}

}  // namespace

namespace detail {

ModelKind popularity_kind() {
  return with_user_arrays({"popularity",
                           "the same list for everybody: how many customers have each item",
                           {},
                           false,
                           &train_overall,
                           &load_popularity},
                          kUserCount);
}

ModelKind recent_popularity_kind() {
  return with_user_arrays({"recent-popularity", "popularity that forgets with age", kRecentOptions,
                           true, &train_recent, &load_popularity},
                          kUserCount);
}

}  // namespace detail

}  // namespace tenure::recommender
