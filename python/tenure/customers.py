"""Lifetime and spend models, in the shape that users of ``lifetimes`` know.

>>> from tenure.customers import BgNbd
>>> frequency, recency, weeks = [0, 1, 1, 2, 2, 5, 5, 9], [0, 3, 25, 10, 33, 15, 35, 36], [39] * 8
>>> bgf = BgNbd().fit(frequency, recency, weeks, weights=[70, 9, 6, 4, 5, 2, 3, 1])
>>> bgf
<tenure.BgNbd: fitted with 100 subjects, a: 1.03, alpha: 4.98, b: 2.17, r: 0.17>
>>> bgf.predict(4, 2, 33, 39) > bgf.predict(4, 2, 10, 39)  # the one who was here lately orders more
True

Frequency, recency and T may be lists, numpy arrays, pandas series or single numbers; results have
the same shape, and the index of the first series among them. Parameters are in the time unit of the
data and equal those of ``tenure fit`` to the last bit.
"""

import numpy as np
import pandas as pd

from . import _native
from ._progress import reporting
from .errors import ArgumentError

__all__ = [
    "LifetimeModel",
    "BgNbd",
    "MbgNbd",
    "MbgCnbd",
    "ParetoNbd",
    "BgBb",
    "GammaGamma",
    "summary_data_from_transaction_data",
    "calibration_and_holdout_data",
]

_Z95 = 1.959963984540054  # the 97.5 % quantile of the standard normal distribution
_DAYS = {"D": 1, "W": 7}
# Periods of T in a month, as lifetimes counts them.
_PERIODS_IN_MONTH = {"W": 4.345, "M": 1.0, "D": 30.0, "H": 720.0}


def _column(values):
    return np.ascontiguousarray(values, dtype=np.float64).ravel()


class _Rows:
    """Arguments brought to one shape, and results back into it."""

    def __init__(self, *arguments):
        self._index = next((a.index for a in arguments if isinstance(a, pd.Series)), None)
        broadcast = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in arguments))
        self._shape = broadcast[0].shape
        self.columns = [_column(a) for a in broadcast]

    def like(self, values, name=None):
        if self._index is not None:
            return pd.Series(values, index=self._index, name=name)
        return float(values[0]) if self._shape == () else values.reshape(self._shape)


class _Fitted:
    """What fitted models of any kind have."""

    def __init__(self, penalizer_coef=0.0, *, threads=0, seed=1):
        if penalizer_coef != 0.0:
            raise ArgumentError("there is no penalty here: models are fitted by maximum likelihood")
        self.threads = threads
        self.seed = seed
        self._native = None

    @property
    def _fit(self):
        if self._native is None:
            raise ArgumentError("the model is not fitted yet: call fit() first")
        return self._native

    @property
    def params_(self):
        """The estimates, a series."""
        return pd.Series(self._fit.estimates, index=self._fit.names)

    @property
    def standard_errors_(self):
        return pd.Series(self._fit.standard_errors, index=self._fit.names)

    @property
    def variance_matrix_(self):
        """Covariance of the estimates, from that of their logarithms by the delta method."""
        names = self._fit.names
        estimates = np.asarray(self._fit.estimates)
        logs = np.asarray(self._fit.log_covariance).reshape(len(names), len(names))
        return pd.DataFrame(logs * np.outer(estimates, estimates), index=names, columns=names)

    @property
    def confidence_intervals_(self):
        """95 %, estimate -/+ 1.96 standard errors."""
        spread = _Z95 * self.standard_errors_
        return pd.DataFrame(
            {"lower 95% bound": self.params_ - spread, "upper 95% bound": self.params_ + spread}
        )

    @property
    def summary(self):
        """Estimates with standard errors and 95 % intervals, one row a parameter."""
        table = pd.DataFrame({"coef": self.params_, "se(coef)": self.standard_errors_})
        return table.join(self.confidence_intervals_)

    @property
    def log_likelihood_(self):
        """Total over customers."""
        return self._fit.log_likelihood

    @property
    def iterations_(self):
        return self._fit.iterations

    def __repr__(self):
        name = f"tenure.{type(self).__name__}"
        if self._native is None:
            return f"<{name}>"
        shown = ", ".join(f"{key}: {value:.2f}" for key, value in sorted(self.params_.items()))
        return f"<{name}: fitted with {self._fit.customers} subjects, {shown}>"


