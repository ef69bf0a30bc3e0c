#include "stand_in.hpp"

#include "default_world.hpp"

#include <tenure/simulator/world.hpp>

namespace tenure::apps {

EventTable stand_in_log(const Execution& execution) {
  simulator::World world = simulator::parse_world(kDefaultWorld, "the built-in world");
  world.customers = kStandInCustomers;
  return simulator::generate(execution, world);
}

}  // namespace tenure::apps
