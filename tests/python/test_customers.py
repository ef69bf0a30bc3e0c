"""Lifetime and spend models on pandas columns, and summaries of transactions."""

import pickle

import numpy as np
import pandas as pd
import pytest

import tenure
from tenure.customers import (
    BgNbd,
    GammaGamma,
    MbgCnbd,
    MbgNbd,
    ParetoNbd,
    calibration_and_holdout_data,
    summary_data_from_transaction_data,
)

# Eight histories, of the customers in WEIGHTS each.
X = [0, 1, 1, 2, 2, 5, 5, 9]
TX = [0, 3, 25, 10, 33, 15, 35, 36]
T = [39] * 8
WEIGHTS = [70, 9, 6, 4, 5, 2, 3, 1]


@pytest.fixture(scope="module")
def bgf():
    return BgNbd().fit(X, TX, T, WEIGHTS)


def test_results_have_the_shape_and_index_of_the_arguments(bgf):
    assert isinstance(bgf.predict(4, 2, 20.0, 30.0), float)
    assert bgf.predict(4, np.array(X), np.array(TX), np.array(T)).shape == (8,)
    assert bgf.predict(4, np.array([X, X]), np.array([TX, TX]), np.array([T, T])).shape == (2, 8)
    frame = pd.DataFrame({"x": X, "tx": TX, "T": T}, index=list("abcdefgh"))
    series = bgf.predict(4, frame["x"], frame["tx"], frame["T"])
    assert list(series.index) == list("abcdefgh")
    assert series["e"] == bgf.predict(4, 2, 33.0, 39.0)
    over_time = bgf.predict(np.arange(5), 2, 20.0, 30.0)
    assert over_time[0] == 0.0 and (np.diff(over_time) > 0).all()


def test_a_summary_has_errors_and_intervals(bgf):
    summary = bgf.summary
    assert list(summary.columns) == ["coef", "se(coef)", "lower 95% bound", "upper 95% bound"]
    assert list(summary.index) == ["r", "alpha", "a", "b"]
    half = (summary["upper 95% bound"] - summary["lower 95% bound"]) / 2
    np.testing.assert_allclose(half, 1.959964 * summary["se(coef)"], rtol=1e-6)
    spread = np.sqrt(np.diag(bgf.variance_matrix_))
    np.testing.assert_allclose(spread, bgf.standard_errors_, rtol=1e-10)


def test_customers_without_repeat_orders_are_alive_in_bg_nbd_alone(bgf):
    assert bgf.conditional_probability_alive(0, 0.0, 30.0) == 1.0
    for other in (MbgNbd(), ParetoNbd()):
        assert other.fit(X, TX, T, WEIGHTS).conditional_probability_alive(0, 0.0, 30.0) < 1.0


def test_weights_stand_for_customers(bgf):
    x, tx, age = (np.repeat(column, WEIGHTS) for column in (X, TX, T))
    one_by_one = BgNbd().fit(x, tx, age)
    assert dict(one_by_one.params_) == dict(bgf.params_)
    assert one_by_one.log_likelihood_ == bgf.log_likelihood_
    assert "fitted with 100 subjects" in repr(bgf)


def test_many_customers_get_what_each_gets_alone(bgf):
    n = 5000
    draw = np.random.default_rng(3)
    x = draw.integers(0, 9, n)
    tx = np.where(x > 0, draw.uniform(1, 30, n), 0.0)
    age = 30 + draw.uniform(0, 10, n)
    many = bgf.predict(8, x, tx, age)
    assert [bgf.predict(8, x[i], tx[i], age[i]) for i in range(0, n, 500)] == list(many[::500])


def test_fits_survive_pickling(bgf):
    again = pickle.loads(pickle.dumps(bgf))
    assert again.predict(4, 2, 20.0, 30.0) == bgf.predict(4, 2, 20.0, 30.0)
    assert repr(again) == repr(bgf)
    pd.testing.assert_frame_equal(again.summary, bgf.summary)


def test_value_of_a_customer_is_discounted_by_months(bgf):
    ggf = GammaGamma().fit([2, 1, 4, 1, 3], [22.0, 11.5, 73.0, 30.0, 25.5])
    mean = ggf.conditional_expected_average_profit(2, 22.0)
    first = bgf.predict(4.345, 2, 20.0, 30.0)
    second = bgf.predict(2 * 4.345, 2, 20.0, 30.0) - first
    clv = ggf.customer_lifetime_value(
        bgf, 2, 20.0, 30.0, 22.0, time=2, discount_rate=0.05, freq="W"
    )
    assert clv == pytest.approx(mean * (first / 1.05 + second / 1.05**2), rel=1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda: BgNbd().fit([1], [5], [4]),
        lambda: BgNbd().fit([0.5], [2], [4]),
        lambda: BgNbd().fit([], [], []),
        lambda: BgNbd().fit([1, 2], [3], [9, 9]),
        lambda: BgNbd(penalizer_coef=0.1),
        lambda: BgNbd().predict(1, 2, 3, 4),
        lambda: MbgCnbd().fit(X, TX, T),
        lambda: GammaGamma().fit([0, 1], [0.0, 0.0]),
        lambda: BgNbd().fit(X, TX, T, WEIGHTS).predict(-1, 2, 20, 30),
        lambda: BgNbd().fit(X, TX, T, WEIGHTS).predict(1, 2, 40, 30),
    ],
)
def test_mistakes_are_argument_errors(call):
    with pytest.raises(tenure.ArgumentError):
        call()