class LifetimeModel(_Fitted):
    """How often customers order and when they leave. Use one of the classes below."""

    kind = ""

    def fit(self, frequency, recency, T, weights=None, *, log_gaps=None, progress=None):
        """Fits by maximum likelihood on repeat orders, time of the last one, and age; returns self.

        ``weights`` are customers that each row stands for.
        """
        data = [_column(values) for values in (frequency, recency, T)]
        more = [None if values is None else _column(values) for values in (weights, log_gaps)]
        with reporting(progress) as callback:
            self._native = _native.fit_orders(
                self.kind, *data, *more, 1.0, self._regularity(), self.threads, self.seed, callback
            )
        return self

    def _regularity(self):
        return 0

    def _of_customers(self, what, frequency, recency, T, other, name=None):
        rows = _Rows(frequency, recency, T, other)
        return rows.like(self._fit.of_customers(what, *rows.columns, self.threads), name)

    def conditional_expected_number_of_purchases_up_to_time(self, t, frequency, recency, T):
        """Expected orders in the next ``t`` units of a customer with this history."""
        return self._of_customers("orders", frequency, recency, T, t)

    def predict(self, t, frequency, recency, T):
        """The same: :meth:`conditional_expected_number_of_purchases_up_to_time`."""
        return self.conditional_expected_number_of_purchases_up_to_time(t, frequency, recency, T)

    def conditional_probability_alive(self, frequency, recency, T):
        """Probability that a customer with this history has not left."""
        return self._of_customers("p_alive", frequency, recency, T, 0.0)

    def discounted_residual_orders(self, discount, frequency, recency, T):
        """Expected orders ever after T, each discounted by exp(-discount x time since T)."""
        return self._of_customers("residual", frequency, recency, T, discount)

    def expected_number_of_purchases_up_to_time(self, t):
        """Expected repeat orders of a new customer within ``t`` units.

        >>> repeats, last, weeks = [0, 1, 1, 2, 2, 5, 5, 9], [0, 3, 25, 10, 33, 15, 35, 36], [39] * 8
        >>> model = ParetoNbd().fit(repeats, last, weeks, weights=[70, 9, 6, 4, 5, 2, 3, 1])
        >>> model.expected_number_of_purchases_up_to_time([0, 13, 26]).round(2)
        array([0.  , 0.32, 0.52])
        """
        rows = _Rows(t)
        return rows.like(self._fit.of_newcomers("orders", *rows.columns, self.threads))

    def probability_alive_up_to_time(self, t):
        """Probability that a new customer is still alive after ``t`` units."""
        rows = _Rows(t)
        return rows.like(self._fit.of_newcomers("survival", *rows.columns, self.threads))


class BgNbd(LifetimeModel):
    """BG/NBD (Fader, Hardie, Lee 2005): a customer may leave after each repeat order."""

    kind = "bg-nbd"


class MbgNbd(LifetimeModel):
    """MBG/NBD (Batislam et al. 2007): may leave after every order, the first included."""

    kind = "mbg-nbd"


class MbgCnbd(LifetimeModel):
    """MBG/CNBD-k (Platzer, Reutterer 2016): MBG/NBD with more regular gaps between orders.

    ``regularity`` is k; 0: by maximum likelihood, see ``regularity_``. ``fit`` needs ``log_gaps``,
    which :meth:`tenure.Log.summary` and :func:`summary_data_from_transaction_data` (with
    ``log_gaps=True``) give.
    """

    kind = "mbg-cnbd"

    def __init__(self, penalizer_coef=0.0, *, regularity=0, threads=0, seed=1):
        super().__init__(penalizer_coef, threads=threads, seed=seed)
        self.regularity = regularity

    def _regularity(self):
        return self.regularity

    @property
    def regularity_(self):
        return self._fit.regularity


