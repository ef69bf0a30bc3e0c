#pragma once

#include "lookup.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/customers/covariate_fit.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace tenure::apps {

/// The covariates of `customers` (codes into the ids of `file`), in that order, from a csv whose
/// first column is a customer's id, as `lookup` takes it, and whose others are numbers. Rows of
/// customers not asked for are left out.
/// @throws DataError with the line at fault: no column of numbers, no number, a customer twice; or
/// naming a customer who is missing.
customers::Covariates read_covariates(const Execution& execution, const std::string& path,
                                      const CustomerLookup& lookup, const CustomerIds& file,
                                      std::span<const std::uint32_t> customers);

}  // namespace tenure::apps
