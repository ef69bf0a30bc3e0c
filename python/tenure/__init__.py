"""Who is about to leave, what to show each customer next, and what a retention programme pays back.

* :mod:`tenure.recommend`: recommenders on scipy matrices,
* :mod:`tenure.customers`: lifetime and spend models on pandas columns,
* :func:`tenure.simulate`: the return of retention strategies as data frames,
* :func:`tenure.import_log`, :func:`tenure.read_store`, :func:`tenure.generate`: logs of orders.

Work is done by C++ libraries without the interpreter's lock; Ctrl-C stops it.
"""

from .errors import ArgumentError, DataError, Error, NumericalError
from . import _native
from . import customers, recommend
from .log import Log, import_log, read_store
from .simulation import Simulation, generate, read_result, simulate

__version__ = _native.version

__all__ = [
    "ArgumentError",
    "DataError",
    "Error",
    "Log",
    "NumericalError",
    "Simulation",
    "customers",
    "generate",
    "import_log",
    "read_result",
    "read_store",
    "recommend",
    "simulate",
]
