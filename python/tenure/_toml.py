"""Plain Python values as TOML, for scenarios that are made in Python."""

import datetime
import json
import math
import numbers

from .errors import ArgumentError


def _key(name):
    if not isinstance(name, str):
        raise ArgumentError(f"a key of a scenario must be text, not {name!r}")
    bare = name and all(c.isascii() and (c.isalnum() or c in "-_") for c in name)
    return name if bare else _text(name)


def _text(value):
    # JSON's escapes are TOML's, but for the one control character that JSON does not escape.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _number(value):
    value = float(value)
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return "nan" if math.isnan(value) else repr(value)


def _value(value):
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return _number(value)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return _text(value.isoformat()[:10])
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if hasattr(value, "tolist"):
        return _value(value.tolist())
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    raise ArgumentError(f"a scenario cannot hold {value!r}")


def dumps(table):
    """One line a key of the dictionary."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())
