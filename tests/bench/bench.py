#!/usr/bin/env python3
"""Times sampan beside the programs that are installed, over data that are made for it.

A section is one workload. Every program runs once in a round, in turn, each after its file was read
once; ratios are taken inside a round and their median is quoted. Every answer is compared with that of
sampan to 1e-9: a section whose answers differ is an error. docs/performance.md tells more."""
import argparse
import os
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import measure  # noqa: E402
import page  # noqa: E402
import peers  # noqa: E402
import sections  # noqa: E402

WORK = os.path.join(peers.ROOT, 'build', 'bench')
RELEASE = os.path.join(peers.ROOT, 'build', 'release')
YRBS_FILE = 'yrbs_district_1991_2019_suicide.csv'
YRBS_RATIO = 0.01     # of R's time, that sampan may take at most
LARGE = 100_000_000


class Wrong(Exception):
    """Something that must not be: answers that differ, a ratio that was promised."""


def count(text):
    scale = {'k': 10 ** 3, 'm': 10 ** 6}.get(text[-1:].lower(), 1)
    return int(text[:-1] if scale > 1 else text) * scale


def names(text):
    return [name for name in text.split(',') if name]


def options():
    parser = argparse.ArgumentParser(description=__doc__, prog='bench',
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--rows', type=count, default=10 ** 6, help='records: 1000000 (default), 10m')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--only', type=names, default=[], metavar='SECTION,...',
                        help='of ' + ', '.join(section.name for section in sections.ALL))
    parser.add_argument('--peers', type=names, default=['duckdb', 'data.table', 'polars'],
                        metavar='NAME,...', help='beside sampan; survey is R, once, and takes minutes')
    parser.add_argument('--duckdb', default='', metavar='COMMAND',
                        help='runs DuckDB over a file of SQL that is given to it as last word')
    parser.add_argument('--sampan', default=os.path.join(RELEASE, 'sampan'), metavar='PROGRAM')
    parser.add_argument('--threads', type=int, default=os.cpu_count(), help='of every program')
    parser.add_argument('--budget', type=float, default=120, metavar='SECONDS',
                        help='a program that took longer in a section is not run in it again')
    parser.add_argument('--large', action='store_true', help='memory at 100 million records, through a pipe')
    parser.add_argument('--write', action='store_true', help='put the table into docs/performance.md')
    return parser.parse_args()


