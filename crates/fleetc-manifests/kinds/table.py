"""The table of all kinds, and its text form."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field

from by_hand import IMMUTABLE, NOT_ENFORCED

GRAMMAR = """\
The shape of every Kubernetes and Flux kind. Made by generate.py from public Go modules and by_hand.py: do not edit.

One fact per line, sorted. A line is words with one space between them. A word may hold JSON strings ("..."), and a
space, bracket or bar inside one is part of it. Lines that begin with # and empty lines mean nothing.

RANGES say in which minors a fact holds. @1.30 = from Kubernetes 1.30 on; @1.29..1.31 = from 1.29 to 1.31, both
included; @1.29..1.30,1.33 = both. @flux2.8 and @flux2.7..2.8 are the same for Flux. Without a range a fact holds in
all minors of what it is about. A range that starts with the oldest minor, {kubernetes} or flux{flux}, means "or
earlier". Kinds of flux-operator have no ranges.

kind <apiVersion> <kind> <plural> <namespaced|cluster> <type> [short=<name>,...] [off[@...]] [@...]
    A kind that can be created and read; lists and reviews are left out. off: the API server does not serve this
    version unless told to (off@...: in these minors).
lifecycle <apiVersion> <kind> [deprecated=<minor>] [removed=<minor>] [use=<apiVersion>] [as=<kind>]
    removed: the first minor (1.22, flux2.9; flux{flux} may mean an earlier one) that is not to serve it. It may lie in
    the future, and a `kind` line knows better. use: what to take instead; as: its kind, where that differs. Without
    `use`, take the `kind` line of the same group and kind, if there is one.
immutable <apiVersion> <kind> <path> [once] [if=<path>=<value>] [unless=<path>=<value>]
    An update that changes the value at <path>, or below it, is refused. once: it may still be set where it was not.
    if, unless: only where the live object has, or has not, this value there. Holds for other versions of the kind too.
type <name> [@...]
    The indented lines below it are its fields and constraints. A type without fields is an object that stays empty.
    Names that begin like helm.v2.HelmRelease.spec are objects inside CRDs, [] being an item of a list, {} a value of a
    map; objects that are alike are written once, under the shortest of their names.
 <field>[!|?] <shape> [<attribute> ...] [@...]
    !: required. ?: required by the published schema, yet accepted when missing. null counts as missing.
    shape: string bool int32 int64 double time microtime bytes (base64) quantity (string or number) int-or-string, any
    (anything at all), a type, [shape] a list, {shape} a map. The `status` of every kind is `any`.
    Built-in kinds: all but ranges, enum and gate is taken from the newest minor that has the field, since older
    schemas say less about lists, and more about `required`, than their servers do. Flux: a field has several lines,
    whose ranges do not overlap, where minors disagree about it.
    Attributes, in this order (enum, pattern, lengths, minimum and maximum are of each item of a list or map):
      map(<field>,...)  a list whose items are told apart by these fields, each with its default; apply refuses twins
      set               a list whose equal items apply refuses. A list with neither is one atomic value
      patch=<strategy>,...[(<field>)]  strategic merge: merge (a list by <field>, or by value), retainKeys, replace
      default=<JSON>    what the server fills in, as far as schemas say it: Kubernetes fills in more
      enum(<value>|...) the only values, in JSON if odd; <value>@...: in these minors only. Built-in kinds take "" as
                        well in many places, for the default; in minors whose schema has no enum, the values without @
      pattern=<JSON> minLength= maxLength= minimum= maximum= minItems= maxItems= minProperties= maxProperties=
      gate=<name>[@...] needs a feature gate that is off by default (in these minors): without it, silently dropped
 +rule <field|.> <JSON string> <JSON string> [@...]
    CEL that must hold, and its message. self is the field's value, or for `.` the object; <field>[] is each item.
 +union <field|-> <field>,... [@...]
    At most one of the fields after the first is set; the value of the first, where there is one, says which.
"""


class Axis:
    """The minors in which facts can differ, oldest first."""

    def __init__(self, prefix: str, minors: list[str], newest_wins: bool = False):
        self.prefix, self.minors, self.newest_wins = prefix, minors, newest_wins

    def range(self, present: set[str], within: set[str]) -> str:
        """Says `present`, or nothing where that is all of `within`."""
        runs: list[list[int]] = []
        for index in (i for i, minor in enumerate(self.minors) if minor in present):
            if runs and runs[-1][-1] == index - 1:
                runs[-1].append(index)
            else:
                runs.append([index])
        return "" if present >= within else f"@{self.prefix}" + ",".join(map(self._run, runs))

    def _run(self, run: list[int]) -> str:
        first, last = self.minors[run[0]], self.minors[run[-1]]
        return first if last == self.minors[-1] else f"{first}..{last}"


@dataclass(frozen=True)
class Field:
    """What one minor says about a field. `wrap` is "[" or "{" for each list or map around the base type."""

    wrap: str
    base: str
    required: bool = False
    attributes: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    enum: frozenset[str] = frozenset()


@dataclass
class Type:
    """A type in all its minors."""

    axis: Axis
    minors: set[str] = field(default_factory=set)
    fields: dict[str, dict[str, Field]] = field(default_factory=lambda: defaultdict(dict))
    constraints: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class Kind:
    """A kind in all its minors. Plural, scope and short names are the newest minor's."""

    axis: Axis
    type: str
    plural: str = ""
    scope: str = ""
    short: list[str] = field(default_factory=list)
    minors: set[str] = field(default_factory=set)
    off: set[str] = field(default_factory=set)


