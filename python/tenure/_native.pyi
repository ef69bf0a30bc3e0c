# The compiled part. Not an interface: use the modules around it.
from typing import Any

import numpy as np
from numpy.typing import NDArray

version: str

class Csr:
    def __init__(
        self,
        row_start: NDArray[np.uint64],
        columns: NDArray[np.uint32],
        values: NDArray[np.float32],
        n_columns: int,
    ) -> None: ...

class Log: ...
class TrainedModel: ...
class Fit: ...
class Simulation: ...

def __getattr__(name: str) -> Any: ...
