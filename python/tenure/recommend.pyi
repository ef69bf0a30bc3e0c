from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix, spmatrix

from .log import Log, Path, Progress, Value

_Self = TypeVar("_Self", bound="Model")
Lists = tuple[NDArray[np.int32], NDArray[np.float32]]
Components = Sequence[tuple[Model, float]]

class Model:
    kind: ClassVar[str | None]
    threads: int
    seed: int
    def __init__(
        self,
        kind: str | None = None,
        *,
        threads: int = 0,
        seed: int = 1,
        components: Components | None = None,
        **options: float | str,
    ) -> None: ...
    def fit(
        self: _Self,
        user_items: spmatrix | Log,
        show_progress: bool | None = None,
        *,
        progress: Progress = None,
        value: Value = "binary",
        kinds: Mapping[str, float] | None = None,
        half_life_days: float | None = None,
    ) -> _Self: ...
    def recommend(
        self,
        userid: ArrayLike,
        user_items: spmatrix | None = None,
        N: int = 10,
        filter_already_liked_items: bool = True,
        filter_items: ArrayLike | None = None,
        recalculate_user: bool = False,
        items: ArrayLike | None = None,
        *,
        n: int | None = None,
        progress: Progress = None,
    ) -> Lists: ...
    def similar_items(
        self, itemid: ArrayLike, N: int = 10, *, n: int | None = None, include_self: bool = True
    ) -> Lists: ...
    def similar_users(
        self, userid: ArrayLike, N: int = 10, *, n: int | None = None, include_self: bool = True
    ) -> Lists: ...
    @property
    def user_factors(self) -> NDArray[np.float32] | None: ...
    @property
    def item_factors(self) -> NDArray[np.float32] | None: ...
    def recalculate_user(self, userid: ArrayLike, user_items: spmatrix) -> NDArray[np.float32]: ...
    @property
    def user_items(self) -> csr_matrix: ...
    @property
    def user_ids(self) -> NDArray[Any] | None: ...
    @property
    def item_ids(self) -> NDArray[Any] | None: ...
    @property
    def metrics(self) -> dict[str, float]: ...
    @property
    def solver(self) -> str: ...
    def save(
        self,
        path: Path,
        users: Sequence[object] | None = None,
        items: Sequence[object] | None = None,
    ) -> None: ...
    @classmethod
    def load(cls: type[_Self], path: Path, *, threads: int = 0) -> _Self: ...

def load(path: Path, *, threads: int = 0) -> Model: ...

class IALS(Model):
    def __init__(
        self,
        *,
        factors: int = 64,
        regularization: float = 0.1,
        unobserved_weight: float = 0.1,
        regularization_exponent: float = 0.5,
        epochs: int = 10,
        init_scale: float = 0.1,
        solver: Literal["auto", "exact", "cg", "block"] = "auto",
        cg_steps: int = 3,
        block_size: int = 64,
        threads: int = 0,
        seed: int = 1,
        alpha: float = 1.0,
        iterations: int | None = None,
        num_threads: int | None = None,
        random_state: int | None = None,
    ) -> None: ...

class BPR(Model):
    def __init__(
        self,
        *,
        factors: int = 64,
        learning_rate: float = 0.05,
        regularization: float = 0.005,
        epochs: int = 30,
        batch: int = 4096,
        init_scale: float = 0.1,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class LightGCN(Model):
    def __init__(
        self,
        *,
        factors: int = 64,
        layers: int = 2,
        temperature: float = 0.1,
        learning_rate: float = 0.03,
        activity_exponent: float = 1.0,
        epochs: int = 20,
        batch: int = 1024,
        init_scale: float = 0.1,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class EASE(Model):
    def __init__(
        self,
        *,
        regularization: float = 200.0,
        memory_gigabytes: float = 12.0,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class SparseEASE(Model):
    def __init__(
        self,
        *,
        regularization: float = 200.0,
        neighbours: int = 100,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class ItemKNN(Model):
    def __init__(
        self,
        *,
        similarity: Literal["cosine", "tfidf", "bm25", "rp3beta"] = "cosine",
        neighbours: int = 200,
        shrinkage: float = 20.0,
        asymmetry: float = 0.5,
        alpha: float = 1.0,
        beta: float = 0.6,
        bm25_k1: float = 1.2,
        bm25_b: float = 0.75,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class TurboCF(Model):
    def __init__(
        self,
        *,
        user_exponent: float = 0.6,
        power: float = 0.7,
        filter: int = 1,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class GFCF(Model):
    def __init__(
        self,
        *,
        low_pass_weight: float = 0.3,
        rank: int = 256,
        iterations: int = 12,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class Popularity(Model):
    def __init__(
        self,
        *,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class RecentPopularity(Model):
    def __init__(
        self,
        *,
        half_life_days: float = 30.0,
        window_days: float = 1000000.0,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class RegionalPopularity(Model):
    def __init__(
        self,
        *,
        smoothing: float = 100.0,
        by: Literal["region", "channel", "region+channel"] = "region",
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class PersonalFrequency(Model):
    def __init__(
        self,
        *,
        half_life_days: float = 180.0,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class NextBasket(Model):
    def __init__(
        self,
        *,
        neighbours: int = 300,
        group_size: int = 100,
        within_decay: float = 0.9,
        group_decay: float = 0.7,
        alpha: float = 0.5,
        similarity_power: float = 2.0,
        trend_power: float = 0.25,
        trend_days: float = 60.0,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class Content(Model):
    def __init__(
        self,
        *,
        min_document_frequency: int = 2,
        max_document_share: float = 1.0,
        sublinear: Literal["yes", "no"] = "yes",
        categories: Literal["yes", "no"] = "yes",
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class Hybrid(Model):
    def __init__(
        self,
        *,
        factors: int = 64,
        regularization: float = 0.1,
        unobserved_weight: float = 0.1,
        regularization_exponent: float = 0.5,
        epochs: int = 10,
        init_scale: float = 0.1,
        feature_regularization: float = 0.3,
        min_document_frequency: int = 2,
        max_document_share: float = 1.0,
        sublinear: Literal["yes", "no"] = "yes",
        categories: Literal["yes", "no"] = "yes",
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class Blend(Model):
    def __init__(
        self,
        *,
        components: Components,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...

class Stack(Model):
    def __init__(
        self,
        *,
        components: Components,
        hold_out: Literal["mixed", "run", "random", "temporal"] = "mixed",
        held_out_share: float = 0.2,
        shortlist: int = 60,
        known_items: Literal["out", "in"] = "out",
        trees: int = 150,
        depth: int = 5,
        learning_rate: float = 0.1,
        leaf_weight: float = 20.0,
        blend_share: float = 0.2,
        threads: int = 0,
        seed: int = 1,
    ) -> None: ...
