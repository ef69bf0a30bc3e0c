# Installs the build into an empty prefix, then configures, builds and runs the consumer against it.
function(run what)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${WORK}" RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what} failed (${result}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

set(prefix "${WORK}/prefix")
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
run("install" ${CMAKE_COMMAND} --install "${BUILD}" --prefix "${prefix}")

# An exported path into the source or build tree works here and nowhere else.
file(GLOB exported "${prefix}/${LIBDIR}/cmake/tenure/*.cmake")
list(LENGTH exported count)
if(count LESS 3)
  message(FATAL_ERROR "expected the config, its version and the targets under ${prefix}: ${exported}")
endif()
foreach(file IN LISTS exported)
  file(READ "${file}" text)
  foreach(tree "${SOURCE}" "${BUILD}")
    string(FIND "${text}" "${tree}/" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "${file} names ${tree}")
    endif()
  endforeach()
endforeach()

# Every public header of the tree is installed.
file(GLOB headers RELATIVE "${SOURCE}" "${SOURCE}/*/include/tenure/*/*.hpp")
foreach(header IN LISTS headers)
  string(REGEX REPLACE "^[a-z]+/include/" "include/" installed "${header}")
  if(NOT EXISTS "${prefix}/${installed}")
    message(FATAL_ERROR "${header} is not installed")
  endif()
endforeach()

# Moved as a whole: the package must not depend on where it was installed first.
file(RENAME "${prefix}" "${WORK}/moved")
set(prefix "${WORK}/moved")
run("configure" ${CMAKE_COMMAND} -S "${CONSUMER}" -B "${WORK}/build" -G "${GENERATOR}"
  "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_BUILD_TYPE=${TYPE}" "-DCMAKE_PREFIX_PATH=${prefix}"
  "-DTENURE_EXPECTED_VERSION=${VERSION}"
  -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF -DCMAKE_FIND_USE_SYSTEM_PACKAGE_REGISTRY=OFF)
file(STRINGS "${WORK}/build/CMakeCache.txt" found REGEX "^tenure_DIR:")
string(FIND "${found}" "${prefix}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "another installation was found: ${found}")
endif()
run("build" ${CMAKE_COMMAND} --build "${WORK}/build")
run("consumer" "${WORK}/build/consumer" "${VERSION}")
message(STATUS "${output}")

if(EXISTS "${prefix}/${BINDIR}/tenure")
  run("installed command" "${prefix}/${BINDIR}/tenure" --version)
  if(NOT output MATCHES "${VERSION}")
    message(FATAL_ERROR "the installed command names another version: ${output}")
  endif()
endif()
