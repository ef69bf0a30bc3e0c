"""Simulated lifetimes of customers under competing strategies, as data frames."""

import os

import pandas as pd

from . import _native, _toml
from ._progress import reporting
from .errors import ArgumentError
from .log import Log, read_store

__all__ = ["Simulation", "simulate", "read_result", "generate"]


class Simulation:
    """The outcome of a simulation. Money is in units of ``currency``; where nothing else is said,
    figures are for the whole population and horizon, means over all runs. Strategy ``baseline`` is
    doing nothing; a figure that does not exist is NaN."""

    def __init__(self, native):
        self._native = native
        self._frames = {}

    def __repr__(self):
        native = self._native
        return (
            f"<tenure.Simulation: {len(native.strategy_names) - 1} strategies, "
            f"{native.customers} customers, {native.horizon_days:g} days, "
            f"{native.parameter_draws} x {native.replications} runs>"
        )

    def _frame(self, name, *levels):
        if name not in self._frames:
            if len(levels) == 1:
                index = pd.Index(levels[0][1], name=levels[0][0])
            else:
                index = pd.MultiIndex.from_product(
                    [values for _, values in levels], names=[level for level, _ in levels]
                )
            self._frames[name] = pd.DataFrame(getattr(self._native, name)(), index=index)
        return self._frames[name].copy()

    @property
    def _strategies(self):
        return ("strategy", self._native.strategy_names)

    @property
    def _months(self):
        return ("month", range(1, self._native.n_months + 1))

    @property
    def strategies(self):
        """What each strategy pays back: ``roi`` = (incremental margin - cost) / cost, discounted.

        Of ``roi`` and every other figure, ``_low`` and ``_high`` hold what is not known of the
        world, ``_mc_low`` and ``_mc_high`` the Monte-Carlo error alone; docs/SIMULATOR.md says how
        each is made.
        """
        return self._frame("strategies", self._strategies)

    @property
    def months(self):
        """Orders, contacts, revenue, margin and cost by strategy and month."""
        return self._frame("months", self._strategies, self._months)

    @property
    def days(self):
        """Discounted margin and cost by strategy and day."""
        return self._frame("days", self._strategies, ("day", range(self._native.n_days)))

    @property
    def by_lever(self):
        """Contacts, responses, redemptions and cost by strategy and lever; levers in use alone."""
        frame = self._frame("by_lever", self._strategies, ("lever", self._native.lever_names))
        return frame[(frame != 0).any(axis=1)]

    @property
    def cube(self):
        """Customers, orders, revenue, margin, cost, contacts and complaints by strategy, month,
        region and lifecycle tier. Region "" are customers of unknown region, where there are any."""
        regions = ("region", self._native.region_names)
        tiers = ("tier", _native.tier_names())
        frame = self._frame("cube", self._strategies, self._months, regions, tiers)
        unknown = frame.index.get_level_values("region") == ""
        return frame if (frame[unknown] != 0).any(axis=None) else frame[~unknown]

    @property
    def variance(self):
        """Parts of the variance of ROI and incremental margin; see ``decompose`` of simulate()."""
        figures = ("figure", ["roi", "incremental_margin"])
        return self._frame("variance", self._strategies, figures)

    @property
    def retention(self):
        """Share of new customers who stay, and when the others leave, by strategy and region
        (``all`` last). None where nobody is followed for two years."""
        if "retention" not in self._frames:
            found = self._native.retention()
            if found is None:
                return None
            index = pd.MultiIndex.from_tuples(found[0], names=["strategy", "region"])
            self._frames["retention"] = pd.DataFrame(found[1], index=index)
        return self._frames["retention"].copy()

    @property
    def index(self):
        """Composite index of each strategy, 0 to 100, with its groups and dimensions. None for a
        result read from a file, which does not hold the scenario's weights."""
        return None if self._native.index() is None else self._frame("index", self._strategies)

    @property
    def runs(self):
        """Sums of each run by strategy, draw of the parameters, and replication."""
        return self._frame(
            "runs",
            self._strategies,
            ("draw", range(self._native.parameter_draws)),
            ("replication", range(self._native.replications)),
        )

    @property
    def currency(self):
        return self._native.currency

    @property
    def gross_margin(self):
        return self._native.gross_margin

    @property
    def horizon_days(self):
        return self._native.horizon_days

    @property
    def customers(self):
        """Customers of day 0."""
        return self._native.customers

    @property
    def events(self):
        """Orders and contacts over everything simulated."""
        return self._native.events

    def write(self, path):
        """Writes what was counted as result.h5, the same bytes as ``tenure simulate -o``."""
        self._native.write(os.fspath(path))


