"""Builds the wheel: CMake compiles the extension with the system's compiler, nothing is fetched.

Environment: TENURE_BUILD_DIR names a build folder to use (made where it is not there), CMAKE_ARGS is
given to cmake, TENURE_JOBS is the number of build jobs.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = pathlib.Path(__file__).resolve().parent.parent


def version():
    text = (ROOT / "CMakeLists.txt").read_text()
    return re.search(r"project\(tenure VERSION ([0-9.]+)", text).group(1)


class CMakeBuild(build_ext):
    """Builds the target tenure_native and takes the module from its folder."""

    def build_extension(self, ext):
        own = pathlib.Path(self.build_temp).resolve() / "cmake"
        folder = pathlib.Path(os.environ.get("TENURE_BUILD_DIR", own))
        if not (folder / "CMakeCache.txt").exists():
            self.configure(folder)
        jobs = os.environ.get("TENURE_JOBS", str(os.cpu_count() or 1))
        subprocess.run(
            ["cmake", "--build", str(folder), "--target", "tenure_native", "-j", jobs], check=True
        )
        target = pathlib.Path(self.get_ext_fullpath(ext.name))
        built = folder / "python" / "tenure" / target.name
        if not built.exists():
            sys.exit(f"{built} was not built: is {folder} configured for another interpreter?")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built, target)

    def configure(self, folder):
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        options = [
            "-DCMAKE_BUILD_TYPE=Release",
            "-DTENURE_PYTHON=ON",
            f"-DPython_EXECUTABLE={sys.executable}",
            "-DTENURE_BUILD_APPS=OFF",
            "-DTENURE_BUILD_TESTS=OFF",
            "-DTENURE_BUILD_BENCHMARKS=OFF",
        ]
        more = os.environ.get("CMAKE_ARGS", "").split()
        subprocess.run(
            ["cmake", "-S", str(ROOT), "-B", str(folder), *generator, *options, *more], check=True
        )


setup(
    version=version(),
    ext_modules=[Extension("tenure._native", sources=[])],
    cmdclass={"build_ext": CMakeBuild},
)
