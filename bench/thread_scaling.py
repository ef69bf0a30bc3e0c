#!/usr/bin/python3
"""Five-year simulation on two threads against one, and against what the machine gives two.

usage: thread_scaling.py BENCH_SIMULATOR [ROUNDS]

Runs bench_simulator's five_year/threads/1 and /2 and, at once, two processes of one thread each: they
share nothing but the machine, so no program's two threads can do better against one than they do. All
take turns, so that all meet the same machine; medians count. Nothing else should be running.
"""
import json
import statistics
import subprocess
import sys


def start(program, threads):
    command = [program, f"--benchmark_filter=five_year/threads/{threads}/", "--benchmark_format=json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def seconds(process):
    output = process.communicate()[0]
    if process.returncode != 0:
        sys.exit("the benchmark failed")
    (run,) = json.loads(output)["benchmarks"]
    return run["real_time"] / 1e3


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) == 3 else 9
    one, two, apart = [], [], []
    for _ in range(rounds):
        one.append(seconds(start(program, 1)))
        two.append(seconds(start(program, 2)))
        apart.append(statistics.mean([seconds(p) for p in [start(program, 1), start(program, 1)]]))
    base = statistics.median(one)
    print(f"{rounds} rounds, medians (fastest - slowest)")
    for name, times, work in [
        ("one thread", one, 1),
        ("two threads", two, 1),
        ("two processes of one thread", apart, 2),
    ]:
        median = statistics.median(times)
        print(
            f"{name:28} {median:6.2f} s ({min(times):.2f} - {max(times):.2f})"
            f"  {work * base / median:5.2f} times one thread"
        )


main()
