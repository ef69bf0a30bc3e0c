#include "csr_file.hpp"
#include "kinds.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/regional_popularity.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace tenure::recommender {

namespace {

constexpr std::array<std::pair<std::string_view, PopularityBy>, 3> kByNames{
    {{"region", PopularityBy::kRegion},
     {"channel", PopularityBy::kChannel},
     {"region+channel", PopularityBy::kRegionChannel}}};

/// Name of a group where both are known of customers.
std::string pair_name(std::string_view region, std::string_view channel) {
  return std::string(region).append("\t").append(channel);
}

/// Counts of groups being made: each user adds to its group, those around it and beside it.
struct GroupCounts {
  std::vector<std::uint64_t> users;
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> columns;

  void add(const CustomerGroups& groups, std::uint32_t group,
           std::span<const std::uint32_t> items) {
    const auto count = [&](std::uint32_t one) {
      ++users[one];
      rows.insert(rows.end(), items.size(), one);
      columns.insert(columns.end(), items.begin(), items.end());
    };
    if (group != kNoRegion && !groups.also.empty() && groups.also[group] != kNoRegion) {
      count(groups.also[group]);
    }
    while (group != kNoRegion) {
      count(group);
      group = groups.parent.empty() ? kNoRegion : groups.parent[group];
    }
  }
};

/// @throws ArgumentError unless each group lies in one before it, so that no circle can be.
void check_groups(const CustomerGroups& groups) {
  const std::size_t n = groups.names.size();
  for (const auto* outer : {&groups.parent, &groups.also}) {
    if (!outer->empty() && outer->size() != n) {
      throw ArgumentError("regional-popularity: not one outer group for each group");
    }
    for (std::size_t group = 0; group < outer->size(); ++group) {
      if ((*outer)[group] != kNoRegion && (*outer)[group] >= group) {
        throw ArgumentError("regional-popularity: an outer group does not come first");
      }
    }
  }
}

void check_user_groups(const std::vector<std::uint32_t>& user_group, std::size_t n_groups) {
  for (const std::uint32_t group : user_group) {
    if (group != kNoRegion && group >= n_groups) {
      throw ArgumentError("regional-popularity: a group is out of range");
    }
  }
}

}  // namespace

std::string_view to_string(PopularityBy by) noexcept {
  return kByNames[static_cast<std::size_t>(by)].first;
}

std::optional<PopularityBy> popularity_by_from_string(std::string_view text) noexcept {
  for (const auto& [name, by] : kByNames) {
    if (name == text) return by;
  }
  return std::nullopt;
}

RegionalPopularityModel::RegionalPopularityModel(const RegionalPopularityOptions& options,
                                                 CustomerGroups groups,
                                                 std::vector<std::uint32_t> user_group,
                                                 const CsrView& user_items)
    : smoothing_(options.smoothing),
      by_(options.by),
      user_group_(std::move(user_group)),
      overall_(user_items.n_columns) {
  if (user_items.rows() != user_group_.size()) {
    throw ArgumentError("regional-popularity: not one group for each user");
  }
  check_groups(groups);
  check_user_groups(user_group_, groups.names.size());
  GroupCounts counts;
  counts.users.resize(groups.names.size());
  std::vector<std::uint64_t> holders(user_items.n_columns);
  std::uint64_t users = 0;
  for (std::size_t user = 0; user < user_group_.size(); ++user) {
    const auto items = user_items.row_columns(user);
    if (items.empty()) continue;
    ++users;
    for (const std::uint32_t item : items) ++holders[item];
    counts.add(groups, user_group_[user], items);
  }
  for (std::size_t item = 0; item < holders.size(); ++item) {
    overall_[item] = static_cast<float>(static_cast<double>(holders[item]) /
                                        static_cast<double>(std::max<std::uint64_t>(1, users)));
  }
  group_users_ = std::move(counts.users);
  counts_ = csr_from_triplets({}, groups.names.size(), user_items.n_columns, counts.rows,
                              counts.columns, {});
  names_ = std::move(groups.names);
  parent_ = std::move(groups.parent);
  if (parent_.empty()) parent_.assign(names_.size(), kNoRegion);
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
  if (group_users_.size() != names_.size() || parent_.size() != names_.size() ||
      counts_.rows() != names_.size() || counts_.n_columns != overall_.size()) {
    throw ArgumentError("regional-popularity: counts and groups do not fit together");
  }
  check_groups({names_, parent_, {}});
  check_user_groups(user_group_, names_.size());
}