class ParetoNbd(LifetimeModel):
    """Pareto/NBD (Schmittlein, Morrison, Colombo 1987): a customer may leave at any time."""

    kind = "pareto-nbd"


class BgBb(LifetimeModel):
    """BG/BB (Fader, Hardie, Shang 2010): one opportunity to order a period; T is their number."""

    kind = "bg-bb"


class GammaGamma(_Fitted):
    """Gamma-Gamma (Fader, Hardie 2013): what customers spend on an order.

    Its parameters are p, q and gamma, which lifetimes calls v.
    """

    def fit(self, frequency, monetary_value):
        """Fits on repeat orders and their mean value; rows without either are left out.

        >>> ggf = GammaGamma().fit([2, 1, 5, 3, 0, 2], [22.4, 11.8, 73.7, 30.2, 0.0, 25.6])
        >>> list(ggf.params_.index)
        ['p', 'q', 'gamma']
        """
        self._native = _native.fit_spend(_column(frequency), _column(monetary_value), self.threads)
        return self

    def conditional_expected_average_profit(self, frequency, monetary_value):
        """Expected value of an order of a customer with this history; of anybody at frequency 0."""
        rows = _Rows(frequency, monetary_value)
        return rows.like(self._fit.expected_value(*rows.columns, self.threads))

    def customer_lifetime_value(
        self,
        transaction_prediction_model,
        frequency,
        recency,
        T,
        monetary_value,
        time=12,
        discount_rate=0.01,
        freq="D",
    ):
        """Value of the orders of the next ``time`` months, as lifetimes counts it.

        ``discount_rate`` is a month's; an order of month m counts (1 + rate)^-m. ``freq`` is the
        unit of T: D (a month is 30 of them), W (4.345), M or H.
        """
        if freq not in _PERIODS_IN_MONTH:
            raise ArgumentError(f"freq: {freq!r} is none of {', '.join(_PERIODS_IN_MONTH)}")
        month = _PERIODS_IN_MONTH[freq]
        rows = _Rows(frequency, recency, T, monetary_value)
        x, t_x, age, mean = rows.columns
        value = _column(self.conditional_expected_average_profit(x, mean))
        total = np.zeros_like(x)
        before = np.zeros_like(x)
        for number in range(1, int(time) + 1):
            orders = transaction_prediction_model.predict(number * month, x, t_x, age)
            total += value * (orders - before) / (1.0 + discount_rate) ** number
            before = orders
        return rows.like(total, "clv")


# Histories from transactions


class _Transactions:
    """Customer codes, days and money of a frame of transactions, by ascending id."""

    def __init__(self, frame, customer, date, money, datetime_format, freq):
        if freq not in _DAYS:
            raise ArgumentError(f"freq: {freq!r} is none of {', '.join(_DAYS)}")
        self.freq = freq
        codes, self.ids = pd.factorize(frame[customer], sort=True)
        times = pd.to_datetime(frame[date], format=datetime_format)
        if times.dt.tz is not None:
            times = times.dt.tz_localize(None)
        kept = (codes >= 0) & times.notna().to_numpy()
        if not kept.any():
            raise ArgumentError("there are no transactions with a customer and a date")
        self.codes = codes[kept].astype(np.uint32)
        # A period stands for itself by its first day.
        self.periods = times[kept].dt.to_period(freq).dt.to_timestamp()
        self.money = None
        if money:
            self.money = _column(frame[money].to_numpy()[kept])
            if not (self.money >= 0).all():
                raise ArgumentError(
                    f"{money} must not be negative or missing: net returns against orders first"
                )

    def end(self, date, datetime_format):
        if date is None:
            return self.periods.max()
        if isinstance(date, pd.Period):
            date = date.to_timestamp()
        for form in (datetime_format, None):
            try:
                stamp = pd.to_datetime(date, format=form)
            except (TypeError, ValueError):
                continue
            return stamp.tz_localize(None).to_period(self.freq).to_timestamp()
        raise ArgumentError(f"{date!r} is no date")

    def summary(self, end, multiplier, threads):
        days = (self.periods - pd.Timestamp(0)).dt.days.to_numpy(dtype=np.int64)
        last = (end - pd.Timestamp(0)).days
        return _native.summarize_orders(
            self.codes, days, self.money, len(self.ids), last,
            _DAYS[self.freq] * float(multiplier), threads,
        )


