"""The wheel has everything, and what is installed from it works."""

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

import tenure
from conftest import SOURCE

SCRIPT = """
import tenure, scipy.sparse
likes = scipy.sparse.csr_matrix([[1, 1, 0], [0, 1, 1], [1, 1, 1]], dtype="float32")
ids, scores = tenure.recommend.IALS(factors=2).fit(likes).recommend(0, likes[0], N=1)
print(tenure.__file__, ids.tolist())
"""


def test_a_wheel_can_be_built_and_used(tmp_path):
    pytest.importorskip("setuptools")
    pytest.importorskip("wheel")
    build = pathlib.Path(tenure.__file__).resolve().parents[2]
    if not (build / "CMakeCache.txt").exists():
        pytest.skip("the package does not lie in a build folder")
    tree = tmp_path / "tree"
    ignore = shutil.ignore_patterns("build", "*.egg-info", "__pycache__", "dist")
    shutil.copytree(SOURCE / "python", tree / "python", ignore=ignore)
    shutil.copy(SOURCE / "CMakeLists.txt", tree)
    done = subprocess.run(
        [sys.executable, "setup.py", "-q", "bdist_wheel", "-d", tmp_path / "dist"],
        cwd=tree / "python",
        env={**os.environ, "TENURE_BUILD_DIR": str(build), "TENURE_JOBS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "dist").glob(f"tenure-{tenure.__version__}-cp*-linux_*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        names = {pathlib.PurePath(name).name for name in archive.namelist()}
    assert {"py.typed", "recommend.py", "recommend.pyi", "_native.pyi", "__init__.py"} <= names
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    path, ids = done.stdout.split(" ", 1)
    assert path.startswith(str(tmp_path)) and ids == "[2]\n"
