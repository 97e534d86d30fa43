"""The workloads in SQL for DuckDB, as one who knows it would write them: one pass over the records to
sums by PSU and domain, then moments by stratum. Types of columns are given, so that nothing is sniffed."""

TYPES = {'state': 'VARCHAR', 'sex': 'VARCHAR', 'race': 'VARCHAR', 'edu': 'VARCHAR', 'weight': 'DOUBLE',
         'bmi': 'DOUBLE', 'id': 'INTEGER', 'stratum': 'INTEGER', 'psu': 'INTEGER', 'year': 'SMALLINT'}
COLUMNS = ('id year state stratum psu weight age sex race edu income smoke bmi exercise hyp diab lit_score '
           + ' '.join(f'c{i:02d}' for i in range(1, 16))).split()
AGE_GROUP = ('case ' + ' '.join(f'when age < {end} then {i}' for i, end in
                                enumerate((25, 35, 45, 55, 65, 75), 1)) + ' else 7 end')
STANDARD = (11.608, 15.54, 13.74, 11.41, 8.27, 5.17, 3.06)


def text(value):
    return "'" + str(value).replace("'", "''") + "'"


def csv_source(path, labels):
    types = {c: TYPES.get(c, 'SMALLINT') for c in COLUMNS}
    if not labels:
        types.update(sex='TINYINT', race='TINYINT', edu='TINYINT')
    columns = ', '.join(f"'{c}': '{t}'" for c, t in types.items())
    return (f"read_csv({text(path)}, header = true, auto_detect = false, delim = ',', quote = '\"', "
            f"escape = '\"', columns = {{{columns}}})")


def moments(name):
    """The squares of linearized values of a stratum, less their mean: the variance's numerator."""
    a, b, p = f'a_{name}', f'b_{name}', f'p_{name}'
    return (f'greatest(0, n / (n - 1.0) * (aa_{name} - 2 * {p} * ab_{name} + {p} * {p} * bb_{name}'
            f' - ({a} - {p} * {b}) * ({a} - {p} * {b}) / n))')


def by_domain(indicators, source, domain, key):
    """Statements that make the table r: key, then estimate and SE of every indicator."""
    names = [name for name, _ in indicators]
    of_cell = ', '.join(f'sum(case when {c} then weight else 0 end) a_{n}, '
                        f'sum(case when ({c}) is not null then weight else 0 end) b_{n}'
                        for n, c in indicators)
    of_stratum = ', '.join(f'sum(a_{n}) a_{n}, sum(b_{n}) b_{n}, sum(a_{n} * a_{n}) aa_{n}, '
                           f'sum(a_{n} * b_{n}) ab_{n}, sum(b_{n} * b_{n}) bb_{n}' for n in names)
    of_domain = ', '.join(f'sum(a_{n}) / sum(b_{n}) p_{n}, sum(b_{n}) w_{n}' for n in names)
    result = ', '.join(f'any_value(p_{n}) p_{n}, sqrt(sum(case when n > 1 then {moments(n)} end))'
                       f' / any_value(w_{n}) s_{n}' for n in names)
    columns = ', '.join(d.split()[-1] for d in domain)
    return [f"create or replace temp table cell as select stratum, psu, {', '.join(domain)}, {of_cell} "
            f'from {source} group by all',
            'create or replace temp table size as select stratum, count(distinct psu) n from cell '
            'group by all',
            f'create or replace temp table m as select stratum, {columns}, {of_stratum} from cell '
            'group by all',
            f'create or replace temp table p as select {columns}, {of_domain} from m group by all',
            f'create or replace temp table r as select {key} k, {result} from m join p '
            f'using ({columns}) join size using (stratum) group by all']


def w1(source, _):
    smoking = [('smoke', 'smoke = 1')]
    made = by_domain(smoking, source, ['year', 'sex'], "year || '|' || sex")
    return made + [
        'create or replace temp table whole as with u as (select stratum, psu, sum(a_smoke) a, '
        'sum(b_smoke) b from cell group by all), m as (select stratum, sum(a) a_smoke, sum(b) b_smoke, '
        'sum(a * a) aa_smoke, sum(a * b) ab_smoke, sum(b * b) bb_smoke from u group by all), '
        'p as (select sum(a_smoke) / sum(b_smoke) p_smoke, sum(b_smoke) w from m) '
        f"select 'all' k, any_value(p_smoke), sqrt(sum({moments('smoke')})) / any_value(w) "
        'from m join size using (stratum), p where n > 1'], 'select * from r union all select * from whole'


def w2(source, indicators):
    domain = ['year', 'state', 'sex', f'{AGE_GROUP} g']
    made = by_domain(indicators, source, domain, "year || '|' || state || '|' || sex || '|' || g")
    return made, ' union all '.join(f"select '{n}|' || k, p_{n}, s_{n} from r" for n, _ in indicators)


def w3(source, _):
    standard = ', '.join(f'({i}, {s / sum(STANDARD)!r})' for i, s in enumerate(STANDARD, 1))
    return [f'create or replace temp table cell as select stratum, psu, year, {AGE_GROUP} g, '
            'sum(case when smoke = 1 then weight else 0 end) a, '
            f'sum(case when smoke is not null then weight else 0 end) b from {source} group by all',
            'create or replace temp table size as select stratum, count(distinct psu) n from cell '
            'group by all',
            f'create or replace temp table p as select * from (select year, g, sum(a) / sum(b) p, '
            f'sum(b) w from cell group by all) join (values {standard}) t(g, share) using (g)',
            'create or replace temp table z as select stratum, psu, year, '
            'sum(share * (a - p * b) / w) z from cell join p using (year, g) group by all',
            'create or replace temp table v as select year, stratum, sum(z * z) zz, sum(z) z from z '
            'group by all'], (
                'select year, any_value(e), sqrt(sum(case when n > 1 then '
                'greatest(0, n / (n - 1.0) * (zz - z * z / n)) end)) from v join size using (stratum) '
                'join (select year, sum(share * p) e from p group by all) using (year) group by year')


def script(work, source, out, indicators, threads):
    """A file of statements. `source` is a .csv, or a .duckdb that `convert` made of it."""
    lines = [f'set threads = {threads}', 'set preserve_insertion_order = false']
    if source.endswith('.duckdb'):
        lines.append(f'attach {text(source)} as packed (read_only)')
        table = 'packed.t'
    else:
        table = csv_source(source, '-labels' in source)
    if work == 'convert':
        lines += [f'attach {text(out)} as packed', f'create or replace table packed.t as select * from {table}',
                  'detach packed']
    else:
        made, result = {'w1': w1, 'w2': w2, 'w3': w3}[work](table, indicators)
        lines += made
        lines.append(f"copy ({result}) to {text(out)} (format csv, header false, quote '')")
    return ''.join(line + ';\n' for line in lines)
