"""What is timed: each section is one workload over one file, by several runs that take turns."""
import dataclasses


@dataclasses.dataclass
class Section:
    name: str
    title: str
    work: str               # of the adapter; `convert` for packing
    generate: str           # options of the generator
    packed: bool = False    # from the peer's own format
    threads: tuple = ()     # of sampan: its runs among themselves
    memory: bool = False    # what counts is the memory, at more and more records


ALL = (
    Section('w1', '1 indicator, all and by year and sex (21 estimates)', 'w1', ''),
    Section('w2', '20 indicators in 7000 domains (140,000 estimates)', 'w2', ''),
    Section('w3', 'age-standardized prevalence by year', 'w3', ''),
    Section('w1-record', 'as w1, every record a PSU', 'w1', '-p record'),
    Section('w1-quoted', 'as w1, every field in quotes', 'w1', '-q all'),
    Section('w2-shuffled', 'as w2, records in no order', 'w2', '-o shuffled'),
    Section('pack', 'to the own format of each', 'convert', ''),
    Section('w1-packed', 'w1 from the own format', 'w1', '', packed=True),
    Section('w2-packed', 'w2 from the own format', 'w2', '', packed=True),
    Section('threads-w1', 'w1 by threads', 'w1', '', threads=(1, 2)),
    Section('threads-w2', 'w2 by threads', 'w2', '', threads=(1, 2)),
    Section('memory-w1', 'memory of w1', 'w1', '', memory=True),
    Section('memory-w2', 'memory of w2', 'w2', '', memory=True),
    Section('yrbs', 'YRBS districts by wave, grade, sex and race, half a million records', 'yrbs', ''),
)


def by_names(names):
    known = {section.name: section for section in ALL}
    for name in names:
        if name not in known:
            raise ValueError(f"there is no section '{name}'; there are {', '.join(known)}")
    return [known[name] for name in names] if names else list(ALL)
