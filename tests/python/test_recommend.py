"""Recommenders on scipy matrices: shapes, filters, fold-in, factors, files."""

import numpy as np
import pytest
from scipy import sparse

import tenure
from tenure import _native, recommend
from tenure.recommend import EASE, IALS, BPR, Blend, ItemKNN, Model, Popularity

ON_A_MATRIX = [
    "popularity", "bpr", "ials", "lightgcn", "item-knn", "turbo-cf", "gf-cf", "ease", "ease-sparse",
]
WITH_FACTORS = ["bpr", "ials", "lightgcn"]


@pytest.fixture(scope="module")
def model(likes):
    return IALS(factors=8, epochs=8).fit(likes)


def test_one_user_gets_vectors_and_several_get_matrices(model, likes):
    ids, scores = model.recommend(3, likes[3], N=4)
    assert ids.shape == scores.shape == (4,)
    assert (ids.dtype, scores.dtype) == (np.int32, np.float32)
    many_ids, many_scores = model.recommend([3, 40], likes[[3, 40]], N=4)
    assert many_ids.shape == many_scores.shape == (2, 4)
    assert (many_ids[0] == ids).all()
    assert (np.diff(many_scores, axis=1) <= 0).all()


def test_users_get_items_of_their_group(model, likes):
    ids, _ = model.recommend(np.arange(60), likes, N=3)
    assert (ids[:30] < 12).mean() > 0.75  # by chance: a third
    assert (ids[30:] >= 12).mean() > 0.75


def test_rows_may_be_given_or_taken_from_the_matrix_trained_on(model, likes):
    users = [7, 2, 51]
    aligned = model.recommend(users, likes[users])
    whole = model.recommend(users, likes)
    kept = model.recommend(users, n=10)
    for other in (whole, kept):
        assert all((a == b).all() for a, b in zip(aligned, other))


def test_known_items_are_left_out_unless_asked_for(model, likes):
    everything, _ = model.recommend(5, likes[5], N=25, filter_already_liked_items=False)
    assert sorted(everything) == list(range(25))
    known = set(likes[5].indices)
    ids, scores = model.recommend(5, likes[5], N=25)
    assert set(ids[ids >= 0]) == set(range(25)) - known
    assert (ids[-len(known):] == -1).all()
    assert (scores[-len(known):] == np.finfo(np.float32).min).all()


def test_lists_can_be_narrowed_to_items_or_spared_of_some(model, likes):
    ids, _ = model.recommend(5, likes[5], N=3, items=[20, 21, 22], filter_already_liked_items=False)
    assert set(ids) == {20, 21, 22}
    best, _ = model.recommend(5, likes[5], N=1)
    other, _ = model.recommend(5, likes[5], N=1, filter_items=best)
    assert other[0] != best[0]
    with pytest.raises(tenure.ArgumentError):
        model.recommend(5, likes[5], items=[1], filter_items=[2])


def test_a_stranger_is_folded_in_by_its_row(model, likes):
    row = sparse.csr_matrix(([1.0, 1.0, 1.0], ([0, 0, 0], [14, 17, 20])), shape=(1, 25))
    ids, _ = model.recommend(10**6, row, N=3, recalculate_user=True)
    assert (ids >= 12).all()
    factors = model.recalculate_user(10**6, row)
    assert factors.shape == (8,)
    best = np.argsort(-(model.item_factors @ factors))
    assert list(ids) == [item for item in best if item not in (14, 17, 20)][:3]


def test_a_known_user_without_new_items_folds_in_to_about_its_factor(model, likes):
    again = model.recalculate_user([3, 40], likes[[3, 40]])
    np.testing.assert_allclose(again, model.user_factors[[3, 40]], atol=0.05)
    everybody = model.recalculate_user(np.arange(60), likes)
    assert (everybody[[3, 40]] == again).all()


def test_users_without_items_get_popular_ones(likes):
    silent = sparse.vstack([likes, sparse.csr_matrix((1, 25), dtype=np.float32)]).tocsr()
    ids, _ = IALS(factors=4).fit(silent).recommend(60, silent[60], N=5)
    expected, _ = Popularity().fit(silent).recommend(60, silent[60], N=5)
    assert (ids == expected).all()


