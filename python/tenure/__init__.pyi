from . import customers as customers
from . import recommend as recommend
from .errors import ArgumentError, DataError, Error, NumericalError
from .log import Log, import_log, read_store
from .simulation import Simulation, generate, read_result, simulate

__version__: str

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
