#pragma once

#include "ials_solver.hpp"

#include <tenure/core/matrix.hpp>
#include <tenure/recommender/ials.hpp>

namespace tenure::recommender {

struct IalsModel::State {
  IalsOptions options;
  IalsSolver solver;  // that found the factors, never kAuto
  Matrix<float> users;
  Matrix<float> items;
  detail::GramBasis basis;  // of the items, for folding in
};

}  // namespace tenure::recommender
