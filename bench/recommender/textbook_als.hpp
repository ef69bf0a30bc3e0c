#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/recommender/ials.hpp>

#include <cstddef>
#include <vector>

namespace tenure::bench {

/// One half-epoch of exact iALS as it is usually written: for every row gather its factors, add
/// their products to the shared Gram matrix, Cholesky d x d. Eigen, two threads, row-major factors;
/// compiled with -O3 -mavx2 -mfma.
void textbook_half_epoch(const CsrView& pairs, const recommender::IalsOptions& options,
                         std::size_t d, const std::vector<float>& fixed,
                         std::vector<float>& solved);

/// Users, then items.
void textbook_epoch(const CsrView& by_user, const CsrView& by_item,
                    const recommender::IalsOptions& options, std::vector<float>& users,
                    std::vector<float>& items);

}  // namespace tenure::bench