std::uint32_t RegionalPopularityModel::find_group(std::string_view region,
                                                  std::string_view channel) const {
  std::vector<std::string> wanted;
  if (by_ == PopularityBy::kRegionChannel) {
    if (!region.empty() && !channel.empty()) wanted.push_back(pair_name(region, channel));
    if (!region.empty()) wanted.push_back(pair_name(region, {}));
    if (!channel.empty()) wanted.push_back(pair_name({}, channel));
  } else {
    wanted.emplace_back(by_ == PopularityBy::kRegion ? region : channel);
  }
  const DictionaryIndex index(names_);
  for (const std::string& name : wanted) {
    const auto found = index.find(name);
    if (found && group_users_[*found] > 0) return *found;
  }
  return kNoRegion;
}

void RegionalPopularityModel::scores_of(std::uint32_t group, std::span<float> out) const {
  if (out.size() != overall_.size()) {
    throw ArgumentError("regional-popularity: the output has another length than the catalogue");
  }
  if (group != kNoRegion && group >= names_.size()) {
    throw ArgumentError("regional-popularity: group " + std::to_string(group) + " is out of range");
  }
  std::vector<std::uint32_t> around;  // the group and those around it, the finest first
  for (; group != kNoRegion; group = parent_[group]) around.push_back(group);
  std::copy(overall_.begin(), overall_.end(), out.begin());
  const CsrView counts = counts_;
  for (auto one = around.rbegin(); one != around.rend(); ++one) {
    const double total = static_cast<double>(group_users_[*one]) + smoothing_;
    if (!(total > 0.0)) continue;  // nobody there and no smoothing
    for (float& score : out) score = static_cast<float>(smoothing_ / total) * score;
    const auto items = counts.row_columns(*one);
    const auto values = counts.row_values(*one);
    for (std::size_t j = 0; j < items.size(); ++j) {
      out[items[j]] += static_cast<float>(static_cast<double>(values[j]) / total);
    }
  }
}

void RegionalPopularityModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::uint32_t user = batch.users[i];
    scores_of(user == kNewUser ? kNoRegion : user_group_[user], out.row_span(i));
  }
}

std::unique_ptr<RegionalPopularityModel> RegionalPopularityModel::extended(
    std::uint32_t users, std::uint32_t items) const {
  if (users < n_users() || items < n_items()) {
    throw ArgumentError("regional-popularity: an extension cannot have fewer users or items");
  }
  std::unique_ptr<RegionalPopularityModel> model(new RegionalPopularityModel());
  model->smoothing_ = smoothing_;
  model->by_ = by_;
  model->names_ = names_;
  model->parent_ = parent_;
  model->user_group_ = user_group_;
  model->user_group_.resize(users, kNoRegion);
  model->overall_ = overall_;
  model->overall_.resize(items, 0.0F);
  model->group_users_ = group_users_;
  model->counts_ = counts_;
  model->counts_.n_columns = items;
  return model;
}

std::unique_ptr<RegionalPopularityModel> RegionalPopularityModel::without(
    std::span<const std::uint32_t> users, const CsrView& user_items) const {
  CustomerGroups groups{names_, parent_, std::vector<std::uint32_t>(names_.size(), kNoRegion)};
  const DictionaryIndex index(names_);
  for (std::size_t group = 0; group < parent_.size(); ++group) {
    // Only a pair lies in another group: "REGION\t" is the start of its name, its channel the rest.
    if (parent_[group] == kNoRegion) continue;
    const std::string_view region = names_[parent_[group]];
    const std::string_view channel =
        names_[static_cast<std::uint32_t>(group)].substr(region.size());
    groups.also[group] = index.find(pair_name({}, channel)).value_or(kNoRegion);
  }
  std::vector<std::uint32_t> kept;
  for (std::uint32_t user = 0; user < n_users(); ++user) {
    if (!std::binary_search(users.begin(), users.end(), user)) kept.push_back(user_group_[user]);
  }
  RegionalPopularityOptions options;
  options.smoothing = smoothing_;
  options.by = by_;
  return std::make_unique<RegionalPopularityModel>(options, std::move(groups), std::move(kept),
                                                   user_items);
}

