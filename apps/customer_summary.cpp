#include "customer_table.hpp"
#include "lifetime_fit.hpp"
#include "text_table.hpp"

#include <tenure/core/money.hpp>
#include <tenure/core/time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tenure::apps {

namespace {

using customers::HealthLevel;
using customers::kTiers;
using customers::Segments;
using customers::SegmentSums;
using customers::Tier;

constexpr std::size_t kLevels = 3;

double share(double part, double whole) { return whole == 0.0 ? 0.0 : part / whole; }

double money_share(Money part, Money whole) {
  return share(static_cast<double>(part), static_cast<double>(whole));
}

std::string percent(double value) { return fmt::format("{:.1f} %", 100.0 * value); }

/// Customers with orders by health level: of all, and of the mature.
struct HealthCounts {
  std::array<std::uint64_t, kLevels> all{};
  std::array<std::uint64_t, kLevels> mature{};
};

HealthCounts health_counts(const CustomerTable& table) {
  HealthCounts counts;
  for (const auto& row : table.segments.rows) {
    if (!row.health.index) continue;
    const auto level =
        static_cast<std::size_t>(health_level(*row.health.index, table.options.health));
    ++counts.all[level];
    if (row.tier == Tier::kMature) ++counts.mature[level];
  }
  return counts;
}

std::vector<std::string> tier_row(const CustomerTable& table, std::string_view name,
                                  const SegmentSums& sums, const TierOutlook& outlook) {
  const Segments& segments = table.segments;
  const bool bought = sums.orders > 0;
  const bool forecast = bought && table.lifetime.orders.has_value();
  return {std::string(name),
          with_commas(sums.customers),
          with_commas(sums.orders),
          segments.has_value ? format_money(sums.revenue) : "-",
          segments.has_value ? percent(money_share(sums.revenue, segments.total.revenue)) : "-",
          outlook.with_health > 0 ? fmt::format("{:.1f}", outlook.health) : "-",
          forecast ? fmt::format("{:.3f}", outlook.p_alive) : "-",
          forecast ? fmt::format("{:.1f}", outlook.expected_orders) : "-",
          forecast && table.lifetime.spend ? format_money(to_money(outlook.lifetime_value)) : "-",
          outlook.with_risk > 0 ? fmt::format("{:.3f}", outlook.risk) : "-"};
}

/// Why customers who were lost long ago can have p alive 1.
std::string certainly_alive_note(const LifetimePart& lifetime) {
  if (!lifetime.orders || lifetime.orders->model != "bg-nbd") return "";
  const auto& frequency = lifetime.summary.counts.frequency;
  const auto once = std::count(frequency.begin(), frequency.end(), 0.0);
  if (once == 0) return "";
  return fmt::format(
      "  p alive is 1 for {} without a repeat order: bg-nbd lets nobody leave before one, --model "
      "mbg-nbd does\n",
      with_commas(static_cast<std::uint64_t>(once)));
}

std::string tiers_text(const CustomerTable& table) {
  const Segments& segments = table.segments;
  const auto outlooks = tier_outlooks(table);
  TextTable text({"tier", "customers", "orders", fmt::format("revenue {}", table.events.currency),
                  "share", "health", "p alive", "expected orders", "lifetime value", "risk"});
  for (std::size_t t = 0; t < kTiers; ++t) {
    const SegmentSums& sums = segments.by_tier[t];
    if (static_cast<Tier>(t) == Tier::kNone) continue;
    text.add(tier_row(table, to_string(static_cast<Tier>(t)), sums, outlooks[t]));
  }
  text.add(tier_row(table, "all", segments.total, outlooks[kTiers]));
  const std::uint64_t none = segments.by_tier[static_cast<std::size_t>(Tier::kNone)].customers;
  std::string lines = heading("Lifecycle tiers") + text.str();
  if (none > 0) {
    lines += fmt::format("  and {} without an order: nothing bought yet, or everything returned\n",
                         with_commas(none));
  }
  return lines + certainly_alive_note(table.lifetime);
}

template <class Name, std::size_t N>
std::string groups_text(const CustomerTable& table, const std::string& title,
                        const std::array<SegmentSums, N>& groups, const std::string& what,
                        const std::string& note) {
  const Segments& segments = table.segments;
  TextTable text({what, "customers", "share", "orders",
                  fmt::format("revenue {}", table.events.currency), "share"});
  for (std::size_t g = N; g-- > 0;) {
    const SegmentSums& sums = groups[g];
    if (sums.customers == 0) continue;
    text.add(
        {std::string(to_string(static_cast<Name>(g))), with_commas(sums.customers),
         percent(share(static_cast<double>(sums.customers),
                       static_cast<double>(segments.total.customers))),
         with_commas(sums.orders), segments.has_value ? format_money(sums.revenue) : "-",
         segments.has_value ? percent(money_share(sums.revenue, segments.total.revenue)) : "-"});
  }
  return heading(title) + text.str() + (note.empty() ? "" : "  " + note + "\n");
}

std::string social_note(const Segments& segments) {
  if (segments.has_social) return "";
  return "no shares or reviews in the log: nobody is social, four of the eight classes are empty";
}

std::string pyramid_note(const Segments& segments) {
  if (segments.has_shares && segments.has_reviews) return "";
  return fmt::format(
      "no {} in the log: nobody's value is {}",
      segments.has_social ? (segments.has_shares ? "reviews" : "shares") : "shares or reviews",
      segments.has_social ? (segments.has_shares ? "strategic" : "extended")
                          : "extended or strategic");
}

std::string top_text(const CustomerTable& table) {
  const Segments& segments = table.segments;
  const double of_all = share(static_cast<double>(segments.top.customers),
                              static_cast<double>(segments.total.customers));
  if (!segments.has_value) {
    return fmt::format("  the top {} of customers place {} of the orders\n", percent(of_all),
                       percent(share(static_cast<double>(segments.top.orders),
                                     static_cast<double>(segments.total.orders))));
  }
  return fmt::format("  the top {} of customers bring {} of the revenue\n", percent(of_all),
                     percent(money_share(segments.top.revenue, segments.total.revenue)));
}

std::string health_text(const CustomerTable& table) {
  const HealthCounts counts = health_counts(table);
  TextTable text({"health", "customers", "of them mature"});
  for (std::size_t level = kLevels; level-- > 0;) {
    text.add({std::string(to_string(static_cast<HealthLevel>(level))),
              with_commas(counts.all[level]), with_commas(counts.mature[level])});
  }
  std::string lines = heading("Health index") + text.str();
  for (std::size_t i = 0; i < customers::kIndicators; ++i) {
    const std::string& why = table.segments.health.left_out[i];
    if (why.empty()) continue;
    lines += fmt::format("  {} left out, the rest weighted up: {}\n",
                         to_string(static_cast<customers::Indicator>(i)), why);
  }
  return lines;
}

/// Customers with a risk by its level.
std::array<std::uint64_t, customers::kRiskLevels> risk_counts(const CustomerTable& table) {
  std::array<std::uint64_t, customers::kRiskLevels> counts{};
  for (const double p : table.risk.risks->probability) {
    ++counts[static_cast<std::size_t>(risk_level(p, table.options.risk))];
  }
  return counts;
}

std::string risk_text(const CustomerTable& table) {
  const RiskPart& part = table.risk;
  std::string lines =
      heading(fmt::format("Risk: no order in the next {} days", part.options.window_days));
  if (!part.risks) return lines + fmt::format("  none: {}\n", part.left_out);
  const customers::CustomerRisks& risks = *part.risks;
  const customers::RiskCuts& cuts = table.options.risk;
  const auto counts = risk_counts(table);
  TextTable text({"risk", "probability", "customers"});
  const std::array<double, customers::kRiskLevels + 1> bounds = {0.0, cuts.medium_from,
                                                                 cuts.high_from, 1.0};
  for (std::size_t level = customers::kRiskLevels; level-- > 0;) {
    text.add({std::string(to_string(static_cast<customers::RiskLevel>(level))),
              fmt::format("{:g} to {:g}", bounds[level], bounds[level + 1]),
              with_commas(counts[level])});
  }
  lines += text.str() +
           fmt::format(
               "  by the {} model, learned on {} days from {} of {} customers; asked of\n"
               "  those with an order in the last {} days\n",
               to_string(risks.model.kind), risks.model.trained_on.size(),
               with_commas(risks.learned_from), with_commas(risks.known), part.options.active_days);
  return lines;
}

Json risk_json(const CustomerTable& table) {
  const RiskPart& part = table.risk;
  Json json;
  json["window_days"] = part.options.window_days;
  json["active_days"] = part.options.active_days;
  json["medium_from"] = table.options.risk.medium_from;
  json["high_from"] = table.options.risk.high_from;
  if (!part.risks) {
    json["left_out"] = part.left_out;
    return json;
  }
  const customers::CustomerRisks& risks = *part.risks;
  json["model"] = to_string(risks.model.kind);
  json["customers"] = risks.customer.size();
  json["learned_from"] = risks.learned_from;
  json["trained_on"] = Json::array();
  for (const std::int32_t day : risks.model.trained_on) {
    json["trained_on"].push_back(format_date(day * kSecondsPerDay));
  }
  json["held_out_log_loss"] = risks.model.held_out_log_loss;
  json["factors_left_out"] = risks.left_out;
  const auto counts = risk_counts(table);
  for (std::size_t level = 0; level < counts.size(); ++level) {
    json["levels"][std::string(to_string(static_cast<customers::RiskLevel>(level)))] =
        counts[level];
  }
  return json;
}

/// "mbg-cnbd, r 0.5, ..., k 2".
std::string model_text(const customers::FitReport& fit) {
  std::string text = fit.model;
  for (std::size_t i = 0; i < fit.names.size(); ++i) {
    text += fmt::format(", {} {:.4g}", fit.names[i], fit.estimates[i]);
  }
  if (fit.model == "mbg-cnbd") text += fmt::format(", k {}", fit.regularity);
  return text + (fit.prior_reason.empty() ? "\n" : ", with a weak prior\n");
}

/// What the model was chosen from.
std::string comparison_text(const std::vector<customers::ModelScore>& scores) {
  std::string text = "lowest AIC:";
  for (const auto& score : scores) {
    const bool last = &score == &scores.back();
    text += score.fit ? fmt::format(" {} {:.1f}", score.model, score.aic)
                      : fmt::format(" {} has none ({})", score.model, score.fault);
    text += last ? "\n" : ",";
  }
  return text;
}

std::string lifetime_text(const CustomerTable& table) {
  const LifetimePart& lifetime = table.lifetime;
  std::string lines = heading(fmt::format("Next {:g} days", lifetime.options.horizon_days));
  if (!lifetime.orders) {
    return lines + fmt::format("  no forecast: {}\n", lifetime.orders_left_out);
  }
  lines += "  orders by " + model_text(*lifetime.orders);
  if (!lifetime.compared.empty()) lines += "  " + comparison_text(lifetime.compared);
  if (!lifetime.spend) {
    return lines + fmt::format("  no lifetime value: {}\n", lifetime.spend_left_out);
  }
  return lines + "  spend by " + model_text(*lifetime.spend) +
         fmt::format("  lifetime value: margin {:g} of revenue{}, discounted by {:g} a year\n",
                     lifetime.options.gross_margin,
                     lifetime.options.gross_margin == 1.0 ? " (none given)" : "",
                     lifetime.options.discount_rate);
}

Json sums_json(std::string_view name, const SegmentSums& sums, const Segments& segments) {
  Json json;
  json["name"] = name;
  json["customers"] = sums.customers;
  json["orders"] = sums.orders;
  json["revenue"] = segments.has_value ? Json(to_units(sums.revenue)) : Json(nullptr);
  return json;
}

template <class Name, std::size_t N>
Json groups_json(const std::array<SegmentSums, N>& groups, const Segments& segments) {
  Json json = Json::array();
  for (std::size_t g = 0; g < N; ++g) {
    json.push_back(sums_json(to_string(static_cast<Name>(g)), groups[g], segments));
  }
  return json;
}

Json tiers_json(const CustomerTable& table) {
  const auto outlooks = tier_outlooks(table);
  Json json = groups_json<Tier>(table.segments.by_tier, table.segments);
  json.push_back(sums_json("all", table.segments.total, table.segments));
  for (std::size_t t = 0; t < json.size(); ++t) {
    const TierOutlook& outlook = outlooks[t];
    const bool forecast = table.lifetime.orders.has_value();
    json[t]["health"] = outlook.with_health > 0 ? Json(outlook.health) : Json(nullptr);
    json[t]["p_alive"] = forecast ? Json(outlook.p_alive) : Json(nullptr);
    json[t]["expected_orders"] = forecast ? Json(outlook.expected_orders) : Json(nullptr);
    json[t]["lifetime_value"] =
        forecast && table.lifetime.spend ? Json(outlook.lifetime_value) : Json(nullptr);
    json[t]["risk"] = outlook.with_risk > 0 ? Json(outlook.risk) : Json(nullptr);
  }
  return json;
}

Json health_json(const CustomerTable& table) {
  const HealthCounts counts = health_counts(table);
  Json json;
  for (std::size_t level = 0; level < kLevels; ++level) {
    const std::string name(to_string(static_cast<HealthLevel>(level)));
    json["levels"][name] = counts.all[level];
    json["mature"][name] = counts.mature[level];
  }
  json["left_out"] = Json::object();
  double used = 0.0;
  for (std::size_t i = 0; i < customers::kIndicators; ++i) {
    const std::string& why = table.segments.health.left_out[i];
    if (why.empty()) {
      used += table.options.health.indicators[i].weight;
    } else {
      json["left_out"][std::string(to_string(static_cast<customers::Indicator>(i)))] = why;
    }
  }
  json["weights"] = Json::object();
  for (std::size_t i = 0; i < customers::kIndicators; ++i) {
    const auto indicator = static_cast<customers::Indicator>(i);
    if (!table.segments.health.used(indicator)) continue;
    json["weights"][std::string(to_string(indicator))] =
        100.0 * table.options.health.indicators[i].weight / used;
  }
  return json;
}

Json axis_json(const customers::RfmAxis& axis) {
  Json json = Json::array();
  for (const auto& bound : axis) json.push_back(bound ? Json(*bound) : Json(nullptr));
  return json;
}

Json lifetime_json(const LifetimePart& lifetime) {
  Json json;
  json["horizon_days"] = lifetime.options.horizon_days;
  json["gross_margin"] = lifetime.options.gross_margin;
  json["discount_rate"] = lifetime.options.discount_rate;
  json["level"] = lifetime.options.level;
  json["orders"] =
      lifetime.orders ? fit_json(*lifetime.orders) : Json{{"left_out", lifetime.orders_left_out}};
  for (const auto& score : lifetime.compared) {
    json["compared"].push_back(score.fit ? Json{{"model", score.model}, {"aic", score.aic}}
                                         : Json{{"model", score.model}, {"error", score.fault}});
  }
  json["spend"] =
      lifetime.spend ? fit_json(*lifetime.spend) : Json{{"left_out", lifetime.spend_left_out}};
  return json;
}

}  // namespace

