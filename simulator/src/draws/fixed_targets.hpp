#pragma once

/// To be included before foreach_target.h: the lanes keep vectors in structs, which needs registers
/// of known size. Machines with scalable ones run NEON or the scalar code.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
