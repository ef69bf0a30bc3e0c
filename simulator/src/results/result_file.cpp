#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>
#include <tenure/simulator/result_file.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tenure::simulator {

namespace {

/// A column of a file: where a sum lies in its struct.
template <class T>
struct Column {
  const char* name;
  std::int64_t T::*member;
};

constexpr std::array<Column<Totals>, 23> kTotals = {{
    {"orders", &Totals::orders},
    {"contacts", &Totals::contacts},
    {"responses", &Totals::responses},
    {"redemptions", &Totals::redemptions},
    {"revenue", &Totals::revenue},
    {"margin", &Totals::margin},
    {"cost", &Totals::cost},
    {"discounted_margin", &Totals::discounted_margin},
    {"discounted_cost", &Totals::discounted_cost},
    {"active", &Totals::active},
    {"customers", &Totals::customers},
    {"followed", &Totals::followed},
    {"returns", &Totals::returns},
    {"complaints", &Totals::complaints},
    {"unsubscribed", &Totals::unsubscribed},
    {"reactivated", &Totals::reactivated},
    {"brought", &Totals::brought},
    {"acquisition_cost", &Totals::acquisition_cost},
    {"discounted_acquisition_cost", &Totals::discounted_acquisition_cost},
    {"stopped", &Totals::stopped},
    {"redesign", &Totals::redesign},
    {"repurchased", &Totals::repurchased},
    {"participants", &Totals::participants},
}};
constexpr std::array<Column<LeverTotals>, 4> kLevers = {{
    {"contacts", &LeverTotals::contacts},
    {"responses", &LeverTotals::responses},
    {"redemptions", &LeverTotals::redemptions},
    {"cost", &LeverTotals::cost},
}};
constexpr std::array<Column<MonthTotals>, 5> kMonths = {{
    {"orders", &MonthTotals::orders},
    {"contacts", &MonthTotals::contacts},
    {"revenue", &MonthTotals::revenue},
    {"margin", &MonthTotals::margin},
    {"cost", &MonthTotals::cost},
}};
constexpr std::array<Column<CubeCell>, 7> kCube = {{
    {"customers", &CubeCell::customers},
    {"orders", &CubeCell::orders},
    {"revenue", &CubeCell::revenue},
    {"margin", &CubeCell::margin},
    {"cost", &CubeCell::cost},
    {"contacts", &CubeCell::contacts},
    {"complaints", &CubeCell::complaints},
}};
constexpr std::array<Column<DayTotals>, 2> kDays = {{
    {"discounted_margin", &DayTotals::margin},
    {"discounted_cost", &DayTotals::cost},
}};

/// Several sums of a run that stand in one array.
template <std::size_t kSize>
struct Row {
  const char* name;
  std::array<std::int64_t, kSize> Totals::*member;
};
constexpr Row<kRetentionDays.size()> kRetained = {"totals/retained", &Totals::retained};
constexpr std::array<Row<kChannels>, 2> kByChannel = {{
    {"totals/channel_contacts", &Totals::channel_contacts},
    {"totals/channel_responses", &Totals::channel_responses},
}};

template <std::size_t kSize>
void write_row(ContainerWriter& writer, const Row<kSize>& row, const std::vector<Totals>& totals) {
  std::vector<std::int64_t> values;
  for (const Totals& run : totals) {
    const auto& part = run.*row.member;
    values.insert(values.end(), part.begin(), part.end());
  }
  writer.write_matrix<std::int64_t>(row.name, values, totals.size(), kSize);
}

template <std::size_t kSize>
void read_row(const ContainerReader& reader, const Row<kSize>& row, std::vector<Totals>& totals) {
  const auto values = reader.read<std::int64_t>(row.name, totals.size() * kSize);
  for (std::size_t i = 0; i < values.size(); ++i) {
    (totals[i / kSize].*row.member)[i % kSize] = values[i];
  }
}

template <class T, std::size_t kCount>
void write_columns(ContainerWriter& writer, const std::string& group,
                   const std::array<Column<T>, kCount>& columns, const std::vector<T>& rows,
                   std::size_t cols) {
  std::vector<std::int64_t> values(rows.size());
  for (const Column<T>& column : columns) {
    std::transform(rows.begin(), rows.end(), values.begin(),
                   [&](const T& row) { return row.*column.member; });
    writer.write_matrix<std::int64_t>(group + "/" + column.name, values,
                                      cols == 0 ? 0 : values.size() / cols, cols);
  }
}

template <class T, std::size_t kCount>
std::vector<T> read_columns(const ContainerReader& reader, const std::string& group,
                            const std::array<Column<T>, kCount>& columns, std::size_t rows) {
  std::vector<T> values;
  for (const Column<T>& column : columns) {
    const auto read = reader.read<std::int64_t>(group + "/" + column.name, rows);
    // Only once a dataset of that size has been read: a hostile count takes no memory.
    values.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) values[i].*column.member = read[i];
  }
  return values;
}

