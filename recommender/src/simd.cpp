#include <tenure/recommender/simd.hpp>

#include <string_view>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd.cpp"
#include <hwy/foreach_target.h>
// Highway's own headers come after foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tenure::recommender::HWY_NAMESPACE {
const char* TargetName() { return hwy::TargetName(HWY_TARGET); }
}  // namespace tenure::recommender::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenure::recommender {

HWY_EXPORT(TargetName);

std::string_view simd_target() noexcept { return HWY_DYNAMIC_DISPATCH(TargetName)(); }

}  // namespace tenure::recommender
#endif
