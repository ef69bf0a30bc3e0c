#pragma once

#include "figure.hpp"
#include "format.hpp"

#include <tenure/simulator/roi.hpp>

#include <cstddef>
#include <optional>
#include <string>

/// Pieces that several figures have.
namespace tenure::report {

/// [low, high], or null where there is none.
Json ends(const std::optional<simulator::Interval>& interval);

/// A row of a whisker chart: the point, the thin line of `interval`, the thick bar of
/// `mc_interval`, what stands at the point and what the tooltip says.
Json whisker_row(const std::string& name, const simulator::Estimate& estimate,
                 const std::string& label, const std::string& text);
/// The same with the value for a label and the interval in the tooltip.
Json whisker_row(const Format& format, const std::string& name, const simulator::Estimate& estimate,
                 Unit unit);

/// Appends a point with its text to a line; with `band` also the ends of its interval.
void add_point(Json& line, const Format& format, const simulator::Estimate& estimate, Unit unit,
               bool band);

/// A table with one row a month from 1 on, to which figures add columns.
Table month_table(std::size_t months);

/// The figure as it is where there is nothing to show; `why` begins small and has no full stop.
Figure not_shown(const Figure& figure, const std::string& why);

}  // namespace tenure::report
