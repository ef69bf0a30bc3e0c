#!/usr/bin/env python3
"""Prints the accuracy of each model on Gowalla, Yelp2018 and ml1m beside the published figures.

usage: bench/accuracy.py TENURE DATA [--dataset NAME]... [--model TEXT] [--work DIR]

TENURE is the program, DATA the folder with gowalla/, yelp2018/ and ml1m/. Stores are made in DIR
(default: out/accuracy) once. Each row is one `tenure evaluate`, whose command is printed below the
table. The whole takes about half an hour on two cores; --model keeps the rows whose name holds TEXT.
"""

import argparse
import json
import pathlib
import subprocess
import sys

MODELS = pathlib.Path(__file__).resolve().parent.parent / "datasets" / "models"
KNN = "--model item-knn --neighbours 1000 "
IALS = "--model ials --unobserved-weight 0.01 --regularization-exponent 0.5 --epochs 8 "
TURBO = "--model turbo-cf --user-exponent "

# name, options, published recall@20 / ndcg@20
ROWS = {
    "gowalla": [
        ("item-knn, rp3beta", KNN + "--similarity rp3beta --alpha 0.756 --beta 0.152", ".1570 / .1214"),
        ("item-knn, tfidf", KNN + "--similarity tfidf --shrinkage 20 --asymmetry 0.6", ".1570 / .1214"),
        ("ease", "--model ease --regularization 80", ".1765 / .1467"),
        ("ease-sparse", "--model ease-sparse --regularization 80 --neighbours 300", ".1765 / .1467"),
        ("turbo-cf", TURBO + "0.6 --power 0.7 --filter 1", ".1835 / -"),
        ("gf-cf", "--model gf-cf", ".1849 / .1518"),
        ("ials, 512 factors", IALS + "--factors 512 --regularization 0.1", "-"),
        ("ials, 2048 factors", IALS + "--factors 2048 --regularization 0.05", "-"),
        (
            "ials, 1024 factors",
            "--model ials --unobserved-weight 0.01 --regularization-exponent 0.35 --epochs 8 "
            "--factors 1024 --regularization 0.15",
            "-",
        ),
        ("lightgcn", "--model lightgcn", ".1820 / .1547"),
        ("stack", "--config {models}/gowalla.toml", ".1920 / .1597"),
    ],
    "yelp2018": [
        ("item-knn, tfidf", KNN + "--similarity tfidf --shrinkage 20 --asymmetry 0.6", ".0639 / .0531"),
        ("ease", "--model ease --regularization 300", ".0657 / .0552"),
        ("ease-sparse", "--model ease-sparse --regularization 300 --neighbours 300", ".0657 / .0552"),
        ("turbo-cf", TURBO + "0.5 --power 1 --filter 2", ".0693 / .0574"),
        ("gf-cf", "--model gf-cf", ".0697 / .0571"),
        ("ials, 1024 factors", IALS + "--factors 1024 --regularization 0.1", "-"),
        ("lightgcn", "--model lightgcn", ".0653 / .0532"),
        ("blend", "--config {models}/yelp2018.toml", ".0723 / .0604"),
    ],
    "ml1m": [
        (
            "ials, 32 factors",
            "--model ials --factors 32 --regularization 0.006 --unobserved-weight 0.2 "
            "--regularization-exponent 1 --epochs 50",
            "-",
        ),
        (
            "ials, 256 factors",
            "--model ials --factors 256 --regularization 0.01 --unobserved-weight 0.2 "
            "--regularization-exponent 1 --epochs 20",
            "-",
        ),
        ("ease", "--model ease --regularization 400", "-"),
        ("blend", "--config {models}/ml1m.toml", "-"),
    ],
}
PARTS = {
    "gowalla": ("adjacency", {"train": "train.txt", "test": "test.txt"}),
    "yelp2018": ("adjacency", {"train": "train.txt", "test": "test.txt"}),
    "ml1m": (
        "pairs",
        {"train": "train.csv", "known": "validation_tr.csv", "test": "validation_te.csv"},
    ),
}
METRICS = {
    "gowalla": ("20", ["recall@20", "ndcg@20"]),
    "yelp2018": ("20", ["recall@20", "ndcg@20"]),
    "ml1m": ("20,50,100", ["recall_min@20", "recall_min@50", "ndcg@100"]),
}


def stores(tenure, data, work, dataset):
    """Imports what is not there yet; returns the path of each part."""
    format_name, files = PARTS[dataset]
    paths = {}
    for part, file in files.items():
        path = work / f"{dataset}_{part}.h5"
        if not path.exists():
            source = data / dataset / file
            command = [tenure, "import", source, "--format", format_name, "-o", path, "--quiet"]
            subprocess.run(command, check=True)
        paths[part] = path
    return paths


def evaluate(tenure, paths, dataset, options):
    """The command and its JSON result."""
    command = [str(tenure), "evaluate", str(paths["train"]), "--test", str(paths["test"])]
    if "known" in paths:
        command += ["--fold-in", str(paths["known"])]
    command += ["--at", METRICS[dataset][0], *options.format(models=MODELS).split()]
    done = subprocess.run(
        [*command, "--json", "-", "--progress", "never"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return " ".join(command), json.loads(done.stdout)


def print_table(tenure, data, work, dataset, only):
    names = METRICS[dataset][1]
    paths = stores(tenure, data, work, dataset)
    commands = []
    print(f"\n### {dataset}\n\n| model | {' | '.join(names)} | published | training, s |")
    print("| --- |" + " --- |" * (len(names) + 2))
    for name, options, published in ROWS[dataset]:
        if only not in name:
            continue
        command, result = evaluate(tenure, paths, dataset, options)
        commands.append(command)
        cells = []
        for metric in names:
            low, high = result["intervals"][metric]
            cells.append(f"{result['metrics'][metric]:.4f} [{low:.4f}, {high:.4f}]")
        seconds = result["train_seconds"]
        print(f"| {name} | {' | '.join(cells)} | {published} | {seconds:.1f} |", flush=True)
    print()
    for command in commands:
        print(f"    {command}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tenure", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--dataset", action="append", choices=sorted(ROWS))
    parser.add_argument("--model", default="", help="keep rows whose name holds this")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("out/accuracy"))
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    for dataset in options.dataset or ROWS:
        print_table(options.tenure, options.data, options.work, dataset, options.model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