void write_retention(ContainerWriter& writer, const Outcome& outcome) {
  std::vector<std::int64_t> followed;
  std::vector<std::int64_t> retained;
  for (const RegionRetention& region : outcome.retention) {
    followed.push_back(region.followed);
    retained.insert(retained.end(), region.retained.begin(), region.retained.end());
  }
  writer.write_matrix<std::int64_t>("retention/followed", followed, outcome.strategies(),
                                    outcome.region_names.size());
  writer.write_matrix<std::int64_t>("retention/retained", retained, followed.size(),
                                    kRetentionDays.size());
}

std::vector<RegionRetention> read_retention(const ContainerReader& reader, const Outcome& outcome) {
  const std::size_t cells = outcome.strategies() * outcome.region_names.size();
  const auto followed = reader.read<std::int64_t>("retention/followed", cells);
  const auto retained =
      reader.read<std::int64_t>("retention/retained", cells * kRetentionDays.size());
  std::vector<RegionRetention> regions(cells);
  for (std::size_t i = 0; i < retained.size(); ++i) {
    RegionRetention& region = regions[i / kRetentionDays.size()];
    region.followed = followed[i / kRetentionDays.size()];
    region.retained[i % kRetentionDays.size()] = retained[i];
  }
  return regions;
}

Dictionary dictionary_of(const std::vector<std::string>& names) {
  Dictionary dictionary;
  for (const std::string& name : names) dictionary.append(name);
  return dictionary;
}

std::vector<std::string> names_of(const Dictionary& dictionary) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < dictionary.size(); ++i) names.emplace_back(dictionary[i]);
  return names;
}

std::int64_t required_integer(const ContainerReader& reader, const char* name, std::int64_t low,
                              std::int64_t high) {
  const auto value = reader.integer_attribute(name);
  if (!value || *value < low || *value > high) {
    throw DataError(reader.path(), std::string(name), "missing or out of range");
  }
  return *value;
}

double required_real(const ContainerReader& reader, const char* name, double low, double high) {
  const auto value = reader.real_attribute(name);
  if (!value || !(*value >= low && *value <= high)) {
    throw DataError(reader.path(), std::string(name), "missing or out of range");
  }
  return *value;
}

void read_header(const ContainerReader& reader, Outcome& outcome) {
  constexpr std::int64_t kMost = 0xFFFFFFFF;
  outcome.strategy_names = names_of(reader.read_dictionary("strategies"));
  outcome.lever_names = names_of(reader.read_dictionary("levers"));
  outcome.region_names = names_of(reader.read_dictionary("regions"));
  outcome.currency = reader.string_attribute("currency").value_or("");
  outcome.gross_margin = required_real(reader, "gross_margin", 0.0, 1.0);
  outcome.horizon_days = required_real(reader, "horizon_days", 0.0, 1e6);
  outcome.customers = static_cast<std::uint64_t>(required_integer(reader, "customers", 1, kMost));
  outcome.parameter_draws =
      static_cast<std::uint32_t>(required_integer(reader, "parameter_draws", 1, 1 << 24));
  outcome.replications =
      static_cast<std::uint32_t>(required_integer(reader, "replications", 1, 1 << 24));
  outcome.uncertain = required_integer(reader, "uncertain", 0, 1) == 1;
  outcome.new_customers = required_integer(reader, "new_customers", 0, 1) == 1;
  outcome.caveat = reader.string_attribute("caveat").value_or("");
  outcome.months = static_cast<std::size_t>(required_integer(reader, "months", 1, 1 << 20));
  outcome.days = static_cast<std::size_t>(required_integer(reader, "days", 1, 1 << 24));
  outcome.events = static_cast<std::uint64_t>(
      required_integer(reader, "events", 0, std::numeric_limits<std::int64_t>::max()));
  if (outcome.region_names.empty()) throw DataError(reader.path(), "regions", "has no name");
  if (outcome.strategies() == 0) throw DataError(reader.path(), "strategies", "has no name");
  if (std::uint64_t{outcome.parameter_draws} * outcome.replications > 1U << 24U) {
    throw DataError(reader.path(), "replications", "too many");
  }
}

}  // namespace

