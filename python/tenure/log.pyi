from collections.abc import Callable, Mapping, Sequence
from datetime import date
from os import PathLike
from typing import Any, Literal

import pandas as pd
from scipy.sparse import csr_matrix

__all__ = ["Log", "read_store", "import_log"]

Progress = bool | None | Callable[[str, int, int], object]
Path = str | PathLike[str]
Value = Literal["binary", "count", "quantity"]
Unit = Literal["day", "week", "year"]

class Log:
    def __init__(self, native: Any) -> None: ...
    def __len__(self) -> int: ...
    @property
    def customers(self) -> pd.Index: ...
    @property
    def items(self) -> pd.Index: ...
    @property
    def currency(self) -> str: ...
    @property
    def counts(self) -> dict[str, Any]: ...
    def frame(self) -> pd.DataFrame: ...
    def user_items(
        self,
        value: Value = "binary",
        kinds: Mapping[str, float] | None = None,
        half_life_days: float | None = None,
        *,
        threads: int = 0,
    ) -> csr_matrix: ...
    def summary(
        self,
        unit: Unit = "week",
        calibration_end: str | date | None = None,
        cohort_start: str | date | None = None,
        *,
        threads: int = 0,
    ) -> pd.DataFrame: ...
    def write(self, path: Path, *, threads: int = 0) -> None: ...

def csr_from_parts(parts: tuple[Any, Any, Any], shape: tuple[int, int]) -> csr_matrix: ...
def weight_options(
    value: str, kinds: Mapping[str, float] | None, half_life_days: float | None
) -> dict[str, Any]: ...
def read_store(path: Path, *, threads: int = 0, progress: Progress = None) -> Log: ...
def import_log(
    path: Path | Sequence[Path],
    format: Literal["auto", "online-retail", "cdnow", "adjacency", "pairs", "csv"] = "auto",
    columns: Mapping[str, str] | None = None,
    *,
    currency: str = "",
    items: Path | None = None,
    strict: bool = False,
    threads: int = 0,
    progress: Progress = None,
) -> Log: ...