def test_similar_items_begin_with_the_item_itself(model):
    ids, scores = model.similar_items(13, N=6)
    assert ids.shape == (6,) and ids[0] == 13 and scores[0] == 1.0
    assert (ids[1:] >= 12).all()
    others, other_scores = model.similar_items(13, n=5, include_self=False)
    assert (others == ids[1:]).all() and (other_scores == scores[1:]).all()
    vectors = model.item_factors / np.linalg.norm(model.item_factors, axis=1, keepdims=True)
    np.testing.assert_allclose(scores[1:], (vectors @ vectors[13])[ids[1:]], rtol=1e-5)
    assert model.similar_items([1, 2, 3], N=4)[0].shape == (3, 4)
    assert model.similar_items(13, N=1)[0].tolist() == [13]


def test_similar_users_are_of_the_same_group(model):
    ids, _ = model.similar_users([2, 50], N=5)
    assert (ids[0] < 30).all() and (ids[1] >= 30).all()


def test_models_without_factors_list_what_goes_with_an_item(likes):
    ids, _ = ItemKNN(neighbours=10, shrinkage=1.0).fit(likes).similar_items(13, N=4)
    assert 13 not in ids and (ids >= 12).all()


@pytest.mark.parametrize("kind", ON_A_MATRIX)
def test_every_kind_that_needs_a_matrix_alone_can_be_used(kind, likes, tmp_path):
    options = {"epochs": 3} if kind in WITH_FACTORS else {}
    model = Model(kind, **options).fit(likes, progress=False)
    assert type(model) is recommend._CLASSES[kind]
    ids, scores = model.recommend(np.arange(60), likes, N=5)
    assert ids.shape == (60, 5) and np.isfinite(scores).all()
    for user in range(60):
        assert not set(ids[user]) & set(likes[user].indices)
    assert (model.user_factors is not None) == (kind in WITH_FACTORS)
    model.save(tmp_path / "model.h5")
    again = recommend.load(tmp_path / "model.h5")
    assert type(again) is type(model)
    for a, b in zip(again.recommend(np.arange(60), N=5), (ids, scores)):
        assert (a == b).all()


@pytest.mark.parametrize("kind", sorted(set(recommend._KINDS) - set(ON_A_MATRIX) - {"blend", "stack"}))
def test_kinds_that_read_events_say_so(kind, likes):
    with pytest.raises(tenure.ArgumentError):
        Model(kind).fit(likes)


@pytest.mark.parametrize(
    "kind", ["recent-popularity", "regional-popularity", "personal-frequency", "next-basket"]
)
def test_kinds_that_read_events_train_on_a_log(kind, shop_store):
    log = tenure.read_store(shop_store)
    ids, _ = Model(kind).fit(log).recommend([0, 1, 2], N=5, filter_already_liked_items=False)
    assert ids.shape == (3, 5) and (ids >= 0).all()


def test_results_do_not_depend_on_threads(likes):
    first = BPR(factors=4, epochs=3, threads=1, seed=9).fit(likes)
    second = BPR(factors=4, epochs=3, threads=3, seed=9).fit(likes)
    other = BPR(factors=4, epochs=3, threads=1, seed=10).fit(likes)
    assert (first.user_factors == second.user_factors).all()
    assert (first.user_factors != other.user_factors).any()


def test_a_float32_matrix_is_used_where_it_lies(likes):
    model = EASE().fit(likes)
    assert np.shares_memory(model.user_items.data, likes.data)
    assert np.shares_memory(model.user_items.indices, likes.indices)
    assert (model.user_items != likes).nnz == 0


@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.int8, bool])
def test_other_types_of_values_are_converted(model, likes, dtype):
    other = IALS(factors=8, epochs=8).fit(likes.astype(dtype))
    assert (other.item_factors == model.item_factors).all()


def test_unsorted_and_doubled_entries_are_put_right(likes, model):
    coo = likes.tocoo()
    order = np.random.default_rng(1).permutation(coo.nnz)
    halves = np.concatenate([coo.data[order] * np.float32(0.25), coo.data * np.float32(0.75)])
    rows = np.concatenate([coo.row[order], coo.row])
    columns = np.concatenate([coo.col[order], coo.col])
    by_row = np.argsort(rows, kind="stable")
    row_start = np.searchsorted(rows[by_row], np.arange(61))
    messy = sparse.csr_matrix((halves[by_row], columns[by_row], row_start), shape=likes.shape)
    assert not messy.has_canonical_format
    before = messy.nnz
    other = IALS(factors=8, epochs=8).fit(messy)
    assert (other.item_factors == model.item_factors).all()
    assert messy.nnz == before  # the caller's matrix is as it was


