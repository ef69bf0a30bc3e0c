#pragma once

#include <tenure/core/events.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tenure {

struct EraseOptions {
  /// Items that nobody else has stay, behind the others: an item is of the catalogue, not of a
  /// person. False: they go too; items that had no event before always stay.
  bool keep_items = true;
};

/// The table without some customers, as if it had been imported from the log without their rows:
/// their rows and ids are gone; orders, regions and channels that only they had too; codes follow
/// first appearance. Texts, categories and service marks stay with their items. `rows` and `kept`
/// of the counts are less by their rows; the counts of faults stay as they were imported.
/// `customers` are codes in any order.
/// @throws ArgumentError where a code is out of range or nobody would be left.
EventTable erase_customers(const EventTable& events, std::span<const std::uint32_t> customers,
                           const EraseOptions& options = {});

/// Rows of one customer, rising.
std::vector<std::size_t> rows_of_customer(const EventTable& events, std::uint32_t customer);

}  // namespace tenure
