"""Times the stages of a peer: CPU seconds (user and sys), wall seconds, and the process's peak
memory within each stage, the same way `plumbline bench image` times its own."""

import json
import resource
import sys
import time


def _usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime, used.ru_stime, time.monotonic()


def _reset_peak():
    """Lets the kernel forget the high-water mark; where it refuses, peaks only ever grow."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def _peak_bytes():
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def resident_bytes():
    """What the process holds now."""
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


class Stages:
    def __init__(self):
        self.stages = []
        self.numbers = {}

    def run(self, name, work, *arguments):
        _reset_peak()
        before = _usage()
        result = work(*arguments)
        user, system, wall = (b - a for a, b in zip(before, _usage()))
        self.stages.append(
            {"name": name, "user_s": user, "sys_s": system, "wall_s": wall, "peak_bytes": _peak_bytes()}
        )
        return result

    def report(self, peer, size_bytes):
        """One line of JSON, the last on standard output."""
        document = {
            "peer": peer,
            "stages": self.stages,
            "numbers": self.numbers,
            "size_bytes": size_bytes,
        }
        json.dump(document, sys.stdout)
        print()
