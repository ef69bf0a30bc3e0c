# Standard headers parsed once per target instead of once per file: about a third of the build's
# work. Every file still includes what it uses; the dev preset leaves this off and shows where one
# does not.
option(TENURE_PRECOMPILE "Precompile the headers that most files include" ON)

set(tenure_standard_headers
  <algorithm> <array> <cmath> <cstddef> <cstdint> <filesystem> <functional> <limits> <map> <memory>
  <numeric> <optional> <span> <stdexcept> <string> <string_view> <utility> <vector>)

# tenure_precompile(TARGET HEADERS...): the standard headers and HEADERS.
function(tenure_precompile target)
  if(NOT TENURE_PRECOMPILE)
    return()
  endif()
  # By language: a target may hold C files too. "$<ANGLE-R>" stands for the bracket a generator
  # expression would take for its own end.
  set(headers "")
  foreach(header IN LISTS tenure_standard_headers ARGN)
    string(REPLACE ">" "$<ANGLE-R>" header "${header}")
    list(APPEND headers "$<$<COMPILE_LANGUAGE:CXX>:${header}>")
  endforeach()
  target_precompile_headers(${target} PRIVATE ${headers})
  # ccache sees through a precompiled header only when told to. GCC 12 takes "text" + std::string for
  # a write out of bounds, and of a precompiled header says so.
  set(gnu $<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>)
  target_compile_options(${target} PRIVATE
    $<${gnu}:-fpch-preprocess> $<${gnu}:-Wno-array-bounds>
    $<${gnu}:-Wno-stringop-overflow> $<${gnu}:-Wno-stringop-overread>)
endfunction()