def test_data_without_a_maximum_are_a_numerical_error():
    with pytest.raises(tenure.NumericalError):
        BgNbd().fit([0, 0, 0], [0, 0, 0], [10, 20, 30])


ORDERS = pd.DataFrame(
    {
        "who": ["b", "a", "a", "a", "b", "c", "a"],
        "when": pd.to_datetime(
            [
                "2024-01-03 10:00", "2024-01-01 09:00", "2024-01-11 23:59", "2024-01-11 08:00",
                "2024-02-14 12:00", "2024-03-01 00:00", "2024-02-20 10:00",
            ]
        ),
        "spent": [5.0, 10.0, 7.0, 3.0, 0.0, 2.5, 4.0],
    }
)


def test_a_summary_merges_days_and_leaves_out_first_orders():
    table = summary_data_from_transaction_data(ORDERS, "who", "when", "spent")
    assert list(table.index) == ["a", "b", "c"] and table.index.name == "who"
    assert table.loc["a"].tolist() == [2.0, 50.0, 60.0, 7.0]  # 10.0 on one day, 4.0 on another
    assert table.loc["b"].tolist() == [1.0, 42.0, 58.0, 0.0]  # an order worth 0 is an order
    assert table.loc["c"].tolist() == [0.0, 0.0, 0.0, 0.0]


def test_the_end_of_observation_is_inclusive_and_hides_what_follows():
    table = summary_data_from_transaction_data(
        ORDERS, "who", "when", observation_period_end="2024-02-14"
    )
    assert table.loc["b"].tolist() == [1.0, 42.0, 42.0]
    assert table.loc["a"].tolist() == [1.0, 10.0, 44.0]
    assert "c" not in table.index


def test_weeks_are_exact_by_days_or_whole_by_weeks():
    exact = summary_data_from_transaction_data(ORDERS, "who", "when", freq_multiplier=7)
    assert exact.loc["a", "T"] == 60 / 7
    whole = summary_data_from_transaction_data(ORDERS, "who", "when", freq="W")
    # Weeks from Monday: 2024-01-01 is one, 2024-02-19 the seventh after, 2024-02-26 the last.
    assert whole.loc["a"].tolist() == [2.0, 7.0, 8.0]


def test_rows_without_customer_or_date_are_left_out():
    faulty = pd.concat(
        [ORDERS, pd.DataFrame({"who": [None, "a"], "when": [ORDERS["when"][0], pd.NaT], "spent": 1.0})]
    )
    pd.testing.assert_frame_equal(
        summary_data_from_transaction_data(faulty, "who", "when", "spent"),
        summary_data_from_transaction_data(ORDERS, "who", "when", "spent"),
    )
    with pytest.raises(tenure.ArgumentError):
        summary_data_from_transaction_data(ORDERS.assign(spent=-1.0), "who", "when", "spent")
    with pytest.raises(tenure.ArgumentError):
        summary_data_from_transaction_data(ORDERS, "who", "when", freq="M")


def test_what_follows_the_calibration_stands_beside_it():
    table = calibration_and_holdout_data(
        ORDERS, "who", "when", "2024-01-31", "2024-02-20", monetary_value_col="spent"
    )
    assert table.loc["a"].tolist() == [1.0, 10.0, 30.0, 10.0, 1.0, 4.0, 20.0]
    assert table.loc["b"].tolist() == [0.0, 0.0, 28.0, 0.0, 1.0, 0.0, 20.0]
    assert list(table.columns) == [
        "frequency_cal", "recency_cal", "T_cal", "monetary_value_cal",
        "frequency_holdout", "monetary_value_holdout", "duration_holdout",
    ]


def test_a_summary_agrees_with_that_of_a_log(tmp_path):
    path = tmp_path / "orders.csv"
    frame = ORDERS.assign(item="x")
    frame = frame.rename(columns={"who": "customer", "when": "time", "spent": "price"})
    frame.to_csv(path, index=False)
    own = tenure.import_log(path).summary(unit="day").sort_index()
    other = summary_data_from_transaction_data(ORDERS, "who", "when")
    for column in ("frequency", "recency", "T"):
        assert own[column].tolist() == other[column].tolist()
