"""The workloads by polars, in the same form as the SQL.
usage: polars_peer.py w1|w2|w3 SOURCE OUT INDICATORS"""
import sys

import polars as pl

STANDARD = (11.608, 15.54, 13.74, 11.41, 8.27, 5.17, 3.06)


def age_group():
    breaks = (25, 35, 45, 55, 65, 75)
    return sum(((pl.col('age') >= end).cast(pl.Int32) for end in breaks), pl.lit(1)).alias('g')


def sums(indicators):
    for name, condition in indicators:
        true = eval(condition, {}, Columns())  # pylint: disable=eval-used
        yield pl.when(true).then(pl.col('weight')).otherwise(0.0).sum().alias(f'a_{name}')
        yield pl.when(true.is_not_null()).then(pl.col('weight')).otherwise(0.0).sum().alias(f'b_{name}')


class Columns(dict):
    """Names of a condition as columns."""

    def __missing__(self, name):
        return pl.col(name)


def estimates(cell, size, name, by):
    """Estimate and SE of an indicator by domain."""
    a, b, p, n = pl.col(f'a_{name}'), pl.col(f'b_{name}'), pl.col('p'), pl.col('n')
    m = cell.group_by(['stratum'] + by).agg(a=a.sum(), b=b.sum(), aa=(a * a).sum(), ab=(a * b).sum(),
                                            bb=(b * b).sum())
    a, b = pl.col('a'), pl.col('b')
    of_domain = m.group_by(by).agg(p=a.sum() / b.sum(), w=b.sum())
    square = (n / (n - 1) * (pl.col('aa') - 2 * p * pl.col('ab') + p * p * pl.col('bb')
                             - (a - p * b) ** 2 / n)).clip(0.0, None)
    joined = m.join(of_domain, on=by).join(size, on='stratum').filter(n > 1)
    return joined.group_by(by).agg(estimate=p.first(), se=square.sum().sqrt() / pl.col('w').first())


def standardized(cell, size):
    total = sum(STANDARD)
    share = pl.DataFrame({'g': list(range(1, 8)), 'share': [s / total for s in STANDARD]}).with_columns(
        pl.col('g').cast(pl.Int32))
    a, b, z, n = pl.col('a_smoke'), pl.col('b_smoke'), pl.col('z'), pl.col('n')
    p = cell.group_by(['year', 'g']).agg(p=a.sum() / b.sum(), w=b.sum()).join(share, on='g')
    linear = cell.join(p, on=['year', 'g']).group_by(['stratum', 'psu', 'year']).agg(
        z=(pl.col('share') * (a - pl.col('p') * b) / pl.col('w')).sum())
    v = linear.group_by(['year', 'stratum']).agg(zz=(z * z).sum(), z=z.sum()).join(
        size, on='stratum').filter(n > 1)
    se = v.group_by('year').agg(se=(n / (n - 1) * (pl.col('zz') - z * z / n)).clip(0.0, None).sum().sqrt())
    return p.group_by('year').agg(estimate=(pl.col('share') * pl.col('p')).sum()).join(se, on='year')


def main(work, source, out, indicators):
    chosen = [('smoke', 'smoke == 1')]
    if work == 'w2':
        with open(indicators, encoding='utf-8') as file:
            chosen = [tuple(line.rstrip('\n').split('\t')) for line in file]
    by = {'w1': ['year', 'sex'], 'w2': ['year', 'state', 'sex', 'g'], 'w3': ['year', 'g']}[work]
    cell = pl.scan_csv(source).with_columns(age_group().cast(pl.Int32)).group_by(
        ['stratum', 'psu'] + by).agg(list(sums(chosen))).collect()
    size = cell.group_by('stratum').agg(n=pl.col('psu').n_unique().cast(pl.Float64))
    with open(out, 'w', encoding='utf-8') as file:
        if work == 'w3':
            for row in standardized(cell, size).select('year', 'estimate', 'se').iter_rows():
                file.write('%s,%r,%r\n' % row)
            return
        for name, _ in chosen:
            head = name + '|' if work == 'w2' else ''
            for row in estimates(cell, size, name, by).select(by + ['estimate', 'se']).iter_rows():
                file.write(f"{head}{'|'.join(map(str, row[:-2]))},{row[-2]!r},{row[-1]!r}\n")
        if work == 'w1':
            units = cell.group_by(['stratum', 'psu']).agg(pl.col('a_smoke').sum(), pl.col('b_smoke').sum())
            whole = estimates(units.with_columns(whole=pl.lit('all')), size, 'smoke', ['whole'])
            file.write('%s,%r,%r\n' % whole.select('whole', 'estimate', 'se').row(0))


if __name__ == '__main__':
    main(*sys.argv[1:5])
