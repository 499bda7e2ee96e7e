"""Step through many functions of the standard library: run by ``tests/inside/test_step_safely.py`` in a child process,
with every Python that there is.

Prints a line for each call that went wrong, then how many calls and steps there were.
"""

from __future__ import annotations

import base64
import calendar
import colorsys
import copy
import csv
import datetime
import difflib
import fnmatch
import fractions
import functools
import graphlib
import heapq
import html
import io
import ipaddress
import json
import pprint
import queue
import random
import re
import reprlib
import shlex
import statistics
import string
import sys
import textwrap
import tokenize
import urllib.parse
import uuid

from unladen.inside import frames
from unladen.inside.depths import exception_table, instructions
from unladen.inside.step_through import NoBytecodeError, Steps, step_through

LIMIT = 120
SENTENCE = "A sentence that is long enough to be wrapped, twice at least."
# each call made anew, since some can be made but once: the function, its arguments by position and by name
CALLS = [
    lambda: (json.dumps, ({"a": [1, 2.5, None, "é"]},), {"indent": 2}),
    lambda: (json.loads, ('{"a": [1, {"b": null}]}',)),
    lambda: (json.JSONDecoder().decode, ("[1, 2",)),  # raises
    lambda: (re.sub, (r"(\w)\1", "-", "aabbcd")),
    lambda: (re.purge, ()),
    lambda: (re.compile, ("(a|b)*c[x-z]{2,}(?P<n>d)",)),
    lambda: (re.compile("ab").match, ("abc",)),  # written in C
    lambda: (textwrap.wrap, (SENTENCE, 20)),
    lambda: (textwrap.dedent, ("  a\n    b\n",)),
    lambda: (functools.partial(textwrap.fill, width=10), (SENTENCE,)),
    lambda: (statistics.mean, ([1, 2, 4],)),
    lambda: (statistics.stdev, ([1.5, 2, 4],)),
    lambda: (statistics.quantiles, ([1, 2, 3, 4, 5],)),
    lambda: (statistics.mean, ([],)),  # raises
    lambda: (fractions.Fraction, ("3/4",)),
    lambda: (fractions.Fraction(31415, 10000).limit_denominator, (10,)),
    lambda: (calendar.month, (2026, 2)),
    lambda: (colorsys.rgb_to_hls, (0.1, 0.5, 0.9)),
    lambda: (copy.deepcopy, ({"a": [1, (2, {3})]},)),
    lambda: (csv.Sniffer().sniff, ("a;b\n1;2\n",)),
    lambda: (difflib.get_close_matches, ("appel", ["ape", "apple", "peach"])),
    lambda: (difflib.Differ().compare, (["a\n", "b\n"], ["a\n", "c\n"])),  # a generator
    lambda: (fnmatch.filter, (["a.c", "b.h"], "*.[ch]")),
    lambda: (heapq.merge, ([1, 4], [2, 3])),  # a generator
    lambda: (heapq.nsmallest, (2, [3, 1, 2])),
    lambda: (html.escape, ("<a href='x'>",)),
    lambda: (html.unescape, ("&lt;&#65;&amp",)),
    lambda: (ipaddress.ip_network, ("10.0.0.0/30",)),
    lambda: (ipaddress.ip_address, ("10.0.0.256",)),  # raises
    lambda: (pprint.pformat, ({"b": list(range(30)), "a": {"c": "x" * 90}},)),
    lambda: (random.Random(1).sample, (range(100), 5)),
    lambda: (reprlib.repr, (list(range(100)),)),
    lambda: (shlex.split, ('a \'b c\' "d\\"e"',)),
    lambda: (shlex.split, ("a 'b",)),  # raises
    lambda: (string.Template("$a ${b} $$").substitute, (), {"a": 1, "b": 2}),
    lambda: (string.Formatter().format, ("{0:>{1}} {a.real!r}", 1, 5), {"a": 2}),
    lambda: (list, (tokenize.generate_tokens(iter(["x = 1 + 2\n", ""]).__next__),)),  # written in C
    lambda: (urllib.parse.urlsplit, ("http://u@h:80/p?q=1#f",)),
    lambda: (urllib.parse.urljoin, ("http://a/b/c", "../d")),
    lambda: (urllib.parse.parse_qs, ("a=1&b=2&a=3",)),
    lambda: (uuid.UUID, ("12345678123456781234567812345678",)),
    lambda: (base64.b32encode, (b"abc",)),
    lambda: (datetime.timedelta, (1, 2)),  # written in C
    lambda: (graphlib.TopologicalSorter({1: [2], 2: [3]}).prepare, ()),
    lambda: (graphlib.TopologicalSorter({1: [2], 2: [1]}).prepare, ()),  # raises
    lambda: (queue.Queue(2).put, (1,)),
    lambda: (queue.Queue().get_nowait, ()),  # raises
    lambda: (io.StringIO("a\nb").readlines, ()),  # written in C
]


