#pragma once

#include "synthetic.hpp"

#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/model_file.hpp>

#include <cstdint>
#include <utility>

namespace tenure::recommender::test {

/// A small shop's model. Customer 0 has no history; item 5 is a service; each seed is another
/// model.
inline ModelFile served_file(std::uint64_t seed) {
  const EventTable names = table({}, 300, 80);
  ModelFile file;
  file.train = synthetic_matrix(300, 80, 7, true);
  const std::uint64_t first = file.train.row_start[1];
  file.train.columns.erase(file.train.columns.begin(),
                           file.train.columns.begin() + static_cast<std::ptrdiff_t>(first));
  file.train.values.erase(file.train.values.begin(),
                          file.train.values.begin() + static_cast<std::ptrdiff_t>(first));
  for (std::size_t i = 1; i < file.train.row_start.size(); ++i) file.train.row_start[i] -= first;
  IalsOptions options;
  options.factors = 12;
  options.epochs = 3;
  Execution execution = threads(1);
  execution.seed = seed;
  file.model = train_ials(execution, file.train, options);
  file.customers = names.customers;
  file.items = names.items;
  file.item_is_service.assign(80, 0);
  file.item_is_service[5] = 1;
  return file;
}

}  // namespace tenure::recommender::test
