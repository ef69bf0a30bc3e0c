#include "customer_table.hpp"
#include "text_file.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>

namespace tenure::apps {

namespace {

using customers::CustomerForecast;
using customers::Health;
using customers::kIndicators;
using customers::SegmentRow;

constexpr std::size_t kRowsPerChunk = 4096;
constexpr std::size_t kChunksAtOnce = 64;  // of text in memory

constexpr std::string_view kHeader =
    "customer,region,tier,class,level,top,orders,revenue,first_order,last_order,idle_days,"
    "r_score,f_score,m_score,frequency,recency,T,monetary,p_alive,expected_orders,orders_low,"
    "orders_high,lifetime_value,lifetime_value_low,lifetime_value_high,risk,risk_level,reason_1,"
    "reason_2,reason_3,health,health_level";

/// Fields of one record, with commas between.
class RecordWriter {
 public:
  explicit RecordWriter(std::string& text) : text_(text) {}

  /// RFC 4180: quoted where it holds a delimiter, a quote or a line end.
  void text(std::string_view value) {
    begin();
    if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
      text_.append(value);
      return;
    }
    text_.push_back('"');
    for (const char c : value) {
      if (c == '"') text_.push_back('"');
      text_.push_back(c);
    }
    text_.push_back('"');
  }
  void integer(std::int64_t value) {
    begin();
    fmt::format_to(std::back_inserter(text_), "{}", value);
  }
  void real(double value, int decimals) {
    begin();
    fmt::format_to(std::back_inserter(text_), "{:.{}f}", value, decimals);
  }
  /// Exact, with two decimals at least, so that a column adds up.
  void money(Money value) {
    begin();
    constexpr std::int64_t kMicros = 1000000;
    if (value < 0) text_.push_back('-');
    const std::int64_t units = value / kMicros;
    const std::int64_t rest = value % kMicros;
    fmt::format_to(std::back_inserter(text_), "{}.{:06}", units < 0 ? -units : units,
                   rest < 0 ? -rest : rest);
    for (int cut = 0; cut < 4 && text_.back() == '0'; ++cut) text_.pop_back();
  }
  void empty(int fields = 1) {
    for (int i = 0; i < fields; ++i) begin();
  }
  void end() {
    text_.push_back('\n');
    first_ = true;
  }

 private:
  void begin() {
    if (!first_) text_.push_back(',');
    first_ = false;
  }

