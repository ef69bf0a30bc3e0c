"""The same figures as the command line's, to the last bit, on the same data."""

import numpy as np
import pandas as pd
import pytest

import tenure
from conftest import SOURCE, data_file
from tenure import recommend
from tenure.customers import BgBb, BgNbd, GammaGamma, MbgCnbd, MbgNbd, ParetoNbd

KINDS = ["popularity", "bpr", "ials", "item-knn", "turbo-cf", "gf-cf", "ease", "next-basket"]
FEW = {"bpr": {"epochs": 4, "factors": 16}, "ials": {"epochs": 4, "factors": 16}}
ORDER_MODELS = [("bg-nbd", BgNbd), ("mbg-nbd", MbgNbd), ("pareto-nbd", ParetoNbd)]


@pytest.fixture(scope="module")
def log(shop_store):
    return tenure.read_store(shop_store)


@pytest.fixture(scope="module", params=KINDS)
def trained(request, shop_store, tenure_program, tmp_path_factory):
    """(kind, options, model file of `tenure train`, lists of `tenure recommend --all`)."""
    kind = request.param
    options = FEW.get(kind, {})
    path = tmp_path_factory.mktemp("model") / "model.h5"
    flags = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    tenure_program("train", shop_store, "-o", path, "--model", kind, "--threads", "2", *flags)
    lists = tenure_program("recommend", path, "--all", "-n", "7")["lists"]
    return kind, options, path, lists


def same_lists(model, lists):
    ids, scores = model.recommend(np.arange(len(lists)), n=7)
    names = model.item_ids
    assert model.user_ids.tolist() == [entry["customer"] for entry in lists]
    for row, entry in enumerate(lists):
        own = ids[row][ids[row] >= 0]
        assert names[own].tolist() == entry["items"]
        assert scores[row][: own.size].tolist() == entry["scores"]


def test_training_on_a_log_gives_the_lists_of_train_and_recommend(trained, log):
    kind, options, _, lists = trained
    same_lists(recommend.Model(kind, threads=1, **options).fit(log), lists)


def test_a_model_of_train_gives_the_same_lists_here(trained):
    _, _, path, lists = trained
    model = recommend.load(path)
    assert "recall@20" in model.metrics
    same_lists(model, lists)


def test_a_model_saved_here_gives_the_same_lists_there(trained, log, tenure_program, tmp_path):
    kind, options, _, lists = trained
    recommend.Model(kind, **options).fit(log).save(tmp_path / "m.h5")
    assert tenure_program("recommend", tmp_path / "m.h5", "--all", "-n", "7")["lists"] == lists


def test_training_on_the_matrix_of_a_log_is_training_on_the_log(log):
    matrix = log.user_items()
    on_log = recommend.IALS(factors=16, epochs=4).fit(log)
    on_matrix = recommend.IALS(factors=16, epochs=4).fit(matrix)
    assert on_log.user_factors.tobytes() == on_matrix.user_factors.tobytes()
    assert on_log.item_factors.tobytes() == on_matrix.item_factors.tobytes()


def test_similar_gives_the_neighbours_of_the_command_line(shop_store, tenure_program, tmp_path):
    path = tmp_path / "m.h5"
    tenure_program("train", shop_store, "-o", path, "--factors", "16", "--epochs", "4")
    model = recommend.load(path)
    item = model.item_ids[11]
    told = tenure_program("similar", path, "--item", item, "-n", "5")
    ids, scores = model.similar_items(11, N=5, include_self=False)
    assert model.item_ids[ids].tolist() == told["ids"]
    assert scores.tolist() == told["scores"]


def told_by(model, figures):
    assert dict(model.params_) == figures["parameters"]
    assert dict(model.standard_errors_) == figures["standard_errors"]
    assert model.log_likelihood_ == figures["log_likelihood"]
    assert model.iterations_ == figures["iterations"]


@pytest.mark.parametrize("kind, cls", ORDER_MODELS)
def test_order_models_are_those_of_fit(kind, cls, log, shop_store, tenure_program):
    summary = log.summary(unit="week", calibration_end="2025-06-30")
    model = cls().fit(summary["frequency"], summary["recency"], summary["T"])
    customer = summary.index[5]
    figures = tenure_program(
        "fit", shop_store, "--model", kind, "--calibration-end", "2025-06-30",
        "--customer", customer, "--horizon", "26",
    )
    told_by(model, figures)
    row = summary.loc[customer]
    history = row["frequency"], row["recency"], row["T"]
    assert model.predict(26, *history) == figures["customer"]["expected_orders"]
    assert model.conditional_probability_alive(*history) == figures["customer"]["p_alive"]


def test_the_regularity_of_orders_is_that_of_fit(log, shop_store, tenure_program):
    s = log.summary(unit="week")
    model = MbgCnbd().fit(s["frequency"], s["recency"], s["T"], log_gaps=s["log_gaps"])
    figures = tenure_program("fit", shop_store, "--model", "mbg-cnbd")
    assert model.regularity_ == figures["parameters"].pop("k")
    told_by(model, figures)


