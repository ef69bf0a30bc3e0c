"""Simulations from paths, text and dictionaries, as data frames."""

import copy

import numpy as np
import pandas as pd
import pytest

import tenure
from tenure import _toml

SCENARIO = {
    "currency": "EUR",
    "gross_margin": 0.4,
    "horizon_days": 730,
    "discount_rate": 0.1,
    "parameter_draws": 3,
    "replications": 2,
    "population": {
        "customers": 400,
        "unit": "week",
        "region": [
            {"name": "home", "share": 0.75, "r": 0.4, "alpha": 13, "a": 0.3, "b": 0.8,
             "p": 6.0, "q": 4.0, "gamma": 30.0},
            {"name": "a\"way", "share": 0.25, "r": 0.3, "alpha": 11.0, "a": 0.5, "b": 0.8,
             "p": 6.0, "q": 4.0, "gamma": 20.0},
        ],
    },
    "lever": [
        {"name": "mail", "trigger": {"days_idle": 14}, "cost": {"contact": 0.05, "monthly": 10.0},
         "uptake": 0.2, "uptake_log_odds_se": 0.3, "effect": {"rate": 1.5, "half_life_days": 30}},
        {"name": "call", "trigger": {"days_idle": 60}, "cost": {"contact": 1.0}, "uptake": 0.3,
         "effect": {"rate": 1.2, "half_life_days": 60}},
    ],
    "strategy": [{"name": "remind", "levers": ["mail"]}, {"name": "both", "levers": ["mail", "call"]}],
}


@pytest.fixture(scope="module")
def result():
    return tenure.simulate(SCENARIO, seed=3)


def test_a_dictionary_its_text_and_its_file_are_the_same_scenario(result, tmp_path):
    text = _toml.dumps(SCENARIO)
    (tmp_path / "s.toml").write_text(text)
    for other in (text, tmp_path / "s.toml", str(tmp_path / "s.toml")):
        pd.testing.assert_frame_equal(tenure.simulate(other, seed=3).strategies, result.strategies)


def test_results_depend_on_the_seed_and_not_on_threads(result):
    same = tenure.simulate(SCENARIO, seed=3, threads=3)
    pd.testing.assert_frame_equal(same.runs, result.runs)
    assert not tenure.simulate(SCENARIO, seed=4).runs.equals(result.runs)


def test_strategies_stand_beside_the_baseline(result):
    table = result.strategies
    assert list(table.index) == ["baseline", "remind", "both"]
    assert np.isnan(table.loc["baseline", "roi"])
    rest = table.loc[["remind", "both"]]
    expected = (rest["incremental_margin"] - rest["cost"]) / rest["cost"]
    np.testing.assert_allclose(rest["roi"], expected, rtol=1e-12)
    assert (rest["roi_low"] <= rest["roi_high"]).all()
    assert rest["retention_365"].between(0, 1).all()
    assert (result.currency, result.customers, result.horizon_days) == ("EUR", 400, 730)


def test_the_tables_are_sums_of_one_another(result):
    assert result.months.index.names == ["strategy", "month"]
    names = result.strategies.index
    months = result.months.groupby("strategy").sum().loc[names]
    runs = result.runs.groupby("strategy").mean().loc[names]
    cube = result.cube.groupby(["strategy", "month"]).sum().loc[result.months.index]
    for column in ("orders", "contacts", "revenue", "margin", "cost"):
        np.testing.assert_allclose(months[column], runs[column], rtol=1e-12)
    for column in ("orders", "contacts", "revenue", "margin"):
        np.testing.assert_allclose(cube[column], result.months[column], rtol=1e-9)
    levers = result.by_lever
    assert list(levers.index) == [("remind", "mail"), ("both", "mail"), ("both", "call")]
    by_strategy = levers["cost"].groupby("strategy").sum().loc[names[1:]]
    np.testing.assert_allclose(by_strategy, runs["cost"][1:], rtol=1e-12)
    days = result.days.groupby("strategy").sum().loc[names]
    np.testing.assert_allclose(days["cost"], result.strategies["cost"], rtol=1e-9, atol=1e-9)


def test_the_cube_names_regions_and_tiers(result):
    cube = result.cube
    assert cube.index.names == ["strategy", "month", "region", "tier"]
    assert set(cube.index.get_level_values("region")) == {"home", 'a"way'}
    last = cube.xs(24, level="month").xs("baseline")
    assert last["customers"].sum() == pytest.approx(400)
    tiers = ["lost", "silent", "churn-warning", "new", "mature", "growth"]
    assert list(cube.index.get_level_values("tier")[:6]) == tiers


def test_retention_stands_by_region_and_for_all(result):
    table = result.retention
    assert list(table.loc["baseline"].index) == ["home", 'a"way', "all"]
    everybody = table.xs("all", level="region")
    for days in (30, 90, 180, 365):
        expected = result.strategies[f"retention_{days}"]
        np.testing.assert_allclose(everybody[f"retention_{days}"], expected, rtol=1e-12)
    leavers = everybody[["leavers_30", "leavers_180", "leavers_365"]].sum(axis=1)
    np.testing.assert_allclose(leavers, 1.0)
    short = tenure.simulate({**SCENARIO, "horizon_days": 90})
    assert short.retention is None and short.strategies["retention_365"].isna().all()


def test_the_index_scores_every_strategy(result):
    index = result.index
    assert list(index.index) == ["baseline", "remind", "both"]
    assert index["score"].between(0, 100).all()
    assert {"results", "process", "health", "retention", "compliance"} <= set(index.columns)


def test_tables_are_the_caller_s_to_change(result):
    result.strategies.loc["remind", "roi"] = 99.0
    assert result.strategies.loc["remind", "roi"] != 99.0


def test_mistakes_in_a_scenario_name_their_line(tmp_path):
    wrong = copy.deepcopy(SCENARIO)
    wrong["gross_margn"] = wrong.pop("gross_margin")
    with pytest.raises(tenure.DataError, match="gross_margin") as caught:
        tenure.simulate(wrong)
    assert caught.value.path == "scenario" and caught.value.line
    with pytest.raises(tenure.DataError, match="no such file"):
        tenure.simulate(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "call",
    [
        lambda: tenure.simulate(5),
        lambda: tenure.simulate({1: 2}),
        lambda: tenure.simulate({"x": object()}),
        lambda: tenure.simulate({**SCENARIO, "population": {"from_store": True}}),
        lambda: tenure.simulate(SCENARIO, threads=5000),
    ],
)
def test_mistakes_are_argument_errors(call):
    with pytest.raises(tenure.ArgumentError):
        call()


def test_plain_values_become_toml():
    text = _toml.dumps(
        {"a b": [1, 2.5, True], "t": {"x": float("inf"), "s": 'q"\\\n'}, "n": np.float64(0.1),
         "v": np.arange(2), "e": 1e-9}
    )
    tomllib = pytest.importorskip("tomllib")
    assert tomllib.loads(text) == {
        "a b": [1, 2.5, True], "t": {"x": float("inf"), "s": 'q"\\\n'}, "n": 0.1, "v": [0, 1],
        "e": 1e-9,
    }
