#!/usr/bin/python3
"""Lists for all Gowalla customers (top 20, iALS, 128 factors, two threads) from Python against C++.

usage: python_vs_cpp.py BENCH_RECOMMENDER GOWALLA_TRAIN_TXT [REPEATS]

C++ is `bench_recommender`'s bulk_top20/tenure: one call of recommend() on a warm model. Python is the
same call through the package (on PYTHONPATH) with the matrix the model keeps, with the whole matrix
given, and with one row for each user given, as users of implicit write it; making that row is timed
apart. All take turns, so that all meet the same machine; the fastest of each counts.
"""
import json
import os
import subprocess
import sys
import time

import numpy as np

import tenure


def time_cpp(program, data):
    done = subprocess.run(
        [program, "--benchmark_filter=^bulk_top20/tenure/128", "--benchmark_format=json"],
        env={**os.environ, "TENURE_DATA_DIR": data},
        stdout=subprocess.PIPE,
        check=True,
    )
    (run,) = json.loads(done.stdout)["benchmarks"]
    if "error_message" in run:
        sys.exit(run["error_message"])
    return run["real_time"] / 1e3


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    program, path = sys.argv[1:3]
    repeats = int(sys.argv[3]) if len(sys.argv) == 4 else 7
    data = os.path.dirname(os.path.dirname(os.path.abspath(path)))
    matrix = tenure.import_log(path, format="adjacency").user_items()
    model = tenure.recommend.IALS(factors=128, epochs=2, threads=2).fit(matrix)
    users = np.arange(matrix.shape[0])
    rows = matrix[users]
    model.recommend(users, n=20)  # warms up
    calls = {
        "C++ recommend()": lambda: time_cpp(program, data),
        "Python, the model's matrix": lambda: timed(lambda: model.recommend(users, n=20)),
        "Python, user_items": lambda: timed(lambda: model.recommend(users, matrix, N=20)),
        "Python, user_items[users]": lambda: timed(lambda: model.recommend(users, rows, N=20)),
        "(making user_items[users])": lambda: timed(lambda: matrix[users]),
    }
    times = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            times[name].append(call())
    print(f"{users.size} customers, {matrix.shape[1]} items, {repeats} repeats")
    base = min(times["C++ recommend()"])
    for name, seconds in times.items():
        print(f"{name:28} {min(seconds):7.3f} s  {100 * (min(seconds) / base - 1):+6.1f} %")


if __name__ == "__main__":
    main()