def test_spend_is_that_of_fit(log, shop_store, tenure_program):
    s = log.summary()
    model = GammaGamma().fit(s["spend_frequency"], s["monetary_value"])
    told_by(model, tenure_program("fit", shop_store, "--model", "gamma-gamma"))


def test_counts_with_weights_are_those_of_fit(tenure_program):
    path = data_file("donations/donations.csv")
    table = pd.read_csv(path)
    figures = tenure_program("fit", "--counts", path, "--model", "bg-bb")
    model = BgBb().fit(table["frequency"], table["recency"], table["periods"], table["weights"])
    told_by(model, figures)


FIGURES = [
    "roi", "incremental_margin", "cost", "lifetime_value", "repurchase_rate", "behind_best",
]
NUMBERS = ["rank", "probability_best", "orders", "revenue", "margin", "customers"]


def same(value, told):
    return np.isnan(value) if told is None else value == told


def same_returns(result, told):
    rows = {row["name"]: row for row in told["strategies"]}
    assert list(result.strategies.index) == ["baseline", *rows]
    for name, row in result.strategies.drop(index="baseline").iterrows():
        for key in FIGURES + NUMBERS + ["probability_positive", "payback_days"]:
            assert same(row[key], rows[name][key]), key
        for key in FIGURES:
            for ends in ("", "_mc"):
                low, high = rows[name][f"{key}{ends}_interval"] or (None, None)
                assert same(row[f"{key}{ends}_low"], low) and same(row[f"{key}{ends}_high"], high)
        for days, share in rows[name]["retention"].items():
            assert same(row[f"retention_{days}"], share)
        levers = result.by_lever.loc[name]["cost"]
        assert dict(levers[levers > 0]) == pytest.approx(rows[name]["cost_by_lever"], rel=1e-12)


def smaller(name, customers=None):
    text = (SOURCE / "datasets/scenarios" / name).read_text()
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if line.startswith("parameter_draws"):
            lines[i] = "parameter_draws = 5"
        if line.startswith("replications"):
            lines[i] = "replications = 3"
        if line.startswith("customers") and customers:
            lines[i] = f"customers = {customers}"
    return "\n".join(lines) + "\n"


def test_simulate_writes_the_bytes_of_the_command_line(tenure_program, tmp_path):
    (tmp_path / "s.toml").write_text(smaller("default.toml", 2000))
    told = tenure_program("simulate", tmp_path / "s.toml", "-o", tmp_path / "there.h5", "--seed", "7")
    result = tenure.simulate(tmp_path / "s.toml", seed=7, threads=1)
    same_returns(result, told)
    result.write(tmp_path / "here.h5")
    assert (tmp_path / "here.h5").read_bytes() == (tmp_path / "there.h5").read_bytes()
    again = tenure.read_result(tmp_path / "there.h5")
    assert (again.strategies["roi"][1:] == result.strategies["roi"][1:]).all()
    pd.testing.assert_frame_equal(again.cube, result.cube)


def test_precision_and_parts_of_the_variance_are_the_command_line_s(tenure_program, tmp_path):
    (tmp_path / "s.toml").write_text(smaller("default.toml", 500))
    asked = ["--precision", "2", "--max-replications", "8", "--decompose"]
    told = tenure_program("simulate", tmp_path / "s.toml", *asked)
    result = tenure.simulate(tmp_path / "s.toml", precision=2, max_replications=8, decompose=True)
    same_returns(result, told)
    assert len(result.runs) == len(result.strategies) * 5 * told["replications"]
    for row in told["strategies"]:
        parts = result.variance.loc[(row["name"], "roi")]
        for part in ("parameter", "within", "sampling", "noise"):
            assert parts[part] == row["variance"]["roi"][part]
    scores = {row["name"]: row["score"] for row in told["index"]}
    assert dict(result.index["score"]) == scores


def test_simulating_the_customers_of_a_store_is_the_command_line_s(
    shop_store, log, tenure_program, tmp_path
):
    text = smaller("store.toml")
    (tmp_path / "s.toml").write_text(text)
    told = tenure_program("simulate", tmp_path / "s.toml", "--store", shop_store)
    result = tenure.simulate(text, store=log)
    same_returns(result, told)
    assert result.currency == told["currency"] == "USD"
    pd.testing.assert_frame_equal(tenure.simulate(text, store=shop_store).months, result.months)


def test_a_log_written_here_is_the_store_of_import(tenure_program, tmp_path, orders_csv):
    tenure_program("import", orders_csv, "-o", tmp_path / "there.h5")
    tenure.import_log(orders_csv).write(tmp_path / "here.h5")
    assert (tmp_path / "here.h5").read_bytes() == (tmp_path / "there.h5").read_bytes()


def test_a_shop_generated_here_is_the_command_line_s(shop_store, tmp_path):
    world = (shop_store.parent / "world.toml").read_text()
    tenure.generate(world).write(tmp_path / "here.h5")
    assert (tmp_path / "here.h5").read_bytes() == shop_store.read_bytes()
