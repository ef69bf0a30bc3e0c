# Installs the build into an empty prefix, builds each example against it and runs it.
function(run what)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${WORK}" RESULT_VARIABLE result
                  OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what} failed (${result}):\n${output}${errors}")
  endif()
  message(STATUS "${what}\n${output}")
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect what)
  if(NOT output MATCHES "${what}")
    message(FATAL_ERROR "expected '${what}' in:\n${output}")
  endif()
endfunction()

set(prefix "${WORK}/prefix")
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
run("install" ${CMAKE_COMMAND} --install "${BUILD}" --prefix "${prefix}")
set(tenure "${prefix}/${BINDIR}/tenure")
run("models" "${SOURCE}/examples/make_models.sh" "${tenure}" "${WORK}/models")
set(models "${WORK}/models/a.h5" "${WORK}/models/b.h5")
run("lists" "${tenure}" recommend "${WORK}/models/a.h5" --all -n 3)
string(REGEX MATCH "([^ \n]+): ([^ ]+) ([^ ]+) ([^ \n]+)\n" first "${output}")
set(customer "${CMAKE_MATCH_1}")
set(best "${CMAKE_MATCH_2}[^\n]*${CMAKE_MATCH_3}[^\n]*${CMAKE_MATCH_4}")

set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
set(ENV{LD_LIBRARY_PATH} "${prefix}/${LIBDIR}")
foreach(example service c)
  run("${example}: configure" ${CMAKE_COMMAND} -S "${SOURCE}/examples/${example}"
    -B "${WORK}/${example}" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${CXX}"
    "-DCMAKE_C_COMPILER=${CC}" "-DCMAKE_BUILD_TYPE=${TYPE}" "-DCMAKE_PREFIX_PATH=${prefix}"
    -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF -DCMAKE_FIND_USE_SYSTEM_PACKAGE_REGISTRY=OFF)
  run("${example}: build" ${CMAKE_COMMAND} --build "${WORK}/${example}")
endforeach()

run("service" "${WORK}/service/service" ${models} 10000 8 100)
expect("10000 requests, 8 threads, 100 swaps: p50 [0-9]+ us, p99 [0-9]+ us, torn 0")
run("c" "${WORK}/c/recommend" ${models} "${customer}")
expect("next for the customer: ${best}")
expect("from the new model:")
if(PYTHON)
  run("ctypes" "${PYTHON}" "${SOURCE}/examples/ctypes/recommend.py"
    "${prefix}/${LIBDIR}/libtenure.so" ${models} "${customer}")
  expect("next for the customer: ${best}")
endif()

run("experiment" "${SOURCE}/examples/experiment/sweep.sh" "${tenure}" "${WORK}/experiment")
expect("share +runs +roi +cost +net +net_se")
expect("Decision: [0-9]+ % off, net [0-9]+ EUR")
file(STRINGS "${WORK}/experiment/runs.csv" runs)
list(LENGTH runs lines)
if(NOT lines EQUAL 26)
  message(FATAL_ERROR "runs.csv has ${lines} lines, not a header and 5 offers x 5 seeds")
endif()

# The package of the build's own folder python/, where it was built.
if(PYTHON AND EXISTS "${BUILD}/python/tenure/__init__.py")
  set(ENV{PYTHONPATH} "${BUILD}/python")
  set(ENV{PYTHONDONTWRITEBYTECODE} 1)
  run("study" "${PYTHON}" "${SOURCE}/examples/study/study.py")
  foreach(part "Held out" "BgNbd" "Value of the next twelve months" "voucher after 60 days"
          "pays? for sure")
    expect("${part}")
  endforeach()
else()
  message(STATUS "study: left out, the Python package is not built")
endif()
