"""Logs as data frames and matrices."""

import numpy as np
import pandas as pd
import pytest

import tenure


@pytest.fixture
def log(orders_csv):
    return tenure.import_log(orders_csv)


def test_a_frame_holds_the_rows_of_the_log(log, orders_csv):
    frame = log.frame()
    assert len(frame) == len(log) == 10
    raw = pd.read_csv(orders_csv)
    assert frame["customer"].astype(str).tolist() == raw["customer"].tolist()
    assert frame["item"].astype(str).tolist() == raw["item"].tolist()
    assert (frame["time"] == pd.to_datetime(raw["time"])).all()
    assert frame["unit_price"].tolist() == raw["price"].tolist()
    assert frame["quantity"].tolist() == raw["quantity"].tolist()


def test_a_matrix_is_float32_with_int32_indices_and_counts_what_is_asked_for(log):
    binary = log.user_items()
    assert (binary.shape, binary.nnz) == ((4, 5), 8)
    assert (binary.dtype, binary.indices.dtype) == (np.float32, np.int32)
    assert binary.max() == 1.0 and binary.has_canonical_format
    anna, tea = log.customers.get_loc("anna"), log.items.get_loc("tea")
    assert log.user_items(value="count")[anna, tea] == 2
    assert log.user_items(value="quantity")[anna, tea] == 4
    assert log.user_items(kinds={"purchase": 3.0})[anna, tea] == 3
    decayed = log.user_items(half_life_days=30)
    assert 0 < decayed[anna, tea] < 1


def test_a_summary_may_end_early_and_begin_late(log):
    early = log.summary(unit="day", calibration_end="2024-02-02")
    assert early.loc["anna", ["frequency", "recency", "T"]].tolist() == [2, 31, 31]
    assert "cleo" not in early.index
    late = log.summary(unit="day", cohort_start="2024-02-01")
    assert list(late.index) == ["cleo", "dora"]


def test_columns_are_named_by_role(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text("buyer;sku;day\n1;a;2024-01-01\n2;b;2024-01-02\n".replace(";", ","))
    log = tenure.import_log(path, columns={"customer": "buyer", "item": "sku", "time": "day"})
    assert list(log.customers) == ["1", "2"]
    both = tenure.import_log([path, path], columns={"customer": "buyer", "item": "sku", "time": "day"})
    assert len(both) == 4


def test_a_store_comes_back_as_it_was(log, tmp_path):
    log.write(tmp_path / "s.h5")
    again = tenure.read_store(tmp_path / "s.h5")
    pd.testing.assert_frame_equal(again.frame(), log.frame())
    assert again.counts == log.counts


def test_faulty_rows_are_counted(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer,item,time\na,x,2024-01-01\n,y,2024-01-02\nb,y,never\n")
    counts = tenure.import_log(path).counts
    assert counts["rows"] == 3 and counts["kept"] == 1
    assert sum(counts["dropped"].values()) == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda log: log.user_items(value="most"),
        lambda log: log.user_items(kinds={"gift": 1.0}),
        lambda log: log.summary(unit="month"),
        lambda log: log.summary(calibration_end="when"),
        lambda log: log.summary(calibration_end="1999-01-01"),
        lambda log: tenure.import_log("orders.csv", format="xml"),
    ],
)
def test_mistakes_are_argument_errors(call, log):
    with pytest.raises(tenure.ArgumentError):
        call(log)


def test_ids_of_any_bytes_can_be_read(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"customer,item,time\nJos\xe9,caf\xc3\xa9,2024-01-01\n")
    log = tenure.import_log(path)
    assert list(log.items) == ["caf\u00e9"]
    assert log.customers[0].encode("utf-8", "surrogateescape") == b"Jos\xe9"
