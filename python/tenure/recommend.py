"""Recommenders, in the shape that users of ``implicit`` know.

>>> from scipy.sparse import csr_matrix
>>> from tenure.recommend import IALS
>>> user_items = csr_matrix([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 1]])
>>> model = IALS(factors=2, epochs=20).fit(user_items)
>>> ids, scores = model.recommend(0, user_items[0], N=2)
>>> ids
array([2, 3], dtype=int32)

Users and items are rows and columns of the matrix. Every model is trained by the C++ library: the
same results as the command line's, and at any number of threads.
"""

import inspect
import os

import numpy as np

from . import _native
from ._arrays import codes_of, list_length, mask_of, native_csr, whole
from ._progress import reporting
from .errors import ArgumentError
from .log import Log, csr_from_parts, weight_options

_NEW_USER = np.uint32(0xFFFFFFFF)
_LOWEST = np.finfo(np.float32).min
_KINDS = {kind["name"]: kind for kind in _native.model_kinds()}
_CLASSES = {}
# What implicit calls options and settings that are here by another name.
_OTHER_NAMES = {"iterations": "epochs", "num_threads": "threads", "random_state": "seed"}


class Model:
    """A recommender of any kind by the command line's name, e.g. ``Model("ials", factors=64)``.

    ``threads`` is the number of threads (0: all) and never changes results; ``seed`` keys every
    random draw. The classes below are the same with the kind fixed, and say their options.

    >>> Model("item-knn", neighbours=50)
    ItemKNN(neighbours=50)
    """

    kind = None

    def __new__(cls, kind=None, **_):
        if cls is not Model:
            return super().__new__(cls)
        if kind not in _KINDS:
            raise ArgumentError(f"unknown model {kind!r}; there are {', '.join(_KINDS)}")
        return super().__new__(_CLASSES[kind])

    def __init__(self, kind=None, *, threads=0, seed=1, components=None, **options):
        if kind is not None and kind != self.kind:
            raise ArgumentError(f"{type(self).__name__} is a model of kind {self.kind}")
        settings = {"threads": threads, "seed": seed}
        for other, name in _OTHER_NAMES.items():
            if options.get(other, self) is None:
                del options[other]
            if other in options:
                place = settings if name in settings else options
                place[name] = options.pop(other)
        self.threads = whole(settings["threads"], "threads")
        self.seed = whole(settings["seed"], "seed")
        self._alpha = self._take_alpha(options)
        self._options = options
        self._components = self._checked_components(components)
        known = [option["name"] for option in _KINDS[self.kind]["options"]]
        for name in options:
            if name not in known:
                raise TypeError(
                    f"{type(self).__name__} has no option {name!r}; it has "
                    f"{', '.join(known + ['threads', 'seed'])}"
                )
        _native.check_options(self.kind, options)
        self._native = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.kind is None:
            return
        _CLASSES[cls.kind] = cls
        keyword = inspect.Parameter.KEYWORD_ONLY
        parameters = [
            inspect.Parameter(option["name"], keyword, default=option["default"])
            for option in _KINDS[cls.kind]["options"]
        ]
        if _KINDS[cls.kind]["needs_components"]:
            parameters.insert(0, inspect.Parameter("components", keyword))
        for name, default in (("threads", 0), ("seed", 1)):
            parameters.append(inspect.Parameter(name, keyword, default=default))
        cls.__signature__ = inspect.Signature(parameters)

    def _take_alpha(self, options):
        return 1.0

    def _checked_components(self, components):
        if not _KINDS[self.kind]["needs_components"]:
            if components is not None:
                raise TypeError(f"{type(self).__name__} is not made of other models")
            return []
        if not components:
            raise ArgumentError(f"{type(self).__name__} needs components: (model, weight) pairs")
        return [(model.kind, dict(model._options), float(weight)) for model, weight in components]

    def __repr__(self):
        shown = [f"{name}={value!r}" for name, value in (self._options or {}).items()]
        return f"{type(self).__name__}({', '.join(shown)})"

    # Training

    def fit(
        self,
        user_items,
        show_progress=None,
        *,
        progress=None,
        value="binary",
        kinds=None,
        half_life_days=None,
    ):
        """Trains the model and returns it.

        ``user_items`` is a scipy CSR matrix, users in rows, values at least 0: how much each pair
        counts. Of float32 with 32-bit indices it is used where it lies, so do not change it in place
        afterwards. It may also be a :class:`tenure.Log`, which is made into a matrix by ``value``,
        ``kinds`` and ``half_life_days`` as in :meth:`tenure.Log.user_items`; models that read times,
        regions or texts need one.

        ``progress``: see :func:`tenure.simulate`.
        """
        if self._options is None:
            raise ArgumentError("a model from a file cannot be trained again: make a new one")
        with reporting(show_progress if progress is None else progress) as callback:
            common = (self.threads, self.seed, callback)
            if isinstance(user_items, Log):
                weights = weight_options(value, kinds, half_life_days)
                self._native = _native.TrainedModel.train_log(
                    self.kind, self._options, self._components, user_items._native, weights, *common
                )
            else:
                if (value, kinds, half_life_days) != ("binary", None, None):
                    raise ArgumentError("value, kinds and half_life_days go with a tenure.Log")
                matrix = native_csr(user_items, self._alpha)
                self._native = _native.TrainedModel.train_matrix(
                    self.kind, self._options, self._components, matrix, *common
                )
        return self

    @property
    def _trained(self):
        if self._native is None:
            raise ArgumentError("the model is not trained yet: call fit() first")
        return self._native

    # Lists

    def recommend(
        self,
        userid,
        user_items=None,
        N=10,
        filter_already_liked_items=True,
        filter_items=None,
        recalculate_user=False,
        items=None,
        *,
        n=None,
        progress=None,
    ):
        """The best items for a user, or for each of a list of users: ``(ids, scores)``.

        Both arrays are of length ``N`` (also spelt ``n``) for one user, of shape (users, N) for
        several; N is cut to the number of items. Where fewer items can be listed, the rest has id -1
        and the lowest float32 as score.

        ``user_items`` holds what the users have: one row for each of ``userid``, or all users of the
        model; the matrix trained on, where it is not given. Such items are left out unless
        ``filter_already_liked_items`` is false. Models with factors rank by the factor trained for
        the user; with ``recalculate_user`` it is found anew from the user's row, so that ``userid``
        may be anybody. Item models always rank by the row. A user without items gets popular ones.

        ``filter_items`` are never listed; of ``items``, where given, alone the list is made.

        >>> from scipy.sparse import csr_matrix
        >>> likes = csr_matrix([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 1]])
        >>> model = EASE(regularization=1.0).fit(likes)
        >>> ids, scores = model.recommend([0, 3], n=2)
        >>> ids
        array([[2, 3],
               [1, 0]], dtype=int32)
        """
        native = self._trained
        n = list_length(N, n)
        single = np.ndim(userid) == 0
        if recalculate_user and user_items is not None and user_items.shape[0] == np.size(userid):
            users = np.arange(np.size(userid), dtype=np.uint32)  # anybody: only the rows count
        else:
            users = codes_of(userid, native.n_users, "userid")
        histories, rows = None, users
        if user_items is not None:
            histories, rows = self._histories(user_items, users)
        if recalculate_user:
            users = np.full(users.size, _NEW_USER)
        if items is not None and filter_items is not None:
            raise ArgumentError("items and filter_items cannot be given together")
        denied = None if filter_items is None else mask_of(filter_items, native.n_items, "filter_items")
        allowed = None if items is None else mask_of(items, native.n_items, "items")
        with reporting(progress) as callback:
            ids, scores = native.recommend(
                users, rows, histories, n, not filter_already_liked_items, denied, allowed,
                self.threads, callback,
            )
        return (ids[0], scores[0]) if single else (ids, scores)

    def _histories(self, user_items, users):
        n_rows = user_items.shape[0]
        if n_rows != users.size and n_rows != self._trained.n_users:
            raise ArgumentError(
                f"user_items has {n_rows} rows: give one for each userid, or one for each user"
            )
        rows = np.arange(users.size, dtype=np.uint32) if n_rows == users.size else users
        return native_csr(user_items), rows

    def similar_items(self, itemid, N=10, *, n=None, include_self=True):
        """The nearest items to one or several: ``(ids, scores)``, shaped as :meth:`recommend`.

        By cosine of their factors, the item itself first, unless ``include_self`` is false. Models
        without factors list what they would show somebody who has the item and nothing else, so the
        item itself never comes.

        >>> from scipy.sparse import csr_matrix
        >>> likes = csr_matrix([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 1]])
        >>> ids, scores = IALS(factors=2, epochs=20).fit(likes).similar_items(3, N=2)
        >>> ids
        array([3, 2], dtype=int32)
        """
        native = self._trained
        codes = codes_of(itemid, native.n_items, "itemid")
        n = list_length(N, n)
        if native.factors("items") is None:
            lists = native.follow_ups(codes, n, self.threads)
        else:
            lists = self._nearest("items", codes, n, include_self)
        return tuple(part[0] for part in lists) if np.ndim(itemid) == 0 else lists

    def similar_users(self, userid, N=10, *, n=None, include_self=True):
        """The nearest users, for models with factors; see :meth:`similar_items`."""
        codes = codes_of(userid, self._trained.n_users, "userid")
        n = list_length(N, n)
        lists = self._nearest("users", codes, n, include_self)
        return tuple(part[0] for part in lists) if np.ndim(userid) == 0 else lists

    def _nearest(self, side, codes, n, include_self):
        ids, scores = self._trained.similar(side, codes, n, self.threads)
        if not include_self:
            return ids, scores
        trained = self._trained.factors(side)[codes].any(axis=1)
        own = np.where(trained, codes.astype(np.int32), np.int32(-1))[:, None]
        own_score = np.where(trained, np.float32(1), _LOWEST)[:, None]
        ids = np.concatenate([own, ids], axis=1)[:, :n]
        return ids, np.concatenate([own_score, scores], axis=1)[:, :n]

    # What was learnt

    @property
    def user_factors(self):
        """Factors of the users, a read-only view (users, factors); None for a model without."""
        return None if self._native is None else self._native.factors("users")

    @property
    def item_factors(self):
        """Factors of the items, a read-only view (items, factors); None for a model without."""
        return None if self._native is None else self._native.factors("items")

    def recalculate_user(self, userid, user_items):
        """Factors of users known by their rows alone; ``userid`` only says how many there are."""
        native = self._trained
        factors = native.fold_in(native_csr(user_items), self.threads)
        return factors[0] if np.ndim(userid) == 0 else factors

    @property
    def user_items(self):
        """The matrix the model was trained on; its arrays are read-only."""
        native = self._trained
        return csr_from_parts(native.train_matrix_parts(), (native.n_users, native.n_items))

    @property
    def user_ids(self):
        """Ids of the users, for a model trained on a log or read from a file; else None."""
        return np.array(self._trained.customers, dtype=object) if self._trained.has_ids else None

    @property
    def item_ids(self):
        """Ids of the items, for a model trained on a log or read from a file; else None."""
        return np.array(self._trained.items, dtype=object) if self._trained.has_ids else None

    @property
    def metrics(self):
        """Held-out figures that ``tenure train`` wrote into the model's file."""
        return self._trained.metrics

    @property
    def solver(self):
        """The solver that training took, for models that have several; else empty."""
        return self._trained.solver

    # Files

    def save(self, path, users=None, items=None):
        """Writes the model as ``tenure train`` does. ``users`` and ``items`` are ids (strings) in
        place of row and column numbers, for a model that has none of its own."""
        strings = [None if ids is None else [str(each) for each in ids] for ids in (users, items)]
        self._trained.save(os.fspath(path), *strings, self.threads)

    @classmethod
    def load(cls, path, *, threads=0):
        """Reads a model that :meth:`save` or ``tenure train`` wrote."""
        model = load(path, threads=threads)
        if not isinstance(model, cls):
            raise ArgumentError(f"{os.fspath(path)} holds a model of kind {model.kind}")
        return model


