# What the scripts beside this one share. Sourced, not run. POSIX sh.
# shellcheck shell=sh

# fail MESSAGE...: one line that says what to do, then stop.
fail() {
    printf 'trialchat: %s\n' "$*" >&2
    exit 1
}

say() {
    printf 'trialchat: %s\n' "$*" >&2
}

# seconds since the script began, for progress lines
started_at=$(date +%s)
elapsed() {
    echo $(($(date +%s) - started_at))
}

# free_megabytes FOLDER
free_megabytes() {
    df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }'
}

# explain_failure LOG WHAT: turns the usual reasons for a failed installation into one line each
explain_failure() {
    if grep -qiE 'no space left|disk quota|os error 28' "$1"; then
        fail "the disk is full ($(free_megabytes .) MB free here); free some space and run the same command again"
    fi
    if grep -qiE 'dns error|failed to lookup|name resolution|tcp connect|connection (refused|reset)|network is unreachable|error sending request|timed out|max retries|could not connect|failed to establish|from versions: none|failed to fetch' "$1"; then
        fail "the package index cannot be reached while installing $2; check the network (or set UV_DEFAULT_INDEX to an index of yours) and run the same command again. Details: $1"
    fi
    tail -n 15 "$1" >&2
    fail "installing $2 failed; the lines above are the end of $1"
}
