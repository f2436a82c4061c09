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
      match($0, " " key "=\"[^\"]*")
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
  [ "$scope" = named ] || git ls-files '*.rs' | xargs awk '
    /^ *#\[ignore/ { reason = $0; gsub(/^[^"]*"?|"?\]$/, "", reason); ignored = 1 }
    ignored && match($0, /fn [a-z_0-9]+/) {
      print FILENAME " " substr($0, RSTART + 3, RLENGTH - 3) "\tignored, " reason
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
# it failed. An ignored one is in no result.
sums() {
  awk -F '\t' '
    { is_result = FILENAME == ARGV[1]; name = is_result ? $3 : $1; sub(/^.* /, "", name) }
    is_result { count[$1]++; if ($1 == "failed") failed[name] = 1; next }
    name in failed || seen[$1]++ { next }
    { skipped++; if ($2 !~ /^ignored/) count["passed"]-- }
    END { printf "%d passed, %d failed, %d skipped\n", count["passed"], count["failed"], skipped }
  ' "$scratch/results" "$scratch/unrun"
}