def load(path, *, threads=0):
    """Reads a model of any kind that :meth:`Model.save` or ``tenure train`` wrote."""
    native = _native.TrainedModel.load(os.fspath(path), threads)
    cls = _CLASSES[native.name]
    model = object.__new__(cls)
    model.threads = threads
    model.seed = 1
    model._alpha = 1.0
    model._options = None
    model._components = []
    model._native = native
    return model


class IALS(Model):
    """Implicit alternating least squares (Hu et al. 2008, Rendle et al. 2021).

    ``alpha`` multiplies the values of the matrix, as in implicit; ``iterations``, ``num_threads``
    and ``random_state`` are other names of ``epochs``, ``threads`` and ``seed``.
    """

    kind = "ials"

    def _take_alpha(self, options):
        return float(options.pop("alpha", 1.0))


class BPR(Model):
    """Matrix factorisation by Bayesian personalised ranking (Rendle et al. 2009)."""

    kind = "bpr"


class LightGCN(Model):
    """Graph convolution trained with the softmax over the whole catalogue (He et al. 2020)."""

    kind = "lightgcn"


class EASE(Model):
    """EASE^R, dense (Steck 2019): a linear model of items, for catalogues of thousands."""

    kind = "ease"


class SparseEASE(Model):
    """EASE^R on each item's nearest items: for larger catalogues."""

    kind = "ease-sparse"