def summary_data_from_transaction_data(
    transactions,
    customer_id_col,
    datetime_col,
    monetary_value_col=None,
    datetime_format=None,
    observation_period_end=None,
    freq="D",
    freq_multiplier=1,
    *,
    log_gaps=False,
    threads=0,
):
    """Frequency, recency, T, and monetary_value of each customer, in lifetimes' conventions.

    All transactions of a customer in one period (``freq`` D or W) are one order; the first is not
    counted; ``monetary_value`` is the mean of the repeat orders, worth 0 or not. The last period is
    that of ``observation_period_end``, inclusive. Times are in units of ``freq_multiplier`` periods:
    ``freq="D", freq_multiplier=7`` gives exact weeks.

    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "id": [1, 1, 1, 2], "date": ["2024-01-01", "2024-01-15", "2024-01-15", "2024-01-08"],
    ...     "spent": [5.0, 10.0, 2.0, 8.0]})
    >>> summary_data_from_transaction_data(
    ...     orders, "id", "date", monetary_value_col="spent", observation_period_end="2024-01-31")
        frequency  recency     T  monetary_value
    id
    1         1.0     14.0  30.0            12.0
    2         0.0      0.0  23.0             0.0
    """
    data = _Transactions(
        transactions, customer_id_col, datetime_col, monetary_value_col, datetime_format, freq
    )
    end = data.end(observation_period_end, datetime_format)
    columns = data.summary(end, freq_multiplier, threads)
    index = pd.Index(data.ids[columns.pop("customer")], name=customer_id_col)
    gaps = columns.pop("log_gaps")
    if log_gaps:
        columns["log_gaps"] = gaps
    return pd.DataFrame(columns, index=index)


def calibration_and_holdout_data(
    transactions,
    customer_id_col,
    datetime_col,
    calibration_period_end,
    observation_period_end=None,
    freq="D",
    freq_multiplier=1,
    datetime_format=None,
    monetary_value_col=None,
    *,
    threads=0,
):
    """The summary up to ``calibration_period_end``, inclusive, beside the orders that followed.

    Columns end in ``_cal`` and ``_holdout`` as in lifetimes; ``monetary_value_holdout`` is the mean of
    the transactions after the calibration, ``duration_holdout`` its length.
    """
    data = _Transactions(
        transactions, customer_id_col, datetime_col, monetary_value_col, datetime_format, freq
    )
    middle = data.end(calibration_period_end, datetime_format)
    end = data.end(observation_period_end, datetime_format)
    if end < middle:
        raise ArgumentError("the observation ends before the calibration")
    columns = data.summary(middle, freq_multiplier, threads)
    codes = columns.pop("customer")
    del columns["log_gaps"]
    result = pd.DataFrame(columns, index=pd.Index(data.ids[codes], name=customer_id_col))
    result = result.add_suffix("_cal")
    after = ((data.periods > middle) & (data.periods <= end)).to_numpy()
    later = pd.DataFrame({"code": data.codes[after], "period": data.periods[after].to_numpy()})
    orders = later.drop_duplicates().groupby("code").size()
    result["frequency_holdout"] = orders.reindex(codes, fill_value=0).to_numpy(dtype=np.float64)
    if data.money is not None:
        means = pd.Series(data.money[after]).groupby(data.codes[after]).mean()
        result["monetary_value_holdout"] = means.reindex(codes, fill_value=0.0).to_numpy()
    duration = (end - middle).days / (_DAYS[freq] * freq_multiplier)
    result["duration_holdout"] = int(duration) if duration == int(duration) else duration
    return result
