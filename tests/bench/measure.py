"""Runs a command once, and what it cost."""
import dataclasses
import os
import subprocess
import tempfile
import time


@dataclasses.dataclass
class Cost:
    wall: float     # seconds
    cpu: float      # seconds, of the command and what it started
    memory: float   # MB, of its largest process; not less than this one's, 20 MB or so


class Failure(Exception):
    """A command that did not end well."""


def warm(path):
    """Reads a file, so that no run pays for the disk."""
    block = bytearray(1 << 20)
    with open(path, 'rb', 0) as file:
        while file.readinto(block):
            pass


def run(command, environment=None, feeder=None):
    """Runs a command (a list); `feeder`, another one, is piped into it and not counted."""
    with tempfile.TemporaryFile() as errors:
        source = subprocess.Popen(feeder, stdout=subprocess.PIPE) if feeder else None
        start = time.perf_counter()
        process = subprocess.Popen(command, env=dict(os.environ, **(environment or {})),
                                   stdin=source.stdout if source else subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=errors)
        if source:
            source.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if source and source.wait() != 0 and process.returncode == 0:
            raise Failure(f'{feeder[0]} failed')
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().decode(errors='replace').strip()
            raise Failure(f"{' '.join(command)}: exit code {process.returncode}\n{said[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
