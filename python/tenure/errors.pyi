__all__ = ["Error", "ArgumentError", "DataError", "NumericalError"]

class Error(Exception): ...
class ArgumentError(Error, ValueError): ...

class DataError(Error):
    path: str | None
    line: int | None
    object: str | None

class NumericalError(Error, ArithmeticError): ...
