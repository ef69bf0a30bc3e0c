# Every dependency of the libraries, found once. docs/ARCHITECTURE.md says why each is there.
find_package(Threads REQUIRED)
find_package(TBB REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(OpenMP REQUIRED COMPONENTS CXX) # FAISS's exported config names it without finding it
find_package(BLAS REQUIRED)
find_package(faiss REQUIRED CONFIG)
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(hwy REQUIRED CONFIG)
find_package(fmt REQUIRED CONFIG)
find_package(tomlplusplus REQUIRED CONFIG)
find_package(FastFloat REQUIRED CONFIG)
find_package(Boost REQUIRED) # headers of Boost.Math only
find_path(DEFLATE_INCLUDE_DIR libdeflate.h REQUIRED)
find_library(DEFLATE_LIBRARY deflate REQUIRED)
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
find_package(nlohmann_json REQUIRED CONFIG)
find_path(SODIUM_INCLUDE_DIR sodium.h REQUIRED)
find_library(SODIUM_LIBRARY sodium REQUIRED)
if(TENURE_WITH_XGBOOST)
  # Debian's exported config names a program of another package, so the files are found by hand.
  find_path(XGBOOST_INCLUDE_DIR xgboost/c_api.h REQUIRED)
  find_library(XGBOOST_LIBRARY xgboost REQUIRED)
endif()

# The Python package is built where its tools are there; -DTENURE_PYTHON=ON makes them required. The
# system's interpreter unless told, since numpy and pybind11 are its packages. A sanitizer's run-time
# library would have to be in the interpreter.
if(NOT DEFINED TENURE_PYTHON OR TENURE_PYTHON)
  if(NOT DEFINED Python_EXECUTABLE AND EXISTS /usr/bin/python3)
    set(Python_EXECUTABLE /usr/bin/python3)
  endif()
  find_package(Python 3.9 QUIET COMPONENTS Interpreter Development.Module)
  find_package(pybind11 2.10 QUIET CONFIG)
endif()
set(tenure_python_default OFF)
if(PROJECT_IS_TOP_LEVEL AND Python_Development.Module_FOUND AND pybind11_FOUND AND NOT TENURE_SANITIZE)
  set(tenure_python_default ON)
endif()
option(TENURE_PYTHON "Build the Python package" ${tenure_python_default})
if(TENURE_PYTHON AND NOT (Python_Development.Module_FOUND AND pybind11_FOUND))
  message(FATAL_ERROR "TENURE_PYTHON needs Python's headers and pybind11 (Debian: python3-dev, pybind11-dev)")
endif()
