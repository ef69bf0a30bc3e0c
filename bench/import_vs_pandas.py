#!/usr/bin/python3
"""Time to read an order log: `tenure import CSV -o STORE` against pandas, side by side.

usage: import_vs_pandas.py TENURE_BINARY ONLINE_RETAIL_CSV [REPEATS]

tenure is timed as a whole process, from start to the store on disk. pandas is timed inside a warm
process and writes nothing, in two ways: read_csv, then dates and categories converted (as it is
mostly written), and with the categories told to read_csv (its fastest). All take turns, so that all
meet the same machine; medians count.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import pandas as pd


def time_tenure(binary, csv, store):
    start = time.perf_counter()
    subprocess.run([binary, "import", csv, "-o", store, "--quiet"], check=True)
    return time.perf_counter() - start


CATEGORIES = ("Invoice", "StockCode", "CustomerID", "Country")


def time_pandas_convert(csv):
    start = time.perf_counter()
    frame = pd.read_csv(csv)
    frame["InvoiceDate"] = pd.to_datetime(frame["InvoiceDate"])
    for name in CATEGORIES:
        frame[name] = frame[name].astype("category")
    return time.perf_counter() - start


def time_pandas_told(csv):
    start = time.perf_counter()
    frame = pd.read_csv(csv, dtype={name: "category" for name in CATEGORIES})
    frame["InvoiceDate"] = pd.to_datetime(frame["InvoiceDate"], format="%Y-%m-%d %H:%M:%S")
    return time.perf_counter() - start


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    binary, csv = sys.argv[1], sys.argv[2]
    repeats = int(sys.argv[3]) if len(sys.argv) == 4 else 7
    times = {"tenure import": [], "pandas, then converted": [], "pandas, categories told": []}
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "store.h5")
        time_tenure(binary, csv, store)  # both warm the page cache once
        time_pandas_told(csv)
        for _ in range(repeats):
            times["tenure import"].append(time_tenure(binary, csv, store))
            times["pandas, then converted"].append(time_pandas_convert(csv))
            times["pandas, categories told"].append(time_pandas_told(csv))
    print(f"{os.path.getsize(csv) / 1e6:.1f} MB, {repeats} repeats, {os.cpu_count()} cores, "
          f"pandas {pd.__version__}")
    ours = statistics.median(times["tenure import"])
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:24} median {median:.3f} s, best {min(seconds):.3f} s, worst "
              f"{max(seconds):.3f} s, {median / ours:.2f} x tenure")


if __name__ == "__main__":
    main()
