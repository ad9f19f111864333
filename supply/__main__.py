"""`make audit`: 0 nothing is known that was not accepted; 1 something is, or an acceptance has to be looked at; 2 nobody could be asked."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from supply.accepted import AcceptedFault, outdated, read, unused
from supply.advisories import NotAskedError, ask
from supply.lock import packages

ROOT = Path(__file__).resolve().parent.parent
SERVICE = "https://api.osv.dev"


def main(arguments: list[str] | None = None) -> int:
    """Ask, compare, and say in a line each what is to be done."""
    parser = argparse.ArgumentParser(prog="make audit", description="Is anything bad known of the packages that are installed?")
    parser.add_argument("--lock", type=Path, default=ROOT / "uv.lock")
    parser.add_argument("--accepted", type=Path, default=Path(__file__).with_name("accepted.yaml"))
    parser.add_argument("--service", default=os.environ.get("TRIALCHAT_ADVISORIES_URL") or SERVICE)
    parser.add_argument(
        "--may-be-away", action="store_true", help="status 0 where the service cannot be asked; that it was not asked is said all the same"
    )
    given = parser.parse_args(arguments)
    try:
        accepted = read(given.accepted)
    except AcceptedFault as fault:
        return _say(str(fault), 1)
    installed = packages(given.lock)
    problems = list(outdated(accepted, installed, datetime.now(UTC).date()))
    for problem in problems:
        _say(problem, 1)
    try:
        advisories = ask(given.service.rstrip("/"), installed)
    except NotAskedError as why:
        _say(f"NOT ASKED: {why}. Nothing is known of these {len(installed)} packages, which does not mean that they are fine.", 2)
        return 1 if problems else 0 if given.may_be_away else 2
    problems += unused(accepted, advisories)
    for problem in unused(accepted, advisories):
        _say(problem, 1)
    new = [advisory for advisory in advisories if not any(one.covers(advisory) for one in accepted)]
    for advisory in sorted(new, key=lambda one: (one.package.name, sorted(one.names))):
        where = ", ".join(sorted(advisory.package.environments)) or "no environment"
        _say(f"{advisory.package.name} {advisory.package.version} ({where}): {' = '.join(sorted(advisory.names))}: {advisory.summary}", 1)
    _say(f"{len(installed)} packages asked about, {len(advisories)} findings, {len(advisories) - len(new)} of them accepted", 0)
    return 1 if new or problems else 0


def _say(text: str, status: int) -> int:
    sys.stdout.write(f"audit: {text}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
