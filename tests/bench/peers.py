"""The programs that sampan is timed beside: what is installed, and how each is called."""
import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import duckdb_sql

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SCRIPTS = os.path.join(HERE, 'peers')


@functools.lru_cache
def indicators():
    """Name and condition of each indicator of the plan w2.yaml."""
    with open(os.path.join(HERE, 'plans', 'w2.yaml'), encoding='utf-8') as file:
        return re.findall(r'^  (\w+): \{estimator: prevalence, of: ([^,]+),', file.read(), re.M)


@functools.lru_cache
def indicator_file(folder):
    path = os.path.join(folder, 'indicators.tsv')
    with open(path, 'w', encoding='utf-8') as file:
        file.writelines(f'{name}\t{condition}\n' for name, condition in indicators())
    return path


def has_module(name):
    return subprocess.run([sys.executable, '-c', f'import {name}'], capture_output=True).returncode == 0


def has_r_package(name):
    return shutil.which('Rscript') is not None and subprocess.run(
        ['Rscript', '-e', f'library({name})'], capture_output=True).returncode == 0


class Sampan:
    """The adapter of the tree: the ordinary program on an ordinary plan."""
    name, works, extension = 'sampan', ('w1', 'w2', 'w3', 'yrbs'), '.sampan'

    def __init__(self, program):
        self.program = program

    def command(self, work, source, out, _threads, _scratch):
        return [os.path.join(ROOT, 'scripts', 'bench-adapter'), '-p', self.program, work, source, out]

    def environment(self, threads):
        return {'SAMPAN_THREADS': str(threads)}

    def knows(self, words):
        """Whether its help has them: `sampan pack `, `--threads `."""
        return words in subprocess.run([self.program, '--help'], capture_output=True, check=True,
                                       text=True).stdout


class Peer:
    """A program that is called without more than its command."""
    extension = None

    def environment(self, threads):
        return {'OMP_NUM_THREADS': str(threads), 'POLARS_MAX_THREADS': str(threads)}


class DuckDB(Peer):
    """By any command that takes a file of SQL: the one of --duckdb, the program, or Python's module."""
    name, works, extension = 'duckdb', ('w1', 'w2', 'w3'), '.duckdb'

    def __init__(self, command):
        self.runner = shlex.split(command)

    @classmethod
    def find(cls, command):
        if not command and shutil.which('duckdb'):
            command = "sh -c 'exec duckdb <\"$0\"'"
        if not command and has_module('duckdb'):
            command = shlex.join([sys.executable, '-c',
                                  'import duckdb, sys; duckdb.connect().execute(open(sys.argv[1]).read())'])
        return cls(command) if command else None

    def command(self, work, source, out, threads, scratch):
        conditions = [(n, c.replace('==', '=')) for n, c in indicators()]
        with tempfile.NamedTemporaryFile('w', suffix='.sql', dir=scratch, delete=False) as file:
            file.write(duckdb_sql.script(work, source, out, conditions, threads))
        return self.runner + [file.name]


class DataTable(Peer):
    name, works = 'data.table', ('w1', 'w2', 'w3')

    @classmethod
    def find(cls):
        return cls() if has_r_package('data.table') else None

    def command(self, work, source, out, threads, scratch):
        return ['Rscript', os.path.join(SCRIPTS, 'data_table.R'), work, source, out,
                indicator_file(scratch), str(threads)]


class Polars(Peer):
    name, works = 'polars', ('w1', 'w2', 'w3')

    @classmethod
    def find(cls):
        return cls() if has_module('polars') else None

    def command(self, work, source, out, _threads, scratch):
        return [sys.executable, os.path.join(SCRIPTS, 'polars_peer.py'), work, source, out,
                indicator_file(scratch)]


class Survey(Peer):
    """R's survey: minutes for a million records, so that it runs once, and where it is asked for."""
    name, works = 'survey', ('w1', 'w3', 'yrbs')

    @classmethod
    def find(cls):
        return cls() if has_r_package('survey') and has_r_package('data.table') else None

    def command(self, work, source, out, _threads, _scratch):
        return ['Rscript', os.path.join(SCRIPTS, 'survey.R'), work, source, out]


def installed(duckdb_command):
    """The peers that can be run here, by name."""
    found = [DuckDB.find(duckdb_command), DataTable.find(), Polars.find(), Survey.find()]
    return {peer.name: peer for peer in found if peer is not None}