def _text_and_path(source, what):
    if isinstance(source, dict):
        return _toml.dumps(source), what
    if isinstance(source, str) and "\n" in source:
        return source, what
    if isinstance(source, (str, os.PathLike)):
        return None, os.fspath(source)
    raise ArgumentError(f"a {what} is a path, TOML text or a dictionary")


def simulate(
    scenario,
    store=None,
    *,
    model="bg-nbd",
    precision=None,
    max_replications=1000,
    decompose=False,
    seed=1,
    threads=0,
    progress=None,
):
    """Simulates what each strategy of a scenario would pay back, like ``tenure simulate``.

    ``scenario`` is a path, the text of one (anything of several lines), or a dictionary with the same
    keys (docs/reference/SCENARIO.md). ``store`` (a :class:`tenure.Log`, or a path) goes with scenarios of
    today's customers, to whose log ``model`` ("bg-nbd", "mbg-nbd" or "pareto-nbd") and Gamma-Gamma are
    fitted. The same seed gives the same result at any number of ``threads`` (0: all).

    With ``precision``, replications are added, up to ``max_replications``, until the Monte-Carlo
    interval of every ROI is no wider than that to either side; ``decompose`` simulates once more with
    other luck, for the parts of the variance.

    ``progress`` is None (a line on a terminal or in a notebook after a second), True (at once and
    anywhere stderr goes), False, or a function of stage, done and total. Ctrl-C stops the work.

    >>> import tenure
    >>> result = tenure.simulate({
    ...     "gross_margin": 0.4, "horizon_days": 180, "parameter_draws": 1, "replications": 4,
    ...     "population": {"customers": 2000, "unit": "week", "region": [{
    ...         "name": "home", "r": 0.4, "alpha": 13.0, "a": 0.3, "b": 0.8,
    ...         "p": 6.0, "q": 4.0, "gamma": 30.0}]},
    ...     "lever": [{"name": "mail", "trigger": {"days_idle": 14}, "cost": {"contact": 0.05},
    ...                "uptake": 0.2, "effect": {"rate": 1.5, "half_life_days": 30}}],
    ...     "strategy": [{"name": "remind", "levers": ["mail"]}]})
    >>> result
    <tenure.Simulation: 1 strategies, 2000 customers, 180 days, 1 x 4 runs>
    >>> result.strategies.loc["remind", "roi"] > 0
    True
    """
    text, path = _text_and_path(scenario, "scenario")
    if store is not None and not isinstance(store, Log):
        store = read_store(store, threads=threads, progress=progress)
    with reporting(progress) as callback:
        native = None if store is None else store._native
        return Simulation(
            _native.simulate(
                text, path, native, model, precision or 0.0, max_replications, decompose, threads, seed,
                callback,
            )
        )


def read_result(path):
    """Reads a result that ``tenure simulate -o`` or :meth:`Simulation.write` wrote.

    It holds the counts: what needs the scenario besides (``index``, the control variate of
    ``lifetime_value``, parts of the variance by ``decompose``) is not there again.
    """
    return Simulation(_native.read_result(os.fspath(path)))


def generate(world, *, seed=1, threads=0, progress=None):
    """The log of a synthetic shop whose truth is known, like ``tenure generate``: a
    :class:`tenure.Log`. ``world`` is a path, TOML text or a dictionary (docs/reference/SCENARIO.md).

    >>> import tenure
    >>> log = tenure.generate({
    ...     "start": "2024-01-01", "days": 365, "customers": 500, "items": 50, "unit": "week",
    ...     "prices": {"median": 12.0, "log_sd": 0.7}, "orders": {"lines_mean": 2.0},
    ...     "taste": {"clusters": 5, "strength": 0.7, "first_share": 0.7, "zipf_exponent": 0.8},
    ...     "region": [{"name": "home", "r": 0.4, "alpha": 13.0, "a": 0.3, "b": 0.8,
    ...                 "p": 6.0, "q": 4.0, "gamma": 30.0}]})
    >>> log.frame()["region"].cat.categories.tolist()
    ['home']
    """
    text, path = _text_and_path(world, "world")
    with reporting(progress) as callback:
        return Log(_native.generate(text, path, threads, seed, callback))
