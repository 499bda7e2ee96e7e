"""The slow program of exercise 1.4: one function is slow, and another one looks it."""

from __future__ import annotations


def is_robot(visitor, robots):
    return visitor in robots


def busiest_first(rows):
    rows = list(rows)
    for i in range(1, len(rows)):
        row, j = rows[i], i
        while j > 0 and rows[j - 1][1] < row[1]:
            rows[j] = rows[j - 1]
            j -= 1
        rows[j] = row
    return rows


def report_slowly(lines, robots):
    """How many pages each visitor saw, robots left out, the busiest first."""
    visits = {}
    for line in lines:
        visitor = line.split()[0]
        if not is_robot(visitor, robots):
            visits[visitor] = visits.get(visitor, 0) + 1
    return busiest_first(visits.items())
