#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/random.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/customer_risk.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>

namespace tenure::customers {
namespace {

constexpr std::size_t kRowsAtOnce = 4096;  // what is held of every factor's weight

template <class T>
std::vector<T> pick(const std::vector<T>& column, const std::vector<std::size_t>& rows) {
  std::vector<T> picked;
  if (column.empty()) return picked;
  picked.reserve(rows.size());
  for (const std::size_t row : rows) picked.push_back(column[row]);
  return picked;
}

/// What factors and orders are made of, of these rows; codes and dictionaries of customers, items,
/// regions and channels stay.
EventTable rows_of(const EventTable& events, const std::vector<std::size_t>& rows) {
  EventTable part;
  part.customer = pick(events.customer, rows);
  part.item = pick(events.item, rows);
  part.time = pick(events.time, rows);
  part.quantity = pick(events.quantity, rows);
  part.unit_price = pick(events.unit_price, rows);
  part.region = pick(events.region, rows);
  part.channel = pick(events.channel, rows);
  part.kind = pick(events.kind, rows);
  part.customers = events.customers;
  part.items = events.items;
  part.regions = events.regions;
  part.channels = events.channels;
  part.item_is_service = events.item_is_service;
  part.currency = events.currency;
  return part;
}

/// Who is known on an evening, and whom to learn from.
struct Sample {
  std::uint64_t known = 0;
  std::uint64_t taken = 0;
  std::optional<EventTable> events;  // empty: everyone
};

// A customer is in or out by its code alone, so that the same ones are followed from day to day.
Sample draw_sample(std::uint64_t seed, const EventTable& events, std::int32_t as_of,
                   std::size_t most) {
  std::vector<std::uint8_t> known(events.customers.size(), 0);
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (day_of(events.time[row]) <= as_of) known[events.customer[row]] = 1;
  }
  Sample sample;
  sample.known = static_cast<std::uint64_t>(std::count(known.begin(), known.end(), 1));
  sample.taken = sample.known;
  if (sample.known <= most) return sample;
  const double share = static_cast<double>(most) / static_cast<double>(sample.known);
  for (std::size_t c = 0; c < known.size(); ++c) {
    if (known[c] == 0) continue;
    RandomStream stream(seed, {Purpose::kChurnSample, 0, static_cast<std::uint32_t>(c), 0});
    known[c] = stream.uniform() < share ? 1 : 0;
  }
  sample.taken = static_cast<std::uint64_t>(std::count(known.begin(), known.end(), 1));
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (known[events.customer[row]] != 0 && day_of(events.time[row]) <= as_of) rows.push_back(row);
  }
  if (!rows.empty()) sample.events = rows_of(events, rows);
  return sample;
}

ChurnFactors slice(const ChurnFactors& all, std::size_t begin, std::size_t end) {
  const auto part = [&](const auto& column, std::size_t width) {
    using Column = std::decay_t<decltype(column)>;
    return Column(column.begin() + static_cast<std::ptrdiff_t>(begin * width),
                  column.begin() + static_cast<std::ptrdiff_t>(end * width));
  };
  ChurnFactors some;
  some.as_of = all.as_of;
  some.customer = part(all.customer, 1);
  some.factors = all.factors;
  some.values = part(all.values, all.factors.size());
  if (!all.lifetime) return some;
  some.lifetime =
      LifetimeScores{all.lifetime->parameters, part(all.lifetime->p_alive, 1),
                     part(all.lifetime->expected_orders, 1), part(all.lifetime->no_order, 1)};
  return some;
}

void score(const Execution& execution, const ChurnFactors& factors, CustomerRisks& risks) {
  risks.probability.resize(factors.rows());
  risks.reasons.resize(factors.rows() * risks.reasons_each);
  // XGBoost's boosters are not made for several threads at once.
  Execution own = execution;
  if (risks.model.kind == ChurnModelKind::kTrees) own.threads = 1;
  parallel_for(
      own, factors.rows(), kRowsAtOnce,
      [&](const Chunk& chunk) {
        const ChurnFactors some = slice(factors, chunk.begin, chunk.end);
        const ChurnPrediction prediction = predict_churn(own, risks.model, some);
        for (std::size_t i = 0; i < some.rows(); ++i) {
          const std::size_t row = chunk.begin + i;
          risks.probability[row] = prediction.probability[i];
          const auto reasons = churn_reasons(risks.model, some, prediction, i, risks.reasons_each);
          std::copy(reasons.begin(), reasons.end(),
                    risks.reasons.begin() + static_cast<std::ptrdiff_t>(row * risks.reasons_each));
        }
      },
      "risk");
}

}  // namespace

std::string_view to_string(RiskLevel level) noexcept {
  constexpr std::array<std::string_view, kRiskLevels> kNames = {"low", "medium", "high"};
  return kNames[static_cast<std::size_t>(level)];
}

RiskLevel risk_level(double probability, const RiskCuts& cuts) noexcept {
  if (probability >= cuts.high_from) return RiskLevel::kHigh;
  return probability >= cuts.medium_from ? RiskLevel::kMedium : RiskLevel::kLow;
}

CustomerRisks customer_risks(const Execution& execution, const EventTable& events,
                             const OrderHistory& history, const CustomerRiskOptions& options) {
  const std::int32_t as_of = history.end_day;
  ChurnStudyOptions study_options = options.study;
  study_options.log_end = as_of;
  study_options.lifetime = false;
  CustomerRisks risks;
  {
    ChurnStudy all(events, study_options);
    const std::size_t days = std::max<std::size_t>(all.training_days(as_of).size(), 1);
    const Sample sample = draw_sample(execution.seed, events, as_of, options.training_rows / days);
    risks.known = sample.known;
    risks.learned_from = sample.taken;
    ChurnStudy study = sample.events ? ChurnStudy(*sample.events, study_options) : std::move(all);
    risks.model = train_best_churn_model(execution, study, as_of, options.kinds);
  }
  ChurnFactorOptions factor_options;
  factor_options.as_of = as_of;
  factor_options.active_days = study_options.active_days;
  factor_options.window_days = study_options.window_days;
  factor_options.lifetime = study_options.lifetime_factors;
  const ChurnFactors factors = churn_factors(execution, events, history, factor_options);
  risks.customer = factors.customer;
  risks.left_out = factors.left_out;
  risks.reasons_each = std::min(options.reasons, risks.model.factors.size());
  score(execution, factors, risks);
  return risks;
}

}  // namespace tenure::customers
