#pragma once

#include "command_options.hpp"
#include "run.hpp"

#include <tenure/recommender/interactions.hpp>

#include <string>
#include <string_view>

namespace tenure::apps {

/// How events become weights, as the command line gives it.
struct WeightOptions {
  std::string kinds;            ///< "purchase=1,view=0.1"; empty: purchases
  std::string value;            ///< binary, count, quantity; empty: binary
  std::string decay_half_life;  ///< days; empty: no decay
  bool given() const noexcept {
    return !kinds.empty() || !value.empty() || !decay_half_life.empty();
  }
};

/// Adds --kinds, --value and --decay-half-life to a command.
void add_weight_options(const CommandOptions& sub, WeightOptions& options);

/// @throws ArgumentError that names the option and the part at fault.
recommender::InteractionOptions interaction_options(const WeightOptions& options);

}  // namespace tenure::apps