std::array<TierOutlook, kTiers + 1> tier_outlooks(const CustomerTable& table) {
  std::array<TierOutlook, kTiers + 1> outlooks{};
  const auto& rows = table.segments.rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].orders == 0) continue;
    for (const std::size_t at : {static_cast<std::size_t>(rows[i].tier), kTiers}) {
      TierOutlook& outlook = outlooks[at];
      if (rows[i].health.index) {
        outlook.health += *rows[i].health.index;
        ++outlook.with_health;
      }
      if (!table.risk_row.empty() && table.risk_row[i] != kNoRisk) {
        outlook.risk += table.risk.risks->probability[table.risk_row[i]];
        ++outlook.with_risk;
      }
      if (table.lifetime.forecasts.empty()) continue;
      const auto& forecast = table.lifetime.forecasts[table.summary_row[i]];
      outlook.p_alive += forecast.p_alive;
      outlook.expected_orders += forecast.expected_orders;
      if (forecast.value) outlook.lifetime_value += forecast.value->expected;
    }
  }
  for (std::size_t t = 0; t <= kTiers; ++t) {
    const auto customers = static_cast<double>(t == kTiers ? table.segments.total.customers
                                                           : table.segments.by_tier[t].customers);
    outlooks[t].p_alive = share(outlooks[t].p_alive, customers);
    outlooks[t].health = share(outlooks[t].health, static_cast<double>(outlooks[t].with_health));
    outlooks[t].risk = share(outlooks[t].risk, static_cast<double>(outlooks[t].with_risk));
  }
  return outlooks;
}