void RegionalPopularityModel::save(ContainerWriter& writer, const std::string& prefix) const {
  writer.attribute(prefix + "smoothing", smoothing_);
  writer.attribute(prefix + "by", to_string(by_));
  writer.write_dictionary(prefix + "regions", names_);
  writer.write<std::uint32_t>(prefix + "parent", parent_);
  writer.write<std::uint32_t>(prefix + "user_region", user_group_);
  writer.write<std::uint64_t>(prefix + "region_users", group_users_);
  writer.write<float>(prefix + "overall", overall_);
  detail::write_csr(writer, prefix + "counts", counts_);
}

std::unique_ptr<RegionalPopularityModel> RegionalPopularityModel::load(
    const ContainerReader& reader, const std::string& prefix) {
  std::unique_ptr<RegionalPopularityModel> model(new RegionalPopularityModel());
  model->smoothing_ = reader.real_attribute(prefix + "smoothing").value_or(-1.0);
  const auto by =
      popularity_by_from_string(reader.string_attribute(prefix + "by").value_or("region"));
  if (!by) throw DataError(reader.path(), prefix + "by", "unknown");
  model->by_ = *by;
  model->names_ = reader.read_dictionary(prefix + "regions");
  model->parent_.assign(model->names_.size(), kNoRegion);
  if (reader.has(prefix + "parent")) {
    model->parent_ = reader.read<std::uint32_t>(prefix + "parent");
  }
  model->user_group_ = reader.read<std::uint32_t>(prefix + "user_region");
  model->group_users_ = reader.read<std::uint64_t>(prefix + "region_users");
  model->overall_ = reader.read<float>(prefix + "overall");
  model->counts_ = detail::read_csr(reader, prefix + "counts", model->overall_.size());
  try {
    model->check();
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix, error.what());
  }
  return model;
}

std::vector<std::size_t> latest_rows(const EventTable& events, const InteractionOptions& options,
                                     std::span<const std::uint8_t> rows) {
  events.validate();
  if (!rows.empty() && rows.size() != events.rows()) {
    throw ArgumentError("regional-popularity: the row mask has another length than the table");
  }
  if (!events.has_time() && events.rows() > 0) {
    throw DataError("store", "events/time",
                    "popularity by region or channel needs event times, and this log has none");
  }
  const std::vector<float> weights = event_weights(events, options);
  const std::size_t none = events.rows();
  std::vector<std::size_t> latest(events.customers.size(), none);
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (!rows.empty() && rows[row] == 0) continue;
    std::size_t& best = latest[events.customer[row]];
    const bool counts = weights[row] > 0.0F;
    const bool best_counts = best != none && weights[best] > 0.0F;
    if (best == none || (counts && !best_counts) ||
        (counts == best_counts && events.time[row] >= events.time[best])) {
      best = row;
    }
  }
  return latest;
}

