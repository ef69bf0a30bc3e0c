"""How long calls behave: the interpreter's lock, Ctrl-C, progress, errors, other users of BLAS."""

import ctypes
import io
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from scipy import sparse

import tenure
from tenure import _progress
from tenure.recommend import BPR, IALS


@pytest.fixture(scope="module")
def busy():
    """A matrix that takes a moment to train on."""
    return sparse.random(3000, 800, density=0.02, format="csr", dtype=np.float32, random_state=1)


def test_other_threads_run_while_a_call_works(busy):
    thread = threading.Thread(target=lambda: BPR(factors=32, epochs=40).fit(busy))
    turns = 0
    thread.start()
    while thread.is_alive():
        turns += 1
        time.sleep(0.001)
    assert turns > 20  # with the lock held for the whole call there would be one or two


def test_models_can_be_used_from_many_threads(busy):
    model = IALS(factors=16, epochs=2).fit(busy)
    expected = [model.recommend(np.arange(i, 3000, 8), N=5) for i in range(8)]
    found = [None] * 8

    def ask(i):
        found[i] = model.recommend(np.arange(i, 3000, 8), N=5)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for lists, alone in zip(found, expected):
        assert all((a == b).all() for a, b in zip(lists, alone))


LONG_CALLS = {
    "training": """
m = scipy.sparse.random(2000, 500, density=0.02, format="csr", dtype="float32")
tenure.recommend.BPR(epochs=100000).fit(m, progress=say)""",
    "simulating": """
tenure.simulate({
    "gross_margin": 0.4, "horizon_days": 3650, "parameter_draws": 100, "replications": 100,
    "population": {"customers": 100000, "unit": "week", "region": [{
        "name": "home", "r": 0.4, "alpha": 13.0, "a": 0.3, "b": 0.8, "p": 6.0, "q": 4.0,
        "gamma": 30.0}]},
    "lever": [{"name": "mail", "trigger": {"days_idle": 14}, "cost": {"contact": 0.05},
               "uptake": 0.2, "effect": {"rate": 1.5, "half_life_days": 30}}],
    "strategy": [{"name": "remind", "levers": ["mail"]}]}, progress=say)""",
}


@pytest.mark.parametrize("what", LONG_CALLS)
def test_ctrl_c_stops_a_call(what):
    script = (
        "import sys, scipy.sparse, tenure\n"
        "def say(stage, done, total):\n    print('working', flush=True)\n"
        f"try:{LONG_CALLS[what].replace(chr(10), chr(10) + '    ')}\n"
        "except KeyboardInterrupt:\n    print('stopped', flush=True)\n    sys.exit(7)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert rest.splitlines()[-1] == "stopped"
    assert process.returncode == 7


def test_progress_is_told_to_a_function_in_the_calling_thread(busy):
    told = []
    BPR(factors=8, epochs=3).fit(
        busy, progress=lambda *what: told.append((what, threading.current_thread()))
    )
    (stage, done, total), thread = told[-1]
    assert isinstance(stage, str) and 0 < done <= total
    assert thread is threading.main_thread()


def test_an_exception_of_the_progress_function_stops_the_call(busy):
    def refuse(stage, done, total):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        BPR(epochs=1000000).fit(busy, progress=refuse)


def test_progress_is_printed_where_asked_for(busy, capfd):
    BPR(factors=8, epochs=20).fit(busy, progress=True)
    assert "%" in capfd.readouterr().err
    BPR(factors=8, epochs=3).fit(busy, progress=False)
    BPR(factors=8, epochs=3).fit(busy)  # stderr is no terminal here
    assert capfd.readouterr().err == ""


def test_the_line_of_a_terminal_is_written_over_and_wiped():
    stream = io.StringIO()
    line = _progress.ProgressLine(stream, True, silent_seconds=0.0)
    line("train", 1, 4)
    line("train", 2, 4)
    line.close()
    first, second, wiped, end = stream.getvalue().split("\r")[1:]
    assert first.startswith("train [#######.....................]  25 %")
    assert second.startswith("train [##############..............]  50 %")
    assert wiped.strip() == "" and end == "" and len(first) == len(second) == len(wiped)


def test_every_error_has_its_class(tmp_path):
    assert issubclass(tenure.ArgumentError, ValueError)
    for error in (tenure.ArgumentError, tenure.DataError, tenure.NumericalError):
        assert issubclass(error, tenure.Error)
    path = tmp_path / "orders.csv"
    path.write_text("customer,item,time\na,x,2024-01-01\nb,y,no date\n")
    with pytest.raises(tenure.DataError) as caught:
        tenure.import_log(path, strict=True)
    assert caught.value.path == str(path) and caught.value.line == 3
    assert str(path) in str(caught.value)
    store = tmp_path / "shop.h5"
    tenure.import_log(path).write(store)
    store.write_bytes(store.read_bytes()[:3000])
    with pytest.raises(tenure.DataError):
        tenure.read_store(store)
    with pytest.raises(tenure.DataError):
        tenure.recommend.load(store)


def test_numpy_keeps_its_blas_threads(busy):
    try:
        blas = ctypes.CDLL("libopenblas.so.0")
    except OSError:
        pytest.skip("no OpenBLAS to ask")
    blas.openblas_set_num_threads(2)
    model = IALS(factors=16, epochs=1).fit(busy)
    model.recommend(0, busy[0])
    model.recommend(np.arange(3000), busy)
    assert blas.openblas_get_num_threads() == 2