def test_factors_are_read_only_views_that_keep_the_model_alive(likes):
    factors = IALS(factors=8, epochs=8).fit(likes).user_factors
    assert factors.shape == (60, 8) and not factors.flags.owndata
    with pytest.raises(ValueError):
        factors[0, 0] = 1.0
    assert np.isfinite(factors).all()


def test_alpha_multiplies_the_values(likes):
    first = IALS(factors=4, epochs=3, alpha=2.0).fit(likes)
    second = IALS(factors=4, epochs=3).fit(likes * np.float32(2))
    assert (first.user_factors == second.user_factors).all()


def test_a_blend_is_made_of_other_models(likes):
    blend = Blend(components=[(EASE(regularization=5.0), 1.0), (Popularity(), 0.0)]).fit(likes)
    ids, _ = blend.recommend(np.arange(60), likes, N=5)
    expected, _ = EASE(regularization=5.0).fit(likes).recommend(np.arange(60), likes, N=5)
    assert (ids == expected).all()
    with pytest.raises(tenure.ArgumentError):
        Blend()
    with pytest.raises(TypeError):
        EASE(components=[])


def test_ids_given_when_saving_come_back(model, tmp_path):
    users = [f"u{i}" for i in range(60)]
    items = [f"i{i}" for i in range(25)]
    model.save(tmp_path / "m.h5", users=users, items=items)
    again = IALS.load(tmp_path / "m.h5")
    assert again.user_ids.tolist() == users and again.item_ids.tolist() == items
    assert (again.user_factors == model.user_factors).all()
    assert model.user_ids is None
    with pytest.raises(tenure.ArgumentError):
        model.save(tmp_path / "m.h5", users=users[:-1])
    with pytest.raises(tenure.ArgumentError):
        EASE.load(tmp_path / "m.h5")
    with pytest.raises(tenure.ArgumentError):
        again.fit(sparse.csr_matrix((2, 2)))


@pytest.mark.parametrize(
    "call",
    [
        lambda model, likes: model.recommend(60, likes),
        lambda model, likes: model.recommend(-1, likes),
        lambda model, likes: model.recommend(1.5, likes),
        lambda model, likes: model.recommend([0, 1], likes[:3]),
        lambda model, likes: model.recommend(0, likes[0, :20]),
        lambda model, likes: model.recommend(0, likes[0], N=0),
        lambda model, likes: model.recommend(0, likes[0].toarray()),
        lambda model, likes: model.recommend(0, likes[0], items=[25]),
        lambda model, likes: model.similar_items(25),
        lambda model, likes: model.similar_items(2, N=0),
        lambda model, likes: EASE().fit(likes).similar_items(2, N=-1),
        lambda model, likes: IALS(factors=4).recommend(0, likes[0]),
        lambda model, likes: IALS(factors=4, threads=-1).fit(likes),
        lambda model, likes: IALS(factors=4).fit(-likes),
        lambda model, likes: IALS(factors=4).fit(likes * np.nan),
        lambda model, likes: IALS(factors=4).fit(sparse.csr_matrix((3, 3))),
        lambda model, likes: IALS(factors=2.5),
        lambda model, likes: IALS(solver="magic"),
        lambda model, likes: Model("nonsense"),
        lambda model, likes: EASE().fit(likes).similar_users(0),
    ],
)
def test_mistakes_are_argument_errors(call, model, likes):
    with pytest.raises(tenure.ArgumentError):
        call(model, likes)


def test_empty_batches_give_empty_lists(model, likes):
    ids, scores = model.recommend(np.zeros(0, dtype=int), likes[:0], N=4)
    assert ids.shape == scores.shape == (0, 4)


def test_every_kind_of_the_library_has_a_class():
    assert set(recommend._CLASSES) == {kind["name"] for kind in _native.model_kinds()}