namespace {

void need_column(const std::vector<std::uint32_t>& column, const EventTable& events,
                 const char* object, const char* what) {
  if (column.empty() && events.rows() > 0) {
    throw DataError("store", object,
                    std::string("popularity by ") + what + " needs it, and this log has none");
  }
}

/// All regions, all channels, then the pairs that customers are in, by first customer.
CustomerGroups group_pairs(const EventTable& events, const std::vector<std::size_t>& latest,
                           std::vector<std::uint32_t>& user_group) {
  DictionaryBuilder names;
  CustomerGroups groups;
  std::vector<std::uint32_t> region_code;
  std::vector<std::uint32_t> channel_code;
  for (std::uint32_t i = 0; i < events.regions.size(); ++i) {
    region_code.push_back(names.code(pair_name(events.regions[i], {})));
  }
  for (std::uint32_t i = 0; i < events.channels.size(); ++i) {
    channel_code.push_back(names.code(pair_name({}, events.channels[i])));
  }
  groups.parent.assign(names.dictionary().size(), kNoRegion);
  groups.also.assign(names.dictionary().size(), kNoRegion);
  for (std::size_t user = 0; user < latest.size(); ++user) {
    if (latest[user] == events.rows()) continue;
    const std::uint32_t region = events.region[latest[user]];
    const std::uint32_t channel = events.channel[latest[user]];
    const std::uint32_t code =
        names.code(pair_name(events.regions[region], events.channels[channel]));
    if (code == groups.parent.size()) {
      groups.parent.push_back(region_code[region]);
      groups.also.push_back(channel_code[channel]);
    }
    user_group[user] = code;
  }
  groups.names = std::move(names).take();
  return groups;
}

}  // namespace

std::unique_ptr<RegionalPopularityModel> train_regional_popularity(
    const EventTable& events, const CsrView& user_items, const RegionalPopularityOptions& options,
    const InteractionOptions& interactions, std::span<const std::uint8_t> rows) {
  if (options.by != PopularityBy::kChannel) {
    need_column(events.region, events, "events/region", "region");
  }
  if (options.by != PopularityBy::kRegion) {
    need_column(events.channel, events, "events/channel", "channel");
  }
  const std::vector<std::size_t> latest = latest_rows(events, interactions, rows);
  std::vector<std::uint32_t> user_group(latest.size(), kNoRegion);
  CustomerGroups groups;
  if (options.by == PopularityBy::kRegionChannel) {
    groups = group_pairs(events, latest, user_group);
  } else {
    const bool region = options.by == PopularityBy::kRegion;
    const auto& column = region ? events.region : events.channel;
    groups.names = region ? events.regions : events.channels;
    for (std::size_t user = 0; user < latest.size(); ++user) {
      if (latest[user] != events.rows()) user_group[user] = column[latest[user]];
    }
  }
  return std::make_unique<RegionalPopularityModel>(options, std::move(groups),
                                                   std::move(user_group), user_items);
}

std::unique_ptr<RegionalPopularityModel> train_newcomers(const EventTable& events,
                                                         const CsrView& user_items,
                                                         const InteractionOptions& interactions) {
  const bool regions = !events.region.empty();
  const bool channels = !events.channel.empty();
  if (!events.has_time() || (!regions && !channels)) return nullptr;
  RegionalPopularityOptions options;
  options.by = regions && channels ? PopularityBy::kRegionChannel
               : regions           ? PopularityBy::kRegion
                                   : PopularityBy::kChannel;
  return train_regional_popularity(events, user_items, options, interactions);
}

namespace {

constexpr std::array<OptionSpec, 2> kOptions = {{
    {"smoothing", OptionSpec::Type::kReal, 100, 0, 1e9, "",
     "customers' worth of the wider group's popularity mixed into each", 1, 10000, true},
    {"by", OptionSpec::Type::kChoice, 0, 0, 0, "region|channel|region+channel",
     "what customers are grouped by"},
}};

std::unique_ptr<Model> train(const Execution&, const TrainingInput& input,
                             const OptionValues& values) {
  if (input.events == nullptr) throw ArgumentError("regional-popularity needs the events");
  RegionalPopularityOptions options;
  options.smoothing = values.real("smoothing");
  options.by = popularity_by_from_string(values.word("by")).value();
  return train_regional_popularity(*input.events, input.user_items(), options, input.weights,
                                   input.rows);
}

std::unique_ptr<Model> load(const Execution&, const ContainerReader& reader,
                            const std::string& prefix) {
  return RegionalPopularityModel::load(reader, prefix);
}

}  // namespace

namespace detail {

ModelKind regional_popularity_kind() {
  ModelKind kind{"regional-popularity",
                 "popularity in the region or channel of the customer's latest event",
                 kOptions,
                 true,
                 &train,
                 &load};
  kind.needs_regions = true;
  return kind;
}

}  // namespace detail

}  // namespace tenure::recommender
