#include "draws/fixed_targets.hpp"
#include "engine/places.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/places_lanes.cpp"
#include <hwy/foreach_target.h>
// Highway's own headers come after foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tenure::simulator {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR
using Tag = hn::CappedTag<float, 16>;

/// Adds the places i, i + 1, ... that are wanted; `out` has room for a vector.
HWY_INLINE std::size_t AddPlaces(hn::Mask<Tag> wanted, std::size_t i, std::uint32_t* out) {
  const Tag d;
  const hn::RebindToUnsigned<Tag> du;
  if (hn::AllFalse(d, wanted)) return 0;
  const auto places = hn::Add(hn::Iota(du, 0), hn::Set(du, static_cast<std::uint32_t>(i)));
  const auto mask = hn::RebindMask(du, wanted);
  hn::StoreU(hn::Compress(places, mask), du, out);
  return hn::CountTrue(du, mask);
}
#endif

std::size_t PlacesBelow(const float* a, const float* b, std::size_t n, float limit,
                        std::uint32_t* out) {
  std::size_t found = 0;
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const Tag d;
  const auto bound = hn::Set(d, limit);
  for (; i + hn::Lanes(d) <= n; i += hn::Lanes(d)) {
    const auto first = hn::Min(hn::LoadU(d, a + i), hn::LoadU(d, b + i));
    found += AddPlaces(hn::Lt(first, bound), i, out + found);
  }
#endif
  for (; i < n; ++i) {
    out[found] = static_cast<std::uint32_t>(i);
    found += a[i] < limit || b[i] < limit ? 1 : 0;
  }
  return found;
}

std::size_t PlacesFrom(const float* values, std::size_t n, float limit, std::uint32_t* out) {
  std::size_t found = 0;
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const Tag d;
  const auto bound = hn::Set(d, limit);
  for (; i + hn::Lanes(d) <= n; i += hn::Lanes(d)) {
    found += AddPlaces(hn::Ge(hn::LoadU(d, values + i), bound), i, out + found);
  }
#endif
  for (; i < n; ++i) {
    out[found] = static_cast<std::uint32_t>(i);
    found += values[i] >= limit ? 1 : 0;
  }
  return found;
}

std::size_t CountFrom(const float* values, std::size_t n, float limit) {
  std::size_t below = 0;
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<float, 16> d;
  const std::size_t width = hn::Lanes(d);
  const auto bound = hn::Set(d, limit);
  for (; i + width <= n; i += width) {
    below += hn::CountTrue(d, hn::Lt(hn::LoadU(d, values + i), bound));
  }
#endif
  for (; i < n; ++i) below += values[i] < limit ? 1 : 0;
  return n - below;
}

}  // namespace HWY_NAMESPACE
}  // namespace tenure::simulator
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenure::simulator {

HWY_EXPORT(PlacesBelow);
HWY_EXPORT(PlacesFrom);
HWY_EXPORT(CountFrom);

namespace {

/// Room for `values` places and a vector more.
std::uint32_t* room_for(std::size_t values, std::vector<std::uint32_t>& buffer) {
  constexpr std::size_t kWidest = 16;
  if (buffer.size() < values + kWidest) buffer.resize(values + kWidest);
  return buffer.data();
}

}  // namespace

std::span<const std::uint32_t> places_below(std::span<const float> a, std::span<const float> b,
                                            float limit, std::vector<std::uint32_t>& buffer) {
  std::uint32_t* places = room_for(a.size(), buffer);
  return {places, HWY_DYNAMIC_DISPATCH(PlacesBelow)(a.data(), b.data(), a.size(), limit, places)};
}

std::span<const std::uint32_t> places_from(std::span<const float> values, float limit,
                                           std::vector<std::uint32_t>& buffer) {
  std::uint32_t* places = room_for(values.size(), buffer);
  return {places, HWY_DYNAMIC_DISPATCH(PlacesFrom)(values.data(), values.size(), limit, places)};
}

std::size_t count_from(std::span<const float> values, float limit) {
  return HWY_DYNAMIC_DISPATCH(CountFrom)(values.data(), values.size(), limit);
}

}  // namespace tenure::simulator
#endif
