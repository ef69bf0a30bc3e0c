"""Logs of orders and other events: reading, importing, and what the models need of them."""

import os

import numpy as np
import pandas as pd
from scipy import sparse

from . import _native
from ._progress import reporting
from .errors import ArgumentError

__all__ = ["Log", "read_store", "import_log"]

KINDS = ["purchase", "return", "view", "cart", "favourite", "share", "review", "visit"]
DAYS_PER_UNIT = {"day": 1.0, "week": 7.0, "year": 365.0}


def _day_number(name, date):
    if date is None:
        return None
    try:
        stamp = pd.Timestamp(date)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{name}: {date!r} is no date") from error
    if stamp is pd.NaT:
        raise ArgumentError(f"{name}: {date!r} is no date")
    return int(np.floor((stamp.tz_localize(None) - pd.Timestamp(0)) / pd.Timedelta(days=1)))


def csr_from_parts(parts, shape):
    """A scipy matrix over the arrays of a native one, which are not copied where types allow."""
    row_start, columns, values = parts
    matrix = sparse.csr_matrix(
        (values, columns.view(np.int32), row_start.view(np.int64)), shape=shape, copy=False
    )
    matrix.has_sorted_indices = True
    matrix.has_canonical_format = True
    return matrix


class Log:
    """A log of events. Made by :func:`read_store` and :func:`import_log`; never changes."""

    def __init__(self, native):
        self._native = native
        self._ids = {}

    def __len__(self):
        return self._native.rows

    def __repr__(self):
        return (
            f"<tenure.Log: {len(self)} events of {self._native.n_customers} customers on "
            f"{self._native.n_items} items>"
        )

    def _ids_of(self, name):
        if name not in self._ids:
            self._ids[name] = pd.Index(self._native.ids(name), name=name, dtype=object)
        return self._ids[name]

    @property
    def customers(self):
        """Ids of the customers; row i of a matrix or of lists is ``customers[i]``."""
        return self._ids_of("customer")

    @property
    def items(self):
        """Ids of the items; column i of a matrix is ``items[i]``."""
        return self._ids_of("item")

    @property
    def currency(self):
        return self._native.currency

    @property
    def counts(self):
        """Where the rows of the input went: rows = kept + sum of dropped; flags count every fault."""
        return self._native.counts

    def frame(self):
        """The events as a data frame, one row each: ids as categories, times in UTC."""
        columns = {}
        for name, values in self._native.columns().items():
            if name == "time":
                columns[name] = values.view("datetime64[s]").astype("datetime64[ns]")
            elif name == "kind":
                columns[name] = pd.Categorical.from_codes(values.view(np.int8), KINDS)
            elif values.dtype == np.uint32:
                ids = self._ids_of(name)
                columns[name] = pd.Categorical.from_codes(values.view(np.int32), ids)
            else:
                columns[name] = values
        return pd.DataFrame(columns)

    def user_items(self, value="binary", kinds=None, half_life_days=None, *, threads=0):
        """Customers x items as a scipy CSR matrix of float32.

        ``value`` is ``"binary"``, ``"count"`` or ``"quantity"``; ``kinds`` maps kinds of events to
        weights (purchases alone, unless told); an event's weight halves every ``half_life_days``.

        >>> import tenure
        >>> log = tenure.import_log("orders.csv")
        >>> log.user_items(value="count").shape
        (4, 5)
        """
        weights = weight_options(value, kinds, half_life_days)
        shape = (self._native.n_customers, self._native.n_items)
        return csr_from_parts(self._native.user_items(weights, threads), shape)

    def summary(self, unit="week", calibration_end=None, cohort_start=None, *, threads=0):
        """What lifetime models are fitted to, one row a customer with an order by the end.

        Columns are ``frequency``, ``recency`` and ``T`` in ``unit`` (day, week, year), ``log_gaps``
        for :class:`tenure.customers.MbgCnbd`, and with prices ``monetary_value``, the mean of the
        repeat orders that have a value above 0, with their number ``spend_frequency``. Returns are
        netted, an order is a day's. ``calibration_end`` is inclusive; customers whose first order
        is before ``cohort_start`` are left out.

        >>> import tenure
        >>> log = tenure.import_log("orders.csv")
        >>> log.summary(unit="day")[["frequency", "recency", "T", "monetary_value"]]
                  frequency  recency     T  monetary_value
        customer
        anna            2.0     31.0  73.0            19.0
        bert            1.0     59.0  59.0            12.0
        cleo            0.0      0.0  29.0             0.0
        dora            1.0     10.0  19.0             9.0
        """
        if unit not in DAYS_PER_UNIT:
            raise ArgumentError(f"unit: '{unit}' is none of {', '.join(DAYS_PER_UNIT)}")
        columns = self._native.summary(
            DAYS_PER_UNIT[unit],
            _day_number("cohort_start", cohort_start),
            _day_number("calibration_end", calibration_end),
            threads,
        )
        index = self.customers[columns.pop("customer")]
        return pd.DataFrame(columns, index=index)

    def write(self, path, *, threads=0):
        """Writes the log as a store, for the command line or :func:`read_store`."""
        self._native.write(os.fspath(path), threads)


def weight_options(value, kinds, half_life_days):
    weights = {"value": value}
    if kinds is not None:
        weights["kinds"] = dict(kinds)
    if half_life_days is not None:
        weights["half_life_days"] = float(half_life_days)
    return weights


def read_store(path, *, threads=0, progress=None):
    """Reads a store that ``tenure import`` or :meth:`Log.write` wrote."""
    with reporting(progress) as callback:
        return Log(_native.read_store(os.fspath(path), threads, callback))


def import_log(
    path,
    format="auto",
    columns=None,
    *,
    currency="",
    items=None,
    strict=False,
    threads=0,
    progress=None,
):
    """Reads a log, or several as one, like ``tenure import``.

    ``format`` is one of auto, online-retail, cdnow, adjacency, pairs, csv; ``columns`` names the
    columns of a csv by role, e.g. ``{"customer": "buyer", "item": "sku"}``; ``items`` is a csv with
    texts and categories of items. Faulty rows are counted and left out, or with ``strict`` an error.

    >>> import tenure
    >>> log = tenure.import_log("orders.csv")
    >>> log
    <tenure.Log: 10 events of 4 customers on 5 items>
    >>> log.counts["kept"], list(log.items)
    (10, ['tea', 'cup', 'pot', 'jam', 'tin'])
    >>> log.frame().groupby("item", observed=True)["quantity"].sum().to_dict()
    {'tea': 7.0, 'cup': 3.0, 'pot': 1.0, 'jam': 2.0, 'tin': 1.0}
    """
    single = isinstance(path, (str, os.PathLike))
    paths = [os.fspath(each) for each in ([path] if single else path)]
    catalogue = "" if items is None else os.fspath(items)
    with reporting(progress) as callback:
        return Log(
            _native.import_log(
                paths, format, dict(columns or {}), currency, catalogue, strict, threads, callback
            )
        )