def parts(call) -> tuple:
    f, given, *named = call()
    return f, given, named[0] if named else {}


def check(call, into: bool) -> tuple[int, str]:
    """Step through one call; how many steps there were, and what was wrong."""
    f, given, named = parts(call)
    try:
        steps = step_through(f, *given, limit=LIMIT, into=into, **named)
    except NoBytecodeError:
        return 0, "" if type(f) is not type(check) else "refused"
    wrong = [steps.note] if steps.note else []
    if not steps.cut and came_of(call) != plain(steps.error or steps.value):
        wrong.append(f"came to {plain(steps.error or steps.value)}, called plainly to {came_of(call)}")
    wrong += [unlikely(one, other) for one, other in pairs(steps)]
    repr(steps), steps._repr_html_()
    return len(steps), "; ".join(filter(None, wrong))


def came_of(call) -> str:
    f, given, named = parts(call)
    try:
        value = f(*given, **named)
        return plain(list(value) if type(value).__name__ == "generator" else value)
    except Exception as error:
        return plain(error)


def plain(value: object) -> str:
    return re.sub(" at 0x[0-9a-f]+", "", f"{type(value).__name__} {value!r}")


def pairs(steps: Steps):
    """Each step and the next one in the same call, where a call is told by its depth and code."""
    last = {}
    for step in steps.steps:
        for depth in [depth for depth in last if depth > step.depth]:
            del last[depth]
        if step.depth in last and last[step.depth].code is step.code and step.opname != "RESUME":
            yield last[step.depth], step
        last[step.depth] = step


def unlikely(one, other) -> str:
    """What is wrong if the bytecode does not lead from one step to the other: an instruction went by unseen."""
    listing = instructions(one.code)
    offsets, here = list(listing), listing[one.offset]
    after = offsets[offsets.index(one.offset) + 1] if one.offset != offsets[-1] else None
    targets = {row[2] for row in exception_table(one.code) if row[0] <= one.offset < row[1]}
    if here.argrepr.startswith("to "):
        # FOR_ITER goes on behind the END_FOR (and a NOT_TAKEN or its like) that it names
        targets |= {here.argval, here.argval + 2, here.argval + 4}
    while after is not None and listing[after].opname == "EXTENDED_ARG":
        after += 2
    if other.offset in targets | {after} or one.opname.startswith("RETURN"):
        return ""
    return f"{one.function}: {one.opname} at {one.offset} led to {other.opname} at {other.offset}"


def main() -> None:
    if trouble := frames.trouble():
        sys.exit(f"frames are not read: {trouble}")
    count = 0
    for call in CALLS:
        for into in (True, False):
            many, wrong = check(call, into)
            count += many
            if wrong:
                print(f"{parts(call)[0]} (into={into}): {wrong}")
    print(f"{len(CALLS)} functions, {count} steps")


if __name__ == "__main__":
    main()
