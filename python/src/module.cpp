#include "parts.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/version.hpp>

namespace tenure::python {

namespace {

/// The classes of tenure.errors, found once and never given back: exceptions may be raised while
/// the interpreter ends.
struct Errors {
  py::object argument;
  py::object data;
  py::object numerical;
  py::object error;

  static const Errors& get() {
    static const auto* const kErrors = [] {
      const py::module_ module = py::module_::import("tenure.errors");
      return new Errors{module.attr("ArgumentError"), module.attr("DataError"),
                        module.attr("NumericalError"), module.attr("Error")};
    }();
    return *kErrors;
  }
};

void raise(const py::object& type, const char* what) { PyErr_SetString(type.ptr(), what); }

void raise(const DataError& error) {
  const py::object instance = Errors::get().data(error.what());
  instance.attr("path") = error.path();
  instance.attr("line") = error.line() == 0 ? py::object(py::none()) : py::int_(error.line());
  instance.attr("object") =
      error.object().empty() ? py::object(py::none()) : py::str(error.object());
  PyErr_SetObject(Errors::get().data.ptr(), instance.ptr());
}

void translate(std::exception_ptr pointer) {
  try {
    if (pointer) std::rethrow_exception(pointer);
  } catch (const ArgumentError& error) {
    raise(Errors::get().argument, error.what());
  } catch (const DataError& error) {
    raise(error);
  } catch (const NumericalError& error) {
    raise(Errors::get().numerical, error.what());
  } catch (const Cancelled& error) {
    PyErr_SetString(PyExc_KeyboardInterrupt, error.what());
  } catch (const Error& error) {
    raise(Errors::get().error, error.what());
  }
}

}  // namespace

}  // namespace tenure::python

PYBIND11_MODULE(_native, module) {
  namespace python = tenure::python;
  module.doc() = "Tenure's libraries for the Python package around them; not an interface.";
  pybind11::register_exception_translator(&python::translate);
  module.attr("version") = std::string(tenure::version());
  python::bind_log(module);
  python::bind_recommend(module);
  python::bind_customers(module);
  python::bind_simulate(module);
}
