# shellcheck shell=bash
# What bin/test says at the end about single tests. Sourced, never run.

# .config/nextest.toml asks for it. nextest puts it there whatever CARGO_TARGET_DIR says.
# shellcheck disable=SC2154 # root and scratch are bin/lib.sh's and bin/test's
junit=$root/target/nextest/default/junit.xml

# By name: what failed, what was skipped and why, what took longest. Then the sums.
say_results() {
  { nextest_results && cargo_test_results; } >"$scratch/results"
  { reported_tests && ignored_tests; } | sort -u >"$scratch/unrun"
  list "Failed tests" "$(awk -F '\t' '$1 == "failed" { print "  " $3 }' "$scratch/results")"
  list "Skipped tests, whole or in part" "$(one_line_a_test <"$scratch/unrun")"
  if have cargo-nextest; then
    list "The slowest tests" "$(slowest_tests)"
  else
    say "How long each test took is not known: that needs cargo-nextest."
  fi
  sums
}

# list TITLE LINES: nothing, where there are no lines.
list() { [ -z "$2" ] || printf '%s\n' "$bold$1$plain" "$2"; }

# Results are lines of "passed" or "failed", seconds, and the test's name.
nextest_results() {
  [ ! -f "$junit" ] || sed 's/></>\n</g' "$junit" | awk '
    function value(key) {
      if (!match($0, " " key "=\"[^\"]*")) return "?"
      return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
    }
    function finish() { if (name) print state "\t" seconds "\t" name }
    /<testcase / {
      finish()
      state = "passed"; seconds = value("time"); name = value("classname") " " value("name")
    }
    /<(failure|error)/ { state = "failed" }
    END { finish() }'
}

# The runner's colours are taken out first.
cargo_test_results() {
  sed 's/\x1b\[[0-9;]*m//g' "$scratch/words" | awk '
    /^test .* \.\.\. (ok|FAILED)$/ {
      state = $NF == "ok" ? "passed" : "failed"
      gsub(/^test |( - should panic)? \.\.\. [A-Za-z]*$/, "")
      print state "\t0\t" $0
    }'
}

slowest_tests() {
  sort -t $'\t' -k 2,2gr "$scratch/results" | sed -n 1,10p |
    awk -F '\t' '{ printf "%8.1f s  %s\n", $2, $3 }'
}

# Tests that said so themselves: name and reason.
reported_tests() { [ ! -f "$PLUMBLINE_SKIPPED_TESTS" ] || cat "$PLUMBLINE_SKIPPED_TESTS"; }

# Tests whose source tells the runner to leave them out, where all were asked for.
ignored_tests() {
  [ "$scope" = named ] || git grep -lz --untracked '^ *#\[ignore' -- '*.rs' | xargs -0r awk '
    /^ *#\[ignore/ { reason = $0; gsub(/^[^"]*"?|"?\]$/, "", reason); ignored = 1 }
    ignored && match($0, /^ *(pub )?(async )?fn [a-z_0-9]+/) {
      name = substr($0, RSTART, RLENGTH); sub(/^.*fn /, "", name)
      print FILENAME " " name "\tignored, " reason
      ignored = 0
    }'
}

one_line_a_test() {
  awk -F '\t' '
    $1 != last { if (last) print line; last = $1; line = "  " $1 ": " $2; next }
    { line = line "; " $2 }
    END { if (last) print line }'
}

# A test that was skipped in part counts as skipped, or as failed where the rest of
# it failed. nextest names it as it named itself, by binary and path; cargo test by
# its path alone. An ignored one is in no result.
sums() {
  awk -F '\t' '
    FILENAME == ARGV[1] { count[$1]++; if ($1 == "failed") failed[$3] = 1; next }
    { path = $1; sub(/^[^ ]* /, "", path) }
    seen[$1]++ { next }
    $2 ~ /^ignored/ { skipped++; next }
    $1 in failed || path in failed { next }
    { skipped++; count["passed"]-- }
    END { printf "%d passed, %d failed, %d skipped\n", count["passed"], count["failed"], skipped }
  ' "$scratch/results" "$scratch/unrun"
}
