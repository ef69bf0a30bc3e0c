#!/usr/bin/python3
"""Time to read an order log: `tenure import CSV -o STORE` against pandas, side by side.

usage: import_vs_pandas.py TENURE_BINARY ONLINE_RETAIL_CSV [REPEATS]

tenure is timed as a whole process, from start to the store on disk. pandas is timed inside a warm
process and writes nothing: read_csv with category columns, then the dates parsed. Both alternate, so
that both meet the same machine; medians count.
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


def time_pandas(csv):
    start = time.perf_counter()
    names = pd.read_csv(csv, nrows=0).columns
    categories = {n: "category" for n in ("Invoice", "StockCode", "CustomerID", "Country") if n in names}
    frame = pd.read_csv(csv, dtype=categories)
    frame["InvoiceDate"] = pd.to_datetime(frame["InvoiceDate"], format="%Y-%m-%d %H:%M:%S")
    seconds = time.perf_counter() - start
    assert len(frame) > 0
    return seconds


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    binary, csv = sys.argv[1], sys.argv[2]
    repeats = int(sys.argv[3]) if len(sys.argv) == 4 else 7
    tenure, pandas = [], []
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "store.h5")
        time_tenure(binary, csv, store)  # both warm the page cache once
        time_pandas(csv)
        for _ in range(repeats):
            tenure.append(time_tenure(binary, csv, store))
            pandas.append(time_pandas(csv))
    print(f"{os.path.getsize(csv) / 1e6:.1f} MB, {repeats} repeats, {os.cpu_count()} cores, "
          f"pandas {pd.__version__}")
    for name, seconds in (("tenure import", tenure), ("pandas read_csv", pandas)):
        print(f"{name:16} median {statistics.median(seconds):.3f} s, best {min(seconds):.3f} s, "
              f"worst {max(seconds):.3f} s")
    print(f"ratio of medians {statistics.median(pandas) / statistics.median(tenure):.2f}")


if __name__ == "__main__":
    main()
