"""weights.py - the weights of a design that has none, from the population sizes of its stages."""
from plans import named

WEIGHT = "sampling_weight"


def is_needed(design):
    return design["type"] == "taylor" and not design.get("weights") and \
        any(s.get("fpc") for s in design["stages"])


def of_records(design, rows):
    """One over the share of units that each stage samples, as R has it."""
    out, above = [1.0] * len(rows), [()] * len(rows)
    for stage in design["stages"]:
        within = [a + ((r[stage["strata"]],) if stage.get("strata") else ())
                  for a, r in zip(above, rows)]
        above = [w + ((r[stage["id"]] if stage.get("id") else i),)
                 for i, (w, r) in enumerate(zip(within, rows))]
        if not stage.get("fpc"):
            continue
        units = {}
        for w, unit in zip(within, above):
            units.setdefault(w, set()).add(unit)
        for i, r in enumerate(rows):
            size = float(r[stage["fpc"]])
            is_fraction = design["fpc_is"] == "fraction"
            out[i] *= 1 / size if is_fraction else size / len(units[within[i]])
    return out


def put_in(plan, design, data, name):
    """Gives the plan a file with the weights; their column, None if all are 1."""
    rows = data.rows(name)
    weights = of_records(design, rows)
    if all(w == 1 for w in weights):
        return None
    columns = data.columns(name)
    plan.rows = [columns + [WEIGHT]]
    plan.rows += [[r[c] for c in columns] + ["%.17g" % w] for r, w in zip(rows, weights)]
    plan.body["design"]["weight"] = named(WEIGHT)
    return WEIGHT
