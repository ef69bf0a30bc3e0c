#!/usr/bin/env bash
# Makes DIR/a.h5 and DIR/b.h5, two models of one small shop: make_models.sh TENURE DIR
set -euo pipefail
tenure=$1
dir=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$dir"
"$tenure" generate "$here/shop.toml" -o "$dir/shop.h5" --quiet
"$tenure" train "$dir/shop.h5" -o "$dir/a.h5" --model ials --factors 16 --quiet
"$tenure" train "$dir/shop.h5" -o "$dir/b.h5" --model ials --factors 32 --quiet