  std::string& text_;
  bool first_ = true;
};

void write_history(RecordWriter& out, const CustomerTable& table, const SegmentRow& row,
                   std::size_t at) {
  const customers::Segments& segments = table.segments;
  const customers::CalibrationSummary& summary = table.lifetime.summary;
  out.text(to_string(row.customer_class));
  out.text(to_string(row.level));
  out.integer(row.top ? 1 : 0);
  out.integer(row.orders);
  segments.has_value ? out.money(row.revenue) : out.empty();
  out.text(format_date(row.first_day * kSecondsPerDay));
  out.text(format_date(row.last_day * kSecondsPerDay));
  out.integer(std::int64_t{segments.as_of} - row.last_day);
  out.integer(row.scores.recency);
  out.integer(row.scores.frequency);
  row.scores.monetary > 0 ? out.integer(row.scores.monetary) : out.empty();
  out.real(summary.counts.frequency[at], 0);
  out.real(summary.counts.recency[at], 6);
  out.real(summary.counts.age[at], 6);
  const bool spent = !summary.mean_value.empty() && summary.spend_frequency[at] > 0.0;
  spent ? out.real(summary.mean_value[at], 6) : out.empty();
}

void write_forecast(RecordWriter& out, const LifetimePart& lifetime, std::size_t at) {
  if (lifetime.forecasts.empty()) {
    out.empty(7);
    return;
  }
  const CustomerForecast& forecast = lifetime.forecasts[at];
  out.real(forecast.p_alive, 6);
  out.real(forecast.expected_orders, 6);
  out.real(forecast.orders.low, 0);
  out.real(forecast.orders.high, 0);
  if (!forecast.value) {
    out.empty(3);
    return;
  }
  out.real(forecast.value->expected, 4);
  out.real(forecast.value->interval.low, 4);
  out.real(forecast.value->interval.high, 4);
}

/// "factor:weight:value:typical", with the weight in log odds, positive where it raises the risk.
std::string reason_cell(const customers::ChurnReason& reason) {
  return fmt::format("{}:{:+.3f}:{:.4g}:{:.4g}", customers::churn_factor_list()[reason.factor].name,
                     reason.contribution, reason.value, reason.typical);
}

void write_risk(RecordWriter& out, const CustomerTable& table, std::size_t i) {
  if (table.risk_row.empty() || table.risk_row[i] == kNoRisk) {
    out.empty(2 + static_cast<int>(kReasons));
    return;
  }
  const customers::CustomerRisks& risks = *table.risk.risks;
  const std::size_t at = table.risk_row[i];
  out.real(risks.probability[at], 6);
  out.text(to_string(risk_level(risks.probability[at], table.options.risk)));
  const auto reasons = risks.reasons_of(at);
  for (std::size_t k = 0; k < kReasons; ++k) {
    k < reasons.size() ? out.text(reason_cell(reasons[k])) : out.empty();
  }
}

void write_health(RecordWriter& out, const Health& health,
                  const customers::HealthOptions& options) {
  if (health.index) {
    out.real(*health.index, 3);
    out.text(to_string(health_level(*health.index, options)));
  } else {
    out.empty(2);
  }
  for (const auto& points : health.contribution) {
    points ? out.real(static_cast<double>(*points), 3) : out.empty();
  }
}

void write_row(RecordWriter& out, const CustomerTable& table, std::size_t i) {
  const SegmentRow& row = table.segments.rows[i];
  const auto& regions = table.region;
  out.text(table.events.customers[row.code]);
  const std::uint32_t region = regions.empty() ? customers::kNoRegion : regions[row.code];
  region == customers::kNoRegion ? out.empty() : out.text(table.events.regions[region]);
  out.text(to_string(row.tier));
  if (row.orders == 0) {
    out.empty(3);
    out.integer(0);
    out.empty(22 + static_cast<int>(kReasons + kIndicators));
  } else {
    const std::size_t at = table.summary_row[i];
    write_history(out, table, row, at);
    write_forecast(out, table.lifetime, at);
    write_risk(out, table, i);
    write_health(out, row.health, table.options.health);
  }
  out.end();
}

std::string header() {
  std::string text(kHeader);
  for (std::size_t i = 0; i < kIndicators; ++i) {
    text += ",health_" + std::string(to_string(static_cast<customers::Indicator>(i)));
  }
  return text + "\n";
}

}  // namespace

void join_parts(CustomerTable& table) {
  const auto& rows = table.segments.rows;
  const auto& codes = table.lifetime.summary.customer;
  table.summary_row.assign(rows.size(), std::numeric_limits<std::uint32_t>::max());
  std::size_t next = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].orders == 0) continue;
    if (next >= codes.size() || codes[next] != rows[i].code) {
      throw ArgumentError("customer table: segments and summary are not of the same customers");
    }
    table.summary_row[i] = static_cast<std::uint32_t>(next++);
  }
  if (!table.risk.risks) return;
  const auto& at_risk = table.risk.risks->customer;
  table.risk_row.assign(rows.size(), kNoRisk);
  next = 0;
  for (std::size_t i = 0; i < rows.size() && next < at_risk.size(); ++i) {
    if (rows[i].code == at_risk[next]) table.risk_row[i] = static_cast<std::uint32_t>(next++);
  }
}

void write_customer_csv(const Execution& execution, const CustomerTable& table,
                        const std::string& path) {
  TextFile file(path);
  file.write(header());
  const std::size_t rows = table.segments.rows.size();
  constexpr std::size_t kAtOnce = kRowsPerChunk * kChunksAtOnce;
  std::vector<std::string> texts;
  for (std::size_t begin = 0; begin < rows; begin += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, rows - begin);
    texts.assign(chunk_count(count, kRowsPerChunk), {});
    parallel_for(execution, count, kRowsPerChunk, [&](const Chunk& chunk) {
      RecordWriter out(texts[chunk.index]);
      for (std::size_t i = chunk.begin; i < chunk.end; ++i) write_row(out, table, begin + i);
    });
    for (const std::string& text : texts) file.write(text);
  }
  file.commit();
}

}  // namespace tenure::apps
