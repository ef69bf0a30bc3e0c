"""What the tests of the Python package share. They run from any folder, with the built package on
PYTHONPATH; ctest names the program and the source tree in the environment."""

import json
import os
import pathlib
import subprocess

import numpy as np
import pytest
from scipy import sparse

SOURCE = pathlib.Path(os.environ.get("TENURE_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
PROGRAM = os.environ.get("TENURE_PROGRAM", str(SOURCE / "build/release/bin/tenure"))

ORDERS = """customer,item,time,quantity,price
anna,tea,2024-01-02,2,5.50
anna,cup,2024-01-02,1,8.00
bert,tea,2024-01-16,1,5.50
anna,pot,2024-01-20,1,20.00
cleo,jam,2024-02-15,2,4.00
anna,tea,2024-02-02,2,9.00
dora,cup,2024-02-25,1,8.00
bert,cup,2024-03-15,1,12.00
dora,tin,2024-03-06,1,9.00
bert,tea,2024-03-15,2,0.00
"""


def run_tenure(*arguments):
    """The command line's JSON."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments), "--json", "-"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def tenure_program():
    if not os.path.exists(PROGRAM):
        pytest.skip(f"no program {PROGRAM}: it is built with TENURE_BUILD_APPS")
    return run_tenure


def data_file(name):
    folder = os.environ.get("TENURE_DATA_DIR") or SOURCE / ".." / "shared" / "data"
    path = pathlib.Path(folder) / name
    if not path.is_file():
        pytest.skip(f"no {name} under {folder} (set TENURE_DATA_DIR)")
    return path


@pytest.fixture
def orders_csv(tmp_path, monkeypatch):
    """orders.csv in the current folder: what the examples of the documentation read."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    return path


@pytest.fixture(scope="session")
def shop_store(tmp_path_factory, tenure_program):
    """The store of a synthetic shop of 3,000 customers and 300 items in six regions."""
    folder = tmp_path_factory.mktemp("shop")
    world = (SOURCE / "datasets/worlds/default.toml").read_text()
    world = world.replace("customers = 100000", "customers = 3000")
    world = world.replace("items = 5000", "items = 300")
    assert "customers = 3000" in world and "items = 300" in world
    (folder / "world.toml").write_text(world)
    tenure_program("generate", folder / "world.toml", "-o", folder / "shop.h5")
    return folder / "shop.h5"


@pytest.fixture(scope="session")
def likes():
    """60 users x 25 items, two groups that like different halves of the items."""
    draw = np.random.default_rng(5)
    chances = np.full((60, 25), 0.05)
    chances[:30, :12] = 0.5
    chances[30:, 12:] = 0.5
    dense = (draw.random((60, 25)) < chances).astype(np.float32)
    dense[np.arange(60), np.where(np.arange(60) < 30, 0, 24)] = 1.0
    return sparse.csr_matrix(dense)
