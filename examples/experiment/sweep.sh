#!/usr/bin/env bash
# How large should a win-back voucher be? sweep.sh TENURE DIR
# Simulates winback.toml.in with each offer under several seeds, puts the csv of every run into
# DIR/runs.csv and their means into DIR/table.csv, prints that and says which to take: the best net,
# unless a smaller voucher is within two standard errors of it.
set -euo pipefail
tenure=$1
dir=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Share of the order given back, and how many answer it: a test of yours would say.
offers=(0.05:0.06 0.10:0.13 0.15:0.18 0.20:0.21 0.25:0.23)
seeds=(1 2 3 4 5)
mkdir -p "$dir"
rm -f "$dir/runs.csv"

for offer in "${offers[@]}"; do
  share=${offer%:*}
  sed "s/@SHARE@/$share/; s/@UPTAKE@/${offer#*:}/" "$here/winback.toml.in" >"$dir/scenario.toml"
  for seed in "${seeds[@]}"; do
    "$tenure" simulate "$dir/scenario.toml" --seed "$seed" --csv "$dir/one.csv" --quiet
    tr -d '\r' <"$dir/one.csv" | awk -v share="$share" -v seed="$seed" -v header="$dir/runs.csv" '
      NR == 1 { if ((getline line < header) <= 0) print "share,seed," $0; next }
      { print share "," seed "," $0 }' >>"$dir/runs.csv"
  done
done

# Columns are found by name: later versions may add some.
awk -F, '
  NR == 1 { for (i = 1; i <= NF; ++i) at[$i] = i; next }
  {
    key = $at["share"]
    if (!(key in n)) order[++kinds] = key
    ++n[key]; roi[key] += $at["roi"]; net[key] += $at["net"]; square[key] += $at["net"] ^ 2
    cost[key] += $at["cost"]
  }
  END {
    print "share,runs,roi,cost,net,net_se"
    for (i = 1; i <= kinds; ++i) {
      k = order[i]; mean = net[k] / n[k]
      spread = square[k] / n[k] - mean ^ 2
      error = n[k] > 1 && spread > 0 ? sqrt(spread / (n[k] - 1)) : 0
      printf "%s,%d,%.3f,%.0f,%.0f,%.0f\n", k, n[k], roi[k] / n[k], cost[k] / n[k], mean, error
    }
  }' "$dir/runs.csv" >"$dir/table.csv"

awk -F, '{ for (i = 1; i <= NF; ++i) printf "%10s", $i; print "" }' "$dir/table.csv"
awk -F, '
  NR > 1 { share[NR] = $1; net[NR] = $5; se[NR] = $6; if (best == 0 || $5 > net[best]) best = NR }
  END {
    if (net[best] <= 0) { print "Decision: no voucher, none of them pays."; exit }
    take = best
    for (i = 2; i < best; ++i) {
      if (net[best] - net[i] < 2 * sqrt(se[best] ^ 2 + se[i] ^ 2)) { take = i; break }
    }
    printf "Decision: %.0f %% off, net %.0f EUR.\n", 100 * share[take], net[take]
  }' "$dir/table.csv"
