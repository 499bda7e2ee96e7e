"""Wrong answers to the exercises of chapter 00, each with a piece of the hint that it must be given."""

WRONG = {
    "0.1": [
        (
            "def hours_saved(a_day, seconds, years=5):\n    return a_day * seconds * 365 * years",
            "how many seconds are in one",
        ),
        (
            "def hours_saved(a_day, seconds, years=5):\n    return a_day * seconds * 365 * years / 60",
            "That is in minutes",
        ),
        (
            "def hours_saved(a_day, seconds, years=5):\n    return a_day * seconds / 3600",
            "How many days does a year have",
        ),
        (
            "def hours_saved(a_day, seconds, years=5):\n    return a_day * seconds * 365 / 3600",
            "goes on for five years",
        ),
        (
            "def hours_saved(a_day, seconds, years=5):\n    return a_day * seconds * 365 * years // 3600",
            "whole number of hours",
        ),
        (
            "def hours_saved(a_day, seconds, years=5):\n    return int(a_day) * seconds * 365 * years / 3600",
            "0.2 times a day",
        ),
        ("def hours_saved(a_day, seconds, years=5):\n    print(a_day * seconds * 365 * years / 3600)", "`return`"),
        (
            "def hours_saved(a_day, seconds, years=5):\n    return a_day * seconds * (365 * years + years // 4) / 3600",
            "no leap years",
        ),
        (
            "def hours_saved(a_day, seconds, years=5):\n    return round(a_day * seconds * 365 * years / 3600, 2)",
            "without rounding",
        ),
        (
            "def hours_saved(a_day, seconds, years=5):\n    return a_day * int(seconds) * 365 * years / 3600",
            "Half a second is time",
        ),
    ],
    "0.2": [
        (
            "def has_duplicates(values):\n    return any(a == b for a, b in zip(values, values[1:]))",
            "need not be neighbours",
        ),
        (
            "def has_duplicates(v):\n    v.sort()\n    return any(a == b for a, b in zip(v, v[1:]))",
            "came back in another order",
        ),
        (
            "def has_duplicates(values):\n    return any(values[i] in values[:i] for i in range(len(values)))",
            "a loop inside a loop",
        ),
        ("def has_duplicates(values):\n    return any(values.count(v) > 1 for v in values)", "a loop inside a loop"),
        ("def has_duplicates(values):\n    return len(values) > 1", "All three are different"),
        ("def has_duplicates(values):\n    return len(values) - len(set(values))", "True or False"),
        (
            "def has_duplicates(values):\n    return len(set(map(int, values))) < len(values)",
            "compare, do not calculate",
        ),
        (
            "def has_duplicates(values):\n    return len(set(map(id, values))) < len(values)",
            "need not be the same object",
        ),
        ("def has_duplicates(values):\n    return len(set(map(str, values))) < len(values)", "nor look alike"),
        ("def has_duplicates(values):\n    return len(set(map(hash, values))) < len(values)", "have the same `hash`"),
        ("def has_duplicates(values):\n    return values[-1:] != [] and values[-1] in values[:-1]", "Any two of them"),
    ],
}