std::string customer_summary_text(const CustomerTable& table) {
  const Segments& segments = table.segments;
  return tiers_text(table) +
         groups_text<customers::CustomerClass>(table, "RFM-3D classes", segments.by_class, "class",
                                               social_note(segments)) +
         groups_text<customers::PyramidLevel>(table, "Value pyramid", segments.by_level, "level",
                                              pyramid_note(segments)) +
         top_text(table) + health_text(table) + lifetime_text(table) + risk_text(table);
}

Json customer_summary_json(const CustomerTable& table) {
  const Segments& segments = table.segments;
  Json json;
  json["as_of"] = format_date(segments.as_of * kSecondsPerDay);
  json["currency"] = table.events.currency;
  json["known_customers"] = segments.rows.size();
  json["customers"] = segments.total.customers;
  json["orders"] = segments.total.orders;
  json["revenue"] = segments.has_value ? Json(to_units(segments.total.revenue)) : Json(nullptr);
  json["tiers"] = tiers_json(table);
  json["classes"] = groups_json<customers::CustomerClass>(segments.by_class, segments);
  json["levels"] = groups_json<customers::PyramidLevel>(segments.by_level, segments);
  json["top"] = sums_json("top", segments.top, segments);
  json["social"] = segments.has_social;
  json["rfm"] = {{"recency_days", axis_json(segments.rfm.recency)},
                 {"frequency", axis_json(segments.rfm.frequency)},
                 {"monetary", axis_json(segments.rfm.monetary)}};
  json["health"] = health_json(table);
  json["lifetime"] = lifetime_json(table.lifetime);
  json["risk"] = risk_json(table);
  return json;
}

}  // namespace tenure::apps