class Table:
    """Everything that kubernetes.txt says."""

    def __init__(self) -> None:
        self.kinds: dict[tuple[str, str], Kind] = {}
        self.types: dict[str, Type] = {}
        self.lifecycles: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self.gates: dict[str, set[str]] = defaultdict(set)
        self.gates_off: dict[str, set[str]] = defaultdict(set)

    def kind(self, axis: Axis, minor: str, key: tuple[str, str], kind_type: str) -> Kind:
        """The kind, noted as present in the minor."""
        kind = self.kinds.setdefault(key, Kind(axis, kind_type))
        kind.minors.add(minor)
        return kind


def compact(value: object) -> str:
    """JSON without spaces between its parts."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def share_types(table: Table) -> None:
    """Leaves one of CRDs' objects that are alike; parents become alike when their children have."""
    while same := find_twins(table):
        for name, kept_name in same.items():
            twin, kept = table.types.pop(name), table.types[kept_name]
            kept.minors |= twin.minors
            for key, versions in twin.fields.items():
                kept.fields[key] |= versions
            for line, minors in twin.constraints.items():
                kept.constraints[line] |= minors
        for versions in (versions for kept in table.types.values() for versions in kept.fields.values()):
            for minor, entry in versions.items():
                versions[minor] = dataclasses.replace(entry, base=same.get(entry.base, entry.base))


def find_twins(table: Table) -> dict[str, str]:
    """Which types of CRDs are the same as another."""
    twins, kinds = defaultdict(list), {kind.type for kind in table.kinds.values()}
    for name in sorted(table.types.keys() - kinds, key=lambda name: (len(name), name)):
        kept = table.types[name]
        body = "\n".join(type_lines(table, name))
        # A body that speaks of minors is only the same for a type of the same minors.
        minors = frozenset(kept.minors if "@" in body else ())
        if not kept.axis.newest_wins:
            twins[kept.axis, minors, body].append(name)
    return {other: names[0] for names in twins.values() for other in names[1:]}


def words(*parts: str) -> str:
    """A line of the words that are not empty."""
    return " ".join(filter(None, parts))


def type_lines(table: Table, name: str):
    kept = table.types[name]
    for key in sorted(kept.fields):
        yield from field_lines(table, name, key)
    for line, minors in sorted(kept.constraints.items()):
        yield words(f" {line}", kept.axis.range(minors, kept.minors))


def field_lines(table: Table, name: str, key: str):
    """A field's line, or several where minors disagree."""
    kept = table.types[name]
    axis, versions, alike = kept.axis, kept.fields[key], defaultdict(dict)
    newest = versions[max(versions, key=axis.minors.index)]
    for minor, entry in versions.items():
        said = newest if axis.newest_wins else entry
        alike[entry.wrap, entry.base, said.required, said.attributes, said.limits, bool(said.enum)][minor] = entry
    for (wrap, base, required, attributes, limits, _), entries in alike.items():
        mark = "" if not required else "?" if f"{name}.{key}" in NOT_ENFORCED else "!"
        shape = wrap + base + wrap[::-1].translate(str.maketrans("[{", "]}"))
        minors = entries.keys()
        more = enum_word(axis, entries), *limits, *gate_words(table, axis, f"{name}.{key}", minors)
        yield words(f" {key}{mark}", shape, *attributes, *more, axis.range(minors, kept.minors))


def enum_word(axis: Axis, entries: dict[str, Field]) -> str:
    declared = {minor for minor, entry in entries.items() if entry.enum}
    values = []
    for value in sorted({value for entry in entries.values() for value in entry.enum}):
        having = {minor for minor in declared if value in entries[minor].enum}
        plain = value if re.fullmatch(r"[\w.*:/+-]+", value) else compact(value)
        values.append(plain + axis.range(having, declared))
    return f"enum({'|'.join(values)})" if values else ""


def gate_words(table: Table, axis: Axis, name: str, minors: set[str]):
    for gate in sorted(table.gates.get(name, ())):
        if off := table.gates_off[gate] & minors:
            yield f"gate={gate}" + axis.range(off, minors)


def kind_lines(table: Table):
    for key, kind in table.kinds.items():
        short = f"short={','.join(kind.short)}" if kind.short else ""
        off = "off" + kind.axis.range(kind.off, kind.minors) if kind.off else ""
        minors = kind.axis.range(kind.minors, set(kind.axis.minors))
        yield words("kind", *key, kind.plural, kind.scope, kind.type, short, off, minors)


def lifecycle_lines(table: Table):
    for key, said in table.lifecycles.items():
        yield words("lifecycle", *key, *(f"{k}={said[k]}" for k in ("deprecated", "removed", "use", "as") if k in said))


def immutable_lines(table: Table):
    for kind, paths in IMMUTABLE.items():
        version, name = kind.split()
        for path, *conditions in map(str.split, paths):
            owner = table.kinds[version, name].type
            for key in path.split("."):
                if key not in table.types[owner].fields:
                    sys.exit(f"by_hand.py: {kind} has no {path}")
                owner = next(iter(table.types[owner].fields[key].values())).base
            yield words("immutable", kind, path, *conditions)


def render(table: Table, header: str) -> str:
    """The whole file."""
    blocks = ["\n".join(f"# {line}".rstrip() for line in header.splitlines())]
    blocks += ("\n".join(sorted(lines(table))) for lines in (kind_lines, lifecycle_lines, immutable_lines))
    for name, kept in sorted(table.types.items()):
        title = words("type", name, kept.axis.range(kept.minors, set(kept.axis.minors)))
        blocks.append("\n".join([title, *type_lines(table, name)]))
    return "\n\n".join(blocks) + "\n"