class ItemKNN(Model):
    """Item neighbours: cosine, tfidf, bm25 or rp3beta by ``similarity``."""

    kind = "item-knn"


class TurboCF(Model):
    """Polynomial filters of the item graph (Park et al. 2024)."""

    kind = "turbo-cf"


class GFCF(Model):
    """Linear and ideal low-pass filter of the item graph (Shen et al. 2021)."""

    kind = "gf-cf"


class Popularity(Model):
    """How many users have each item: the same list for everybody."""

    kind = "popularity"


class RecentPopularity(Model):
    """Popularity that forgets; trained on a log with times."""

    kind = "recent-popularity"


class RegionalPopularity(Model):
    """Popularity by region, channel or both; trained on a log that has them."""

    kind = "regional-popularity"


class PersonalFrequency(Model):
    """What a customer buys again and again; trained on a log with times."""

    kind = "personal-frequency"


class NextBasket(Model):
    """TIFU-kNN for shops where people rebuy; trained on a log with times."""

    kind = "next-basket"


class Content(Model):
    """By the texts and categories of items; trained on a log that has them."""

    kind = "content"


class Hybrid(Model):
    """iALS that knows new items by their texts; trained on a log that has them."""

    kind = "hybrid"


class Blend(Model):
    """A weighted sum of other models' standardised scores.

    >>> Blend(components=[(IALS(factors=32), 0.6), (EASE(), 0.4)])
    Blend()
    """

    kind = "blend"


class Stack(Model):
    """Boosted trees that rank the best items of other models; trained on a log."""

    kind = "stack"


__all__ = ["Model", "load"] + sorted(cls.__name__ for cls in _CLASSES.values())