class Bench:
    def __init__(self, o):
        self.o = o
        self.sampan = peers.Sampan(o.sampan)
        found = peers.installed(o.duckdb)
        self.peers = [found[name] for name in o.peers if name in found]
        self.survey = found.get('survey')
        self.rows = []      # of the table
        self.problems = []
        for folder in ('data', 'out', 'scratch'):
            os.makedirs(os.path.join(WORK, folder), exist_ok=True)
        missing = [name for name in o.peers if name not in found]
        if missing:
            print('not here: ' + ', '.join(missing), file=sys.stderr)

    # ---- data

    def generator(self, n_rows, words):
        return [os.path.join(RELEASE, 'tests', 'bench_generate'), '-n', str(n_rows)] + words.split()

    def data(self, n_rows, words):
        """The generated file, which is made where it is not there."""
        name = f'r{n_rows}' + ''.join('-' + word for word in words.split() if word[0] != '-')
        path = os.path.join(WORK, 'data', name + '.csv')
        if not os.path.exists(path):
            with open(path + '.part', 'wb') as file:
                subprocess.run(self.generator(n_rows, words), stdout=file, check=True)
            os.rename(path + '.part', path)
        return path

    def own(self, program, source):
        """The file in the program's own format, which is made where it is not there."""
        path = os.path.splitext(source)[0] + program.extension
        if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(source):
            self.convert(program, source, path)
        return path

    def convert(self, program, source, path):
        if os.path.exists(path):
            os.remove(path)
        return measure.run(program.command('convert', source, path, self.o.threads, self.scratch),
                           program.environment(self.o.threads))

    @property
    def scratch(self):
        return os.path.join(WORK, 'scratch')

    # ---- runs

    def once(self, section, program, source, threads):
        """A run: what it cost, and where its answers are."""
        measure.warm(source)
        name = f'{section.name}-{program.name}' + (f'-{threads}' if section.threads else '')
        out = os.path.join(WORK, 'out', name + '.csv')
        if section.work == 'convert':
            path = os.path.splitext(source)[0] + program.extension
            return self.convert(program, source, path), None
        return measure.run(program.command(section.work, source, out, threads, self.scratch),
                           program.environment(threads)), out

    def rounds(self, section, runs):
        """`runs`: label, program, source, threads; the first is what others are measured by. Gives
        label -> costs, and checks the answers."""
        costs = {label: [] for label, *_ in runs}
        outs = {}
        for _ in range(self.o.rounds):
            for label, program, source, threads in runs:
                spent = sum(c.wall for c in costs[label])
                if costs[label] and (spent > self.o.budget or program.name == 'survey'):
                    continue
                cost, out = self.once(section, program, source, threads)
                costs[label].append(cost)
                if out:
                    outs[label] = out
        first = next(iter(costs))
        for label, out in outs.items():
            if label != first:
                found = subprocess.run([sys.executable, os.path.join(HERE, 'answers.py'), outs[first], out],
                                       capture_output=True, text=True)
                if found.returncode != 0:
                    raise Wrong(found.stderr.strip())
                print(f'  {label}: {found.stdout.strip()}', file=sys.stderr)
        return costs

    def report(self, section, n_rows, costs):
        base = next(iter(costs.values()))
        for label, runs in costs.items():
            ratios = [b.wall / r.wall for b, r in zip(base, runs)], [b.cpu / r.cpu for b, r in zip(base, runs)]
            self.rows.append(page.Row(
                section.name, section.title, n_rows, label,
                statistics.median(r.wall for r in runs), statistics.median(r.cpu for r in runs),
                max(r.memory for r in runs), *(statistics.median(r) for r in ratios), len(runs)))
            print(page.line(self.rows[-1]), flush=True)

    # ---- sections

    def plain(self, section):
        source = self.data(self.o.rows, section.generate)
        programs = [self.sampan] + [p for p in self.peers if section.work in p.works or section.work == 'convert']
        if section.packed or section.work == 'convert':
            programs = [p for p in programs if p.extension]
        runs = [(p.name, p, self.own(p, source) if section.packed else source, self.o.threads)
                for p in programs]
        self.report(section, self.o.rows, self.rounds(section, runs))

    def by_threads(self, section):
        source = self.data(self.o.rows, section.generate)
        runs = [(f'sampan, {n} thread{"s" * (n > 1)}', self.sampan, source, n) for n in section.threads]
        self.report(section, self.o.rows, self.rounds(section, runs))

    def memory(self, section):
        for n_rows in (self.o.rows // 10, self.o.rows):
            source = self.data(n_rows, section.generate)
            cost, _ = self.once(section, self.sampan, source, self.o.threads)
            self.report(section, n_rows, {'sampan': [cost]})
        if self.o.large and section.work == 'w1':
            out = os.path.join(WORK, 'out', 'large.csv')
            cost = measure.run(self.sampan.command(section.work, '-', out, self.o.threads, self.scratch),
                               self.sampan.environment(self.o.threads), self.generator(LARGE, section.generate))
            self.report(section, LARGE, {'sampan, from a pipe': [cost]})

    def yrbs(self, section):
        folder = os.environ.get('SAMPAN_REALDATA', '')
        found = [os.path.join(where, YRBS_FILE) for where, _, files in os.walk(folder) if YRBS_FILE in files]
        if not found or not self.survey:
            print('yrbs: left out; it needs R with survey and data.table, and SAMPAN_REALDATA with '
                  + YRBS_FILE, file=sys.stderr)
            return
        runs = [('sampan', self.sampan, found[0], self.o.threads), ('survey', self.survey, found[0], 1)]
        costs = self.rounds(section, runs)
        self.report(section, 504249, costs)
        ratio = self.rows[-1].wall_ratio
        if ratio > YRBS_RATIO:
            raise Wrong(f'yrbs: {ratio:.4f} of the time of R, more than {YRBS_RATIO}')

    def run(self, section):
        packs = section.packed or section.work == 'convert'
        needed = 'sampan pack ' if packs else '--threads ' if section.threads else ''
        if not self.sampan.knows(needed):
            print(f'{section.name}: left out, this program has no {needed.strip()}', file=sys.stderr)
            return
        print(f'{section.name}: {section.title}', file=sys.stderr)
        try:
            if section.work == 'yrbs':
                self.yrbs(section)
            elif section.threads:
                self.by_threads(section)
            elif section.memory:
                self.memory(section)
            else:
                self.plain(section)
        except (Wrong, measure.Failure) as problem:
            self.problems.append(f'{section.name}: {problem}')
            print(f'FAILED {self.problems[-1]}', file=sys.stderr)


def main():
    o = options()
    try:
        chosen = sections.by_names(o.only)
    except ValueError as problem:
        sys.exit(f'bench: {problem}')
    bench = Bench(o)
    print(page.HEADER, flush=True)
    for section in chosen:
        bench.run(section)
    if bench.problems:
        sys.exit('\n'.join(['bench: these sections failed'] + bench.problems))
    if o.write:
        page.write(os.path.join(peers.ROOT, 'docs', 'performance.md'), bench.rows, o)


if __name__ == '__main__':
    main()
