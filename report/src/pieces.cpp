#include "pieces.hpp"

namespace tenure::report {

using simulator::Estimate;

Json ends(const std::optional<simulator::Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json(nullptr);
}

Json whisker_row(const std::string& name, const Estimate& estimate, const std::string& label,
                 const std::string& text) {
  return {{"name", name},
          {"value", estimate.value},
          {"range", ends(estimate.interval)},
          {"inner", ends(estimate.mc_interval)},
          {"label", label},
          {"text", text}};
}

Json whisker_row(const Format& format, const std::string& name, const Estimate& estimate,
                 Unit unit) {
  return whisker_row(name, estimate, format.text(estimate.value, unit),
                     format.with_range(estimate, unit));
}

void add_point(Json& line, const Format& format, const Estimate& estimate, Unit unit, bool band) {
  line["values"].push_back(estimate.value);
  line["texts"].push_back(format.with_range(estimate, unit));
  if (!band || !estimate.interval) return;
  line["low"].push_back(estimate.interval->low);
  line["high"].push_back(estimate.interval->high);
}

Table month_table(std::size_t months) {
  Table table{{"Month"}, {}};
  for (std::size_t m = 1; m <= months; ++m) {
    table.rows.push_back({{std::to_string(m), static_cast<double>(m)}});
  }
  return table;
}

Figure not_shown(const Figure& figure, const std::string& why) {
  return {figure.id, figure.title, "Not shown: " + why + ".", "", nullptr, {}};
}

}  // namespace tenure::report