void write_result(const Execution& execution, const Outcome& outcome, const std::string& path) {
  ContainerWriter writer(execution, path, "result", kResultVersion);
  writer.attribute("currency", std::string_view(outcome.currency));
  writer.attribute("gross_margin", outcome.gross_margin);
  writer.attribute("horizon_days", outcome.horizon_days);
  writer.attribute("customers", static_cast<std::int64_t>(outcome.customers));
  writer.attribute("parameter_draws", static_cast<std::int64_t>(outcome.parameter_draws));
  writer.attribute("replications", static_cast<std::int64_t>(outcome.replications));
  writer.attribute("uncertain", static_cast<std::int64_t>(outcome.uncertain ? 1 : 0));
  writer.attribute("new_customers", static_cast<std::int64_t>(outcome.new_customers ? 1 : 0));
  if (!outcome.caveat.empty()) writer.attribute("caveat", std::string_view(outcome.caveat));
  writer.attribute("months", static_cast<std::int64_t>(outcome.months));
  writer.attribute("days", static_cast<std::int64_t>(outcome.days));
  writer.attribute("events", static_cast<std::int64_t>(outcome.events));
  writer.write_dictionary("strategies", dictionary_of(outcome.strategy_names));
  writer.write_dictionary("levers", dictionary_of(outcome.lever_names));
  writer.write_dictionary("regions", dictionary_of(outcome.region_names));
  const std::size_t runs = std::size_t{outcome.parameter_draws} * outcome.replications;
  write_columns(writer, "totals", kTotals, outcome.totals, runs);
  write_row(writer, kRetained, outcome.totals);
  for (const auto& row : kByChannel) write_row(writer, row, outcome.totals);
  if (!outcome.lever_names.empty()) {
    write_columns(writer, "levers_by_run", kLevers, outcome.lever_totals,
                  outcome.lever_names.size());
    writer.write_matrix<std::int64_t>("lever_months/cost", outcome.lever_months,
                                      outcome.strategies() * outcome.lever_names.size(),
                                      outcome.months);
  }
  write_retention(writer, outcome);
  write_columns(writer, "cube", kCube, outcome.cube, outcome.region_names.size() * kCubeTiers);
  write_columns(writer, "months", kMonths, outcome.month_totals, outcome.months);
  write_columns(writer, "days", kDays, outcome.day_totals, outcome.days);
  write_columns(writer, "draw_flows", kDays, outcome.draw_flows, outcome.months);
  write_columns(writer, "batch_flows", kDays, outcome.batch_flows, outcome.months);
  writer.commit();
}

Outcome read_result(const Execution& execution, const std::string& path) {
  const ContainerReader reader(execution, path, "result", kResultVersion);
  Outcome outcome;
  read_header(reader, outcome);
  const std::size_t cells = outcome.strategies() * outcome.parameter_draws * outcome.replications;
  outcome.totals = read_columns(reader, "totals", kTotals, cells);
  read_row(reader, kRetained, outcome.totals);
  for (const auto& row : kByChannel) read_row(reader, row, outcome.totals);
  if (!outcome.lever_names.empty()) {
    outcome.lever_totals =
        read_columns(reader, "levers_by_run", kLevers, cells * outcome.lever_names.size());
    outcome.lever_months = reader.read<std::int64_t>(
        "lever_months/cost", outcome.strategies() * outcome.lever_names.size() * outcome.months);
  }
  outcome.retention = read_retention(reader, outcome);
  outcome.cube = read_columns(
      reader, "cube", kCube,
      outcome.strategies() * outcome.months * outcome.region_names.size() * kCubeTiers);
  outcome.month_totals =
      read_columns(reader, "months", kMonths, outcome.strategies() * outcome.months);
  outcome.day_totals = read_columns(reader, "days", kDays, outcome.strategies() * outcome.days);
  outcome.draw_flows = read_columns(
      reader, "draw_flows", kDays, outcome.strategies() * outcome.parameter_draws * outcome.months);
  outcome.batch_flows = read_columns(reader, "batch_flows", kDays,
                                     outcome.strategies() * kFlowBatches * outcome.months);
  return outcome;
}

}  // namespace tenure::simulator
