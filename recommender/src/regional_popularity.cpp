#include "csr_file.hpp"
#include "kinds.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/regional_popularity.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace tenure::recommender {

RegionalPopularityModel::RegionalPopularityModel(const RegionalPopularityOptions& options,
                                                 Dictionary regions,
                                                 std::vector<std::uint32_t> user_region,
                                                 const CsrView& user_items)
    : smoothing_(options.smoothing),
      regions_(std::move(regions)),
      user_region_(std::move(user_region)),
      overall_(user_items.n_columns),
      region_users_(regions_.size()) {
  if (user_items.rows() != user_region_.size()) {
    throw ArgumentError("regional-popularity: not one region for each user");
  }
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> columns;
  std::vector<std::uint64_t> holders(user_items.n_columns);
  std::uint64_t users = 0;
  for (std::size_t user = 0; user < user_region_.size(); ++user) {
    const auto items = user_items.row_columns(user);
    const std::uint32_t region = user_region_[user];
    if (region != kNoRegion && region >= regions_.size()) {
      throw ArgumentError("regional-popularity: a region is out of range");
    }
    if (items.empty()) continue;
    ++users;
    for (const std::uint32_t item : items) ++holders[item];
    if (region == kNoRegion) continue;
    ++region_users_[region];
    rows.insert(rows.end(), items.size(), region);
    columns.insert(columns.end(), items.begin(), items.end());
  }
  for (std::size_t item = 0; item < holders.size(); ++item) {
    overall_[item] = static_cast<float>(static_cast<double>(holders[item]) /
                                        static_cast<double>(std::max<std::uint64_t>(1, users)));
  }
  counts_ = csr_from_triplets({}, regions_.size(), user_items.n_columns, rows, columns, {});
  check();
}

/// What score() relies on, also of a file.
void RegionalPopularityModel::check() const {
  if (!std::isfinite(smoothing_) || smoothing_ < 0.0) {
    throw ArgumentError("regional-popularity: smoothing must be a finite number of at least 0");
  }
  const auto good = [](float value) { return std::isfinite(value) && value >= 0.0F; };
  if (!std::all_of(overall_.begin(), overall_.end(), good) ||
      !std::all_of(counts_.values.begin(), counts_.values.end(), good)) {
    throw ArgumentError("regional-popularity: a count is not a finite number of at least 0");
  }
  if (region_users_.size() != regions_.size() || counts_.rows() != regions_.size() ||
      counts_.n_columns != overall_.size()) {
    throw ArgumentError("regional-popularity: counts and regions do not fit together");
  }
  for (const std::uint32_t region : user_region_) {
    if (region != kNoRegion && region >= regions_.size()) {
      throw ArgumentError("regional-popularity: a region is out of range");
    }
  }
}

void RegionalPopularityModel::scores_of(std::uint32_t region, std::span<float> out) const {
  if (out.size() != overall_.size()) {
    throw ArgumentError("regional-popularity: the output has another length than the catalogue");
  }
  if (region != kNoRegion && region >= regions_.size()) {
    throw ArgumentError("regional-popularity: region " + std::to_string(region) +
                        " is out of range");
  }
  std::copy(overall_.begin(), overall_.end(), out.begin());
  if (region == kNoRegion) return;
  const double total = static_cast<double>(region_users_[region]) + smoothing_;
  if (!(total > 0.0)) return;  // nobody there and no smoothing
  for (float& score : out) score = static_cast<float>(smoothing_ / total) * score;
  const CsrView counts = counts_;
  const auto items = counts.row_columns(region);
  const auto values = counts.row_values(region);
  for (std::size_t j = 0; j < items.size(); ++j) {
    out[items[j]] += static_cast<float>(static_cast<double>(values[j]) / total);
  }
}

void RegionalPopularityModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::uint32_t user = batch.users[i];
    scores_of(user == kNewUser ? kNoRegion : user_region_[user], out.row_span(i));
  }
}

void RegionalPopularityModel::save(ContainerWriter& writer, const std::string& prefix) const {
  writer.attribute(prefix + "smoothing", smoothing_);
  writer.write_dictionary(prefix + "regions", regions_);
  writer.write<std::uint32_t>(prefix + "user_region", user_region_);
  writer.write<std::uint64_t>(prefix + "region_users", region_users_);
  writer.write<float>(prefix + "overall", overall_);
  detail::write_csr(writer, prefix + "counts", counts_);
}

std::unique_ptr<RegionalPopularityModel> RegionalPopularityModel::load(
    const ContainerReader& reader, const std::string& prefix) {
  std::unique_ptr<RegionalPopularityModel> model(new RegionalPopularityModel());
  model->smoothing_ = reader.real_attribute(prefix + "smoothing").value_or(-1.0);
  model->regions_ = reader.read_dictionary(prefix + "regions");
  model->user_region_ = reader.read<std::uint32_t>(prefix + "user_region");
  model->region_users_ = reader.read<std::uint64_t>(prefix + "region_users");
  model->overall_ = reader.read<float>(prefix + "overall");
  model->counts_ = detail::read_csr(reader, prefix + "counts", model->overall_.size());
  try {
    model->check();
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix, error.what());
  }
  return model;
}

std::vector<std::uint32_t> latest_regions(const EventTable& events,
                                          const InteractionOptions& options,
                                          std::span<const std::uint8_t> rows) {
  events.validate();
  if (!rows.empty() && rows.size() != events.rows()) {
    throw ArgumentError("regional-popularity: the row mask has another length than the table");
  }
  if (events.region.empty() && events.rows() > 0) {
    throw DataError("store", "events/region",
                    "popularity by region needs regions, and this log has none");
  }
  if (!events.has_time() && events.rows() > 0) {
    throw DataError("store", "events/time",
                    "popularity by region needs event times, and this log has none");
  }
  const std::vector<float> weights = event_weights(events, options);
  std::vector<std::uint32_t> regions(events.customers.size(), kNoRegion);
  std::vector<std::int64_t> latest(events.customers.size());
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (!(weights[row] > 0.0F) || (!rows.empty() && rows[row] == 0)) continue;
    const std::uint32_t customer = events.customer[row];
    if (regions[customer] != kNoRegion && events.time[row] < latest[customer]) continue;
    regions[customer] = events.region[row];
    latest[customer] = events.time[row];
  }
  return regions;
}

namespace {

constexpr std::array<OptionSpec, 1> kOptions = {{
    {"smoothing", OptionSpec::Type::kReal, 100, 0, 1e9, "",
     "customers' worth of overall popularity mixed into each region", 1, 10000, true},
}};

std::unique_ptr<Model> train(const Execution&, const TrainingInput& input,
                             const OptionValues& values) {
  if (input.events == nullptr) throw ArgumentError("regional-popularity needs the events");
  RegionalPopularityOptions options;
  options.smoothing = values.real("smoothing");
  return std::make_unique<RegionalPopularityModel>(
      options, input.events->regions, latest_regions(*input.events, input.weights, input.rows),
      input.interactions->user_items);
}

std::unique_ptr<Model> load(const Execution&, const ContainerReader& reader,
                            const std::string& prefix) {
  return RegionalPopularityModel::load(reader, prefix);
}

}  // namespace

namespace detail {

ModelKind regional_popularity_kind() {
  ModelKind kind{"regional-popularity",
                 "popularity in the region of the customer's latest event",
                 kOptions,
                 true,
                 &train,
                 &load};
  kind.needs_regions = true;
  return kind;
}

}  // namespace detail

}  // namespace tenure::recommender
