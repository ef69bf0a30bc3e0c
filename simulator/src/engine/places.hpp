#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Which customers of a part have something to do, from an array of days: in vector lanes.
namespace tenure::simulator {

/// Places at which either of two values is below `limit`, in order: in the buffer, which grows
/// where it must. Spans of equal length.
std::span<const std::uint32_t> places_below(std::span<const float> a, std::span<const float> b,
                                            float limit, std::vector<std::uint32_t>& buffer);
/// Places of the values not below `limit`, likewise.
std::span<const std::uint32_t> places_from(std::span<const float> values, float limit,
                                           std::vector<std::uint32_t>& buffer);
/// Number of the values not below `limit`.
std::size_t count_from(std::span<const float> values, float limit);

}  // namespace tenure::simulator
