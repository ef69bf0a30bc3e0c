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

/// Places of the values below the limit, or of the others; `out` has room for a vector more.
template <bool kBelow>
HWY_INLINE std::size_t FindPlaces(const float* values, std::size_t n, float limit,
                                  std::uint32_t* out) {
  std::size_t found = 0;
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<float, 16> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const std::size_t width = hn::Lanes(d);
  const auto bound = hn::Set(d, limit);
  for (; i + width <= n; i += width) {
    const auto below = hn::Lt(hn::LoadU(d, values + i), bound);
    const auto wanted = kBelow ? below : hn::Not(below);
    if (hn::AllFalse(d, wanted)) continue;
    const auto places = hn::Add(hn::Iota(du, 0), hn::Set(du, static_cast<std::uint32_t>(i)));
    found += hn::CompressStore(places, hn::RebindMask(du, wanted), du, out + found);
  }
#endif
  for (; i < n; ++i) {
    out[found] = static_cast<std::uint32_t>(i);
    found += (values[i] < limit) == kBelow ? 1 : 0;
  }
  return found;
}

std::size_t PlacesBelow(const float* values, std::size_t n, float limit, std::uint32_t* out) {
  return FindPlaces<true>(values, n, limit, out);
}

std::size_t PlacesFrom(const float* values, std::size_t n, float limit, std::uint32_t* out) {
  return FindPlaces<false>(values, n, limit, out);
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
constexpr std::size_t kWidest = 16;
}  // namespace

void places_below(std::span<const float> values, float limit, std::vector<std::uint32_t>& places) {
  places.resize(values.size() + kWidest);
  places.resize(
      HWY_DYNAMIC_DISPATCH(PlacesBelow)(values.data(), values.size(), limit, places.data()));
}

void places_from(std::span<const float> values, float limit, std::vector<std::uint32_t>& places) {
  places.resize(values.size() + kWidest);
  places.resize(
      HWY_DYNAMIC_DISPATCH(PlacesFrom)(values.data(), values.size(), limit, places.data()));
}

std::size_t count_from(std::span<const float> values, float limit) {
  return HWY_DYNAMIC_DISPATCH(CountFrom)(values.data(), values.size(), limit);
}

}  // namespace tenure::simulator
#endif
