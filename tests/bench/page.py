"""The table of a benchmark, and its place in docs/performance.md."""
import dataclasses
import os
import re
import time

BEGIN, END = '<!-- scripts/bench --write begins here -->', '<!-- and ends here -->'


@dataclasses.dataclass
class Row:
    section: str
    title: str
    n_rows: int
    program: str
    wall: float
    cpu: float
    memory: float
    wall_ratio: float   # of the first program of the section to this one
    cpu_ratio: float
    rounds: int


COLUMNS = ('section', 'records', 'program', 'wall s', 'CPU s', 'MB', 'wall ratio', 'CPU ratio', 'rounds')
WIDTHS = (12, 11, 20, 9, 9, 7, 10, 9, 6)


def records(n):
    for unit, scale in (('M', 10 ** 6), ('k', 10 ** 3)):
        if n >= scale and n * 10 % scale == 0:
            return f'{n / scale:g} {unit}'
    return str(n)


def cells(row):
    return (row.section, records(row.n_rows), row.program, f'{row.wall:.3f}', f'{row.cpu:.3f}',
            f'{row.memory:.0f}', f'{row.wall_ratio:.3f}', f'{row.cpu_ratio:.3f}', str(row.rounds))


def aligned(texts):
    return '  '.join(t.ljust(w) if i in (0, 2) else t.rjust(w)
                     for i, (t, w) in enumerate(zip(texts, WIDTHS)))


HEADER = aligned(COLUMNS)


def line(row):
    return aligned(cells(row))


def machine():
    model = 'unknown processor'
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        for text in file:
            if text.startswith('model name'):
                model = text.split(':', 1)[1].strip()
                break
    return f'{model}, {os.cpu_count()} threads'


def table(rows, o):
    lines = [f"Machine: {machine()}; {time.strftime('%Y-%m-%d', time.gmtime())}; every program with "
             f'{o.threads} threads, medians of up to {o.rounds} rounds.', '',
             '| ' + ' | '.join(COLUMNS) + ' |', '|---|--:|---|' + '--:|' * (len(COLUMNS) - 3)]
    lines += ['| ' + ' | '.join(cells(row)) + ' |' for row in rows]
    return '\n'.join(lines)


def write(path, rows, o):
    with open(path, encoding='utf-8') as file:
        text = file.read()
    pattern = re.escape(BEGIN) + '.*?' + re.escape(END)
    made, n = re.subn(pattern, lambda _: f'{BEGIN}\n\n{table(rows, o)}\n\n{END}', text, flags=re.S)
    if n != 1:
        raise SystemExit(f'bench: {path} has no place for the table: {BEGIN} ... {END}')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(made)
