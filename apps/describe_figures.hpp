#pragma once

#include "run.hpp"

#include <tenure/customers/cohort.hpp>
#include <tenure/customers/key_figures.hpp>
#include <tenure/customers/order_history.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenure::apps {

/// Groups shown to people; JSON has all.
inline constexpr std::size_t kGroupsShown = 10;

/// A group of customers, held in the history's region, and its figures.
struct FigureGroup {
  std::string name;
  std::optional<std::uint32_t> region;  ///< empty: everyone
  customers::KeyFigures figures;
};

/// Everyone, then the groups: by customers, or in their own order.
std::vector<FigureGroup> figure_groups(const customers::OrderHistory& history,
                                       const std::vector<std::string>& names, bool by_size);

Json optional_json(const std::optional<double>& value);
Json figures_json(const FigureGroup& group, const customers::OrderHistory& history);
std::string figures_text(const std::string& what, const std::vector<FigureGroup>& groups,
                         const customers::OrderHistory& history, const std::string& currency);

}  // namespace tenure::apps
