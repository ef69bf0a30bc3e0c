#pragma once

#include "maximum_likelihood.hpp"

#include <tenure/core/parallel.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <cstddef>
#include <vector>

namespace tenure::customers::detail {

/// Compressed data as the likelihoods of four parameters walk through them: row by row what depends
/// on the times, once for each distinct x what depends on x alone.
class LikelihoodRows {
 public:
  /// `data` as compress() returns it; times are divided by `time_scale`.
  LikelihoodRows(const RecencyFrequency& data, double time_scale) {
    for (std::size_t i = 0; i < data.size(); ++i) {
      const double x = data.frequency[i];
      const double weight = data.weight_of(i);
      if (groups_.empty() || groups_.back().x != x) groups_.push_back({x, 0.0});
      groups_.back().weight += weight;
      x_.push_back(x);
      t_x_.push_back(data.recency[i] / time_scale);
      age_.push_back(data.age[i] / time_scale);
      weight_.push_back(weight);
    }
  }

  /// The sum of add_times(x, t_x, T, weight, sum) over the rows, chunks of them in parallel, and of
  /// add_group(x, weight, sum) over the distinct x.
  template <class AddTimes, class AddGroup>
  Derivatives sum(const Execution& execution, std::size_t rows_per_chunk, const AddTimes& add_times,
                  const AddGroup& add_group) const {
    constexpr std::size_t kParameters = 4;
    Derivatives total = parallel_reduce(
        execution, x_.size(), rows_per_chunk, Derivatives(kParameters),
        [&](const Chunk& chunk) {
          Derivatives part(kParameters);
          for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
            add_times(x_[i], t_x_[i], age_[i], weight_[i], part);
          }
          return part;
        },
        [](Derivatives& into, Derivatives&& from) { into.add(from); });
    for (const Group& group : groups_) add_group(group.x, group.weight, total);
    total.mirror();
    return total;
  }

 private:
  struct Group {
    double x;
    double weight;
  };
  std::vector<Group> groups_;  // distinct x
  std::vector<double> x_, t_x_, age_, weight_;
};

}  // namespace tenure::customers::detail
