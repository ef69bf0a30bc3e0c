#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/recommender/ials.hpp>

#include <cstdint>

/// What iALS costs, counted in multiply-adds of what is really done.
namespace tenure::recommender::detail {

/// kAuto takes conjugate gradients where an exact epoch costs more than this many of theirs: they
/// are inexact, and a small gain in time is not worth that.
inline constexpr double kClearlyCheaper = 4.0;

/// A row with n pairs, once the fixed side is in its eigenbasis; `solver` is not kAuto.
std::uint64_t row_operations(const IalsOptions& options, IalsSolver solver, std::uint64_t n);

/// An epoch: both sides' rows, Gram matrices, eigenbases and rotations.
double epoch_operations(const IalsOptions& options, IalsSolver solver, const CsrView& by_user,
                        const CsrView& by_item);

/// options.solver, or for kAuto kExact or kConjugateGradient by the rule above.
IalsSolver chosen_solver(const IalsOptions& options, const CsrView& by_user,
                         const CsrView& by_item);

}  // namespace tenure::recommender::detail
