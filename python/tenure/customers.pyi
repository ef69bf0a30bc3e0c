from datetime import date
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from .log import Progress

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

# A number for numbers, a series where a series is among the arguments, else an array.
Column = float | NDArray[np.float64] | pd.Series
_Self = TypeVar("_Self", bound="LifetimeModel")

class _Fitted:
    threads: int
    seed: int
    def __init__(
        self, penalizer_coef: float = 0.0, *, threads: int = 0, seed: int = 1
    ) -> None: ...
    @property
    def params_(self) -> pd.Series: ...
    @property
    def standard_errors_(self) -> pd.Series: ...
    @property
    def variance_matrix_(self) -> pd.DataFrame: ...
    @property
    def confidence_intervals_(self) -> pd.DataFrame: ...
    @property
    def summary(self) -> pd.DataFrame: ...
    @property
    def log_likelihood_(self) -> float: ...
    @property
    def iterations_(self) -> int: ...

class LifetimeModel(_Fitted):
    kind: str
    def fit(
        self: _Self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        weights: ArrayLike | None = None,
        *,
        log_gaps: ArrayLike | None = None,
        progress: Progress = None,
    ) -> _Self: ...
    def conditional_expected_number_of_purchases_up_to_time(
        self, t: ArrayLike, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> Column: ...
    def predict(
        self, t: ArrayLike, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> Column: ...
    def conditional_probability_alive(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> Column: ...
    def discounted_residual_orders(
        self, discount: ArrayLike, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> Column: ...
    def expected_number_of_purchases_up_to_time(self, t: ArrayLike) -> Column: ...
    def probability_alive_up_to_time(self, t: ArrayLike) -> Column: ...

class BgNbd(LifetimeModel): ...
class MbgNbd(LifetimeModel): ...

class MbgCnbd(LifetimeModel):
    regularity: int
    def __init__(
        self,
        penalizer_coef: float = 0.0,
        *,
        regularity: int = 0,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...
    @property
    def regularity_(self) -> int: ...

class ParetoNbd(LifetimeModel): ...
class BgBb(LifetimeModel): ...

class GammaGamma(_Fitted):
    def fit(self, frequency: ArrayLike, monetary_value: ArrayLike) -> GammaGamma: ...
    def conditional_expected_average_profit(
        self, frequency: ArrayLike, monetary_value: ArrayLike
    ) -> Column: ...
    def customer_lifetime_value(
        self,
        transaction_prediction_model: LifetimeModel,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        monetary_value: ArrayLike,
        time: int = 12,
        discount_rate: float = 0.01,
        freq: str = "D",
    ) -> Column: ...

def summary_data_from_transaction_data(
    transactions: pd.DataFrame,
    customer_id_col: str,
    datetime_col: str,
    monetary_value_col: str | None = None,
    datetime_format: str | None = None,
    observation_period_end: str | date | pd.Period | None = None,
    freq: str = "D",
    freq_multiplier: float = 1,
    *,
    log_gaps: bool = False,
    threads: int = 0,
) -> pd.DataFrame: ...
def calibration_and_holdout_data(
    transactions: pd.DataFrame,
    customer_id_col: str,
    datetime_col: str,
    calibration_period_end: str | date | pd.Period,
    observation_period_end: str | date | pd.Period | None = None,
    freq: str = "D",
    freq_multiplier: float = 1,
    datetime_format: str | None = None,
    monetary_value_col: str | None = None,
    *,
    threads: int = 0,
) -> pd.DataFrame: ...
