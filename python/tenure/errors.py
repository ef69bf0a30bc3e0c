"""What Tenure raises."""

__all__ = ["Error", "ArgumentError", "DataError", "NumericalError"]


class Error(Exception):
    """Root of every exception that Tenure raises on purpose."""


class ArgumentError(Error, ValueError):
    """The caller's mistake: an option out of range, sizes that do not fit together."""


class DataError(Error):
    """A file's fault, with where it is: ``path``, and ``line`` or ``object`` or neither."""

    path = None
    line = None
    object = None


class NumericalError(Error, ArithmeticError):
    """A computation that did not converge or left the finite numbers."""
