"""The ledger is read whatever lies in it, says which claims are thin, and is published and compared with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import psutil
import pytest

from unladen.course import evidence
from unladen.course.evidence import claims, comparison, ledgers, published, runs, words
from unladen.course.evidence.page import page
from unladen.course.notebooks import NotebookError

LINE = {
    "chapter": "03", "cell": 7, "sentence": "C wins", "kind": "ratio", "timed": True, "both_ways": False,
    "measured": 8.0, "first": 8.0, "attempts": 1, "at_least": 4, "at_most": None, "verdict": "holds", "load": 0.5,
    "others": 0.1, "waited": 0.0, "stolen": 0.0, "cores": 2, "machine": "Slow Computer 86", "python": "3.11.2",
    "course": "0.1.0 abcdef0", "when": "2026-11-29T12:00:00+00:00", "run": "1",
}  # fmt: skip
TWENTY = [8 * (1 + 0.01 * (k % 7) - 0.02 * (k % 3)) for k in range(20)]


def each_run(values, **other) -> list[dict]:
    """A line for each value, each of a run of its own."""
    return [LINE | {"first": v, "measured": v, "run": str(run)} | other for run, v in enumerate(values)]


@pytest.fixture
def ledger(tmp_path):
    """A function that writes lines (objects, or texts as they are) into a ledger, and returns its folder."""

    def write(*lines: dict | str, folder: str = "ledger", pid: int = 1) -> Path:
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"claims-{pid}.jsonl").write_text("\n".join(texts) + "\n", encoding="utf-8")
        return tmp_path / folder

    return write


@pytest.fixture
def only(ledger):
    """A function that gives the one claim of some lines."""

    def claim(*lines: dict) -> claims.Claim:
        [found] = claims.collected(ledgers.read([ledger(*lines)]).lines)
        return found

    return claim


# reading


def test_half_a_line_and_other_rubbish_is_counted_and_named_and_the_rest_is_read(ledger):
    half = json.dumps(LINE)[:90]
    wrong = [half, "[1]", "7", "{}", json.dumps(LINE | {"kind": "rumour"}), json.dumps(LINE | {"first": "many"})]
    found = ledgers.read([ledger(LINE, *wrong, "", LINE | {"sentence": "and again"})])
    assert [line.sentence for line in found.lines] == ["C wins", "and again"]
    assert found.broken == [f"claims-1.jsonl:{number}" for number in range(2, 8)]


def test_keys_that_are_not_known_are_passed_over_and_those_that_lack_have_usual_values(ledger):
    least = {key: LINE[key] for key in ("chapter", "sentence", "kind", "verdict", "measured")}
    known, unknown = ledgers.read([ledger(least, LINE | {"moon": "full", "first": None})]).lines
    assert (known.first, known.attempts, known.quiet, known.timed) == (8.0, 1, None, True)
    assert unknown.first == 8.0


@pytest.mark.parametrize("hostile", ["\x1b[31mC wins", "C\nwins", "C \u202esniw", "C wins\ud800", "C\u2028wins"])
def test_a_sentence_can_do_no_more_than_be_read(ledger, hostile):
    [line] = ledgers.read([ledger(LINE | {"sentence": hostile, "machine": hostile})]).lines
    assert "\N{REPLACEMENT CHARACTER}" in line.sentence
    assert line.sentence.encode().decode().isprintable()
    assert line.machine == line.sentence


def test_a_sentence_keeps_its_letters_and_its_narrow_spaces(ledger):
    written = "5\u202f000 numbers – Ångström × 漢字"
    assert ledgers.read([ledger(LINE | {"sentence": written})]).lines[0].sentence == written


def test_numbers_beyond_all_floats_are_read(ledger):
    lines = ledgers.read([ledger(*[LINE | {"kind": "number", "first": n} for n in (10**400, "inf", "nan")])]).lines
    assert lines[0].first == lines[1].first == float("inf") and lines[2].first == 8.0


def test_an_empty_folder_and_one_that_is_not_there_are_told_apart(ledger, tmp_path):
    with pytest.raises(ledgers.NoLedger, match="no claim is written down in .*make evidence"):
        ledgers.read([ledger("half a li")])
    with pytest.raises(ledgers.NoLedger, match="nowhere is no folder"):
        ledgers.read([tmp_path / "nowhere"])


def test_claims_of_the_same_sentence_are_told_apart_within_a_process_and_matched_between_processes(ledger):
    twice = [LINE | {"first": value} for value in (1.0, 2.0)]
    first = ledger(*twice, *[line | {"cell": 3} for line in twice])  # the second two: a process of the same number
    second = ledger(*twice, pid=2)
    assert first == second
    found = claims.collected(ledgers.read([first]).lines)
    assert [(claim.turn, claim.values) for claim in found] == [(1, [1.0] * 3), (2, [2.0] * 3)]


def test_a_run_is_loaded_if_most_of_its_lines_are(ledger):
    loaded = {"load": 9.0, "others": 0.8, "waited": 0.6}
    lines = [
        LINE,
        LINE | loaded,
        LINE,
        LINE | loaded | {"run": "2"},
        LINE | {"run": "3", "load": None, "others": "nan"},
    ]
    assert ledgers.quiet_runs(ledgers.read([ledger(*lines)]).lines) == (1, 1, 1)


# one claim


def test_a_claim_far_from_its_bound_is_not_thin_and_one_near_is(only):
    wide, near = only(*each_run(TWENTY)), only(*each_run(TWENTY, at_least=7.4))
    assert not wide.thin and 0 < wide.chance < 1e-5
    assert near.thin and near.chance > 1e-3
    assert wide.tightness == pytest.approx(wide.median / 4) and near.tightness == pytest.approx(near.median / 7.4)


def test_both_bounds_count(only):
    assert only(*each_run(TWENTY, at_most=8.3)).thin
    assert not only(*each_run(TWENTY, at_most=100)).thin
    assert only(*each_run(TWENTY, at_most=8.3)).tightness == pytest.approx(8.3 / only(*each_run(TWENTY)).median)


def test_a_bound_that_is_measured_itself_is_held_against_its_own_run(only):
    lines = [line | {"at_least": line["first"] / 2 * (1 + k / 1000)} for k, line in enumerate(each_run(range(1, 21)))]
    assert only(*lines).chance < 1e-5


def test_few_runs_tell_nothing(only):
    claim = only(*each_run(TWENTY[:9]))
    assert not claim.told and not claim.thin and words.chance_of(claim) == "too few runs (9 of 10)"
    assert only(*each_run(TWENTY[:1])).told is False, "a single run has no spread, and is not exact for that"
    assert only(*each_run(TWENTY[:10])).told


def test_what_never_varies_and_does_not_come_from_a_clock_has_no_chance(only):
    claim = only(*each_run([1000] * 3, kind="number", timed=False))
    assert claim.exact and claim.chance == 0 and words.chance_of(claim) == "0, as counted"
    wrong = only(*each_run([False] * 3, kind="truth", timed=False, verdict="fails"))
    assert wrong.chance == 1 and wrong.thin


def test_what_varies_and_is_not_said_to_be_timed_is_misclassified(only):
    assert only(*each_run([1000, 1000, 1001], kind="number", timed=False)).misclassified
    assert not only(*each_run([1000, 1000, 1001], kind="number", timed=True)).misclassified
    truth = each_run([True, True], kind="truth", timed=False)
    assert only(*truth, truth[0] | {"first": False, "verdict": "fails", "run": "x"}).misclassified
    other = each_run([1001], kind="number", timed=False, python="3.12.1")
    assert not only(*each_run([1000, 1000], kind="number", timed=False), *other).misclassified


def test_a_truth_about_time_has_nothing_to_extrapolate(only):
    claim = only(*each_run([True] * 20, kind="truth"))
    assert claim.untold and not claim.told and words.chance_of(claim) == "no number to extrapolate"
    seen = only(*each_run([True] * 19, kind="truth"), LINE | {"kind": "truth", "first": False, "verdict": "fails"})
    assert seen.thin and words.chance_of(seen) == "1 in 20"


def test_being_refused_counts_and_being_saved_by_another_measurement_is_credited(only):
    low = each_run([3.9], attempts=2, run="low", measured=4.5)
    saved = only(*each_run(TWENTY[:19]), *low)
    refused = only(*each_run(TWENTY[:19]), low[0] | {"verdict": "cannot tell", "attempts": 3})
    assert saved.again == refused.again == 1 and (saved.refused, refused.refused) == (0, 1)
    assert refused.chance >= 1 / 20 and saved.chance == pytest.approx(refused.chance / 2, rel=0.5)


def test_what_a_loaded_machine_measured_condemns_nothing_but_a_false_verdict(only):
    loaded = each_run([3.0, 30.0] * 6, others=0.9, verdict="cannot tell", attempts=3)
    alone, beside = only(*each_run(TWENTY)), only(*each_run(TWENTY), *loaded)
    assert (beside.n, beside.again, beside.verdicts()["cannot tell"]) == (32, 12, 12)
    assert (beside.chance, beside.spread, beside.tightness) == (alone.chance, alone.spread, alone.tightness)
    assert only(*each_run(TWENTY), *loaded, LINE | {"others": 0.9, "verdict": "fails"}).chance >= 1 / 33
    assert only(*each_run(TWENTY[:9]), *loaded).chance > 0.1, "with few quiet ones, all count"


def test_numbers_that_may_be_zero_are_judged_by_their_difference(only):
    claim = only(*each_run([k % 3 / 100 for k in range(20)], kind="number", at_least=None, at_most=0.5))
    assert not claim.logarithmic and claim.tightness == pytest.approx(0.49)
    assert 0 < claim.chance < 1e-5 and words.table([claim], "").count("0.490 off") == 1


# the summary


def test_the_summary_lists_the_thin_first_then_the_misclassified_then_the_unknown(ledger):
    lines = each_run(TWENTY)
    lines += each_run(TWENTY, sentence="narrow", at_least=7.4) + each_run(TWENTY, sentence="narrower", at_least=7.8)
    lines += each_run([1000, 1001], sentence="counted", kind="number", timed=False, cell=8)
    lines += each_run(TWENTY[:3], sentence="rare") + each_run([None], sentence="no GPU", kind="absent", measured=None)
    lines += each_run([0.8] * 3, sentence="shown", kind="number", timed=False, at_most=0.5, verdict="fails")
    found = ledgers.read([ledger(*lines)]).lines
    said = words.summary(found)
    order = ["Thin: 2", "narrower", "narrow ", "Misclassified: 1", "counted", "Not to be told yet: 1", "rare"]
    order += ["False in every run, shown so on purpose or to be mended: 1", "shown"]
    places = [said.index(text) for text in order]
    assert places == sorted(places)
    assert "C wins" not in said and "C wins" in words.summary(found, everything=True)
    assert "Not to be measured on this machine: 1: 03 no GPU" in said and "Slow Computer 86, Python 3.11.2" in said


def test_a_chance_is_read_as_one_in_so_many():
    told = {0: "0", 0.9: "90 %", 1e-5: "1 in 100 000", 0.0123: "1 in 81", 1.23e-7: "1 in 8 100 000"}
    assert {value: words.chance(value) for value in told} == told
    assert words.chance(1e-12) == "below 1 in 10⁹"


# the command


def test_ledgers_of_several_folders_are_read_and_lines_of_other_versions_left_out(ledger, capsys):
    one = ledger(*each_run(TWENTY[:10]), LINE | {"course": "0.0.9", "when": "2026-01-01T00:00:00"}, "{", folder="one")
    two = ledger(*each_run(TWENTY[10:]), folder="two")
    assert evidence.main(["--from", str(one), "--from", str(two), "--all"]) == 0
    said = capsys.readouterr().out
    assert "1 line could not be read" in said and "claims-1.jsonl:12" in said
    assert "left out, as of other versions: 1 of course 0.0.9, Python 3.11 (" in said
    assert re.search(r"03 C wins +20 ", said)
    assert evidence.main(["--from", str(one), "--from", str(two), "--all", "--course=all"]) == 0
    assert re.search(r"03 C wins +21 ", capsys.readouterr().out)


def test_the_newest_line_says_which_python_counts_unless_one_is_named(ledger, capsys):
    newer = {"python": "3.12.1", "when": "2026-11-30T08:00:00+00:00"}
    folder = ledger(*each_run(TWENTY), *each_run(TWENTY[:3], **newer))
    assert evidence.main(["--from", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "too few runs (3 of 10)" in said and "20 of course 0.1.0 abcdef0, Python 3.11" in said
    assert evidence.main(["--from", str(folder), "--python=3.11"]) == 0
    assert "1 claim in 20 runs (20 quiet), 2026-11-29" in capsys.readouterr().out
    assert evidence.main(["--from", str(folder), "--python=3.9"]) == 2
    assert "give one of course 0.1.0 abcdef0, Python 3.11; course 0.1.0 abcdef0, Python 3.12" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--load", "2"], ["--from", ".", "03"], ["--from", ".", "--runs", "2"], ["--runs=-1"]]
)
def test_words_that_do_not_fit_are_refused(words):
    with pytest.raises(SystemExit) as refused:
        evidence.main(words)
    assert refused.value.code == 2


def test_whoever_has_measured_nothing_is_told_how(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path))
    assert evidence.main([]) == 2
    assert "`python -m unladen evidence 03` runs chapter 03" in capsys.readouterr().err


def test_chapters_may_be_named_by_their_numbers():
    assert [path.name for path in runs.find(["03"])] == ["03-dynamic-features.ipynb"]
    assert [path.name[:2] for path in runs.find(["07,03", "00"])] == ["07", "03", "00"]
    assert len(runs.find([])) >= 13
    with pytest.raises(NotebookError, match="98: the course has no such chapter"):
        runs.find(["98"])


WRITES = """import json, os
line = {"chapter": os.environ["UNLADEN_NOTEBOOK"][:2], "sentence": "it ran", "kind": "number", "verdict": "holds",
        "measured": float(os.environ["UNLADEN_NO_SKIPS"] or 2), "at_least": 1, "run": os.environ["UNLADEN_RUN"]}
with open(os.path.join(os.environ["UNLADEN_EVIDENCE"], f"claims-{os.getpid()}.jsonl"), "a") as file:
    print(json.dumps(line), file=file)"""


def test_a_notebook_is_executed_to_its_end_each_time_in_a_fresh_kernel(write_notebook, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("UNLADEN_NO_SKIPS", "1")
    path = write_notebook("# Title", "1 / 0", WRITES, name="77-lesson.ipynb")
    before = path.read_bytes()
    assert evidence.main([str(path), "--runs", "2", "--load", "1"]) == 0
    said = capsys.readouterr().out
    assert said.count("cell 2 (cell-2): ZeroDivisionError: division by zero") == 2
    lines = ledgers.read([tmp_path / "state" / "evidence"]).lines
    assert [(line.chapter, line.first) for line in lines] == [("77", 2.0)] * 2
    assert len({line.run for line in lines}) == 2 and all("-beside-1-" in line.run for line in lines)
    assert path.read_bytes() == before, "what is stored is not touched"
    assert "1 claim in 2 runs" in said
    other = write_notebook("# Title", WRITES, name="78-lesson.ipynb")
    assert evidence.main([str(other), "--all"]) == 0
    said = capsys.readouterr().out
    assert "1 claim in 1 run " in said, "of the notebook that was named"


def test_neighbours_work_come_and_go_and_are_gone_at_the_end():
    others = psutil.Process().children()
    with runs.neighbours(2):
        mine = [child for child in psutil.Process().children() if child not in others]
        until = time.monotonic() + 60
        while time.monotonic() < until and not all(sum(child.cpu_times()[:2]) > 0.3 for child in mine):
            time.sleep(0.1)
        assert len(mine) == 2 and all(sum(child.cpu_times()[:2]) > 0.3 for child in mine)
    assert not any(child.is_running() for child in mine)


def test_neighbours_do_not_outlive_whoever_started_them():
    code = "import os\nfrom unladen.course.evidence import runs\nwith runs.neighbours(1):\n"
    code += "    import psutil; print(psutil.Process().children()[0].pid, flush=True); os._exit(0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, timeout=60)
    psutil.wait_procs([psutil.Process(int(done.stdout))] if psutil.pid_exists(int(done.stdout)) else [], timeout=60)
    assert not psutil.pid_exists(int(done.stdout))


# published


def test_what_is_published_is_small_stable_and_one_line_a_claim(ledger, tmp_path):
    truth = {"kind": "truth", "first": True, "timed": False, "cell": 2, "sentence": "so", "at_least": None}
    lines = ledgers.read([ledger(*each_run(TWENTY), LINE | truth)]).lines
    path = published.write(lines, tmp_path / "out")
    first = path.read_text(encoding="utf-8")
    assert re.fullmatch(r"\w+-\w+-py3\.11\.json", path.name)
    published.write(list(lines), tmp_path / "out")
    assert path.read_text(encoding="utf-8") == first
    part = json.loads(first)["chapters"]["03"]
    assert {key: part[key] for key in ("machine", "python", "from", "runs", "quiet", "loaded", "course")} == {
        "machine": "Slow Computer 86", "python": "3.11.2", "from": "2026-11-29", "runs": 20, "quiet": 20, "loaded": 0,
        "course": "0.1.0 abcdef0",
    }  # fmt: skip
    assert part["claims"][0] == {"sentence": "so", "kind": "truth", "timed": False, "runs": 1, "chance": 0.0}
    ratio = part["claims"][1]
    assert ratio["at_least"] == 4 and ratio["range"][0] < ratio["quartiles"][0] < ratio["median"] < ratio["range"][1]
    assert sum('"sentence"' in line for line in first.splitlines()) == len(part["claims"])


def test_a_chapter_is_published_anew_and_the_others_stay(ledger, tmp_path):
    both = each_run(TWENTY) + each_run(TWENTY, chapter="04")
    published.write(ledgers.read([ledger(*both)]).lines, tmp_path / "out")
    path = published.write(ledgers.read([ledger(*each_run([9.0] * 3, chapter="04"))]).lines, tmp_path / "out")
    chapters = published.read_all(tmp_path / "out")[path.stem]
    assert (chapters["03"]["runs"], chapters["04"]["runs"]) == (20, 3)


def test_a_file_that_is_no_evidence_is_named(tmp_path):
    for text in ("{", "[]", "7", "{}"):
        (tmp_path / "linux-x86_64-py3.11.json").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match="linux-x86_64-py3.11.json is no published evidence .*restore it"):
            published.read_all(tmp_path)


def test_the_lines_of_several_pythons_are_no_platform(ledger):
    lines = ledgers.read([ledger(*each_run(TWENTY), *each_run(TWENTY, python="3.12.1"))]).lines
    with pytest.raises(ValueError, match=r"several Pythons \(3.11, 3.12\); .*--from"):
        published.platform_of(lines)


def test_what_is_published_here_can_be_read_and_has_its_machine_and_days():
    for platform, chapters in published.read_all().items():
        assert (published.FOLDER / f"{platform}.json").exists()
        for part in chapters.values():
            assert part["machine"] and part["from"] <= part["to"] and part["runs"] and part["claims"]


# the comparison


@pytest.mark.parametrize(
    ("here", "where"),
    [
        (7.0, "below all of them"), (8.5, "in the lower quarter"), (10.0, "in the middle half"),
        (11.5, "in the upper quarter"), (13.0, "above all of them"),
    ],
)  # fmt: skip
def test_where_a_machine_lies_is_said_in_words(only, here, where):
    told = {"median": 10, "quartiles": [9, 11], "range": [8, 12]}
    assert comparison.Row(only(*each_run([here])), told).where() == where


def test_the_nearest_platform_is_compared_with():
    known = ["darwin-arm64-py3.11", "linux-x86_64-py3.11", "linux-x86_64-py3.12"]
    assert published.nearest(known, "linux-x86_64-py3.12") == "linux-x86_64-py3.12"
    assert published.nearest(known, "linux-x86_64-py3.14") == "linux-x86_64-py3.11"
    assert published.nearest(known, "linux-riscv64-py3.14") == "darwin-arm64-py3.11"


@pytest.fixture
def chapters(ledger):
    theirs = published.summarised(ledgers.read([ledger(*each_run(TWENTY))]).lines)
    mine = each_run([9.0, 9.2], machine="Fast <Computer> & Co") + each_run(
        [3.0], sentence="a new claim", kind="seconds"
    )
    mine += each_run([True], kind="truth", sentence="a truth")
    return comparison.compared(ledgers.read([ledger(*mine)]).lines, theirs)


def test_the_comparison_shows_theirs_and_ours_and_what_nothing_is_published_of(chapters):
    said = comparison.text(chapters)
    assert re.search(r"C wins +≥ 4 × +9.10 × +\S+ × +\S+ × to \S+ × +above all of them", said)
    assert re.search(r"a new claim .*3.00 s .*not published", said) and "a truth" not in said
    assert "Chapter 03, beside 20 runs (20 quiet, 0 loaded) on Slow Computer 86, Python 3.11.2, 2026-11-29" in said


class Tags(HTMLParser):
    """Collects the opening tags of a page, and checks that each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found, self._open = [], []
        self.feed(text)
        assert not self._open

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in ("meta",):
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag


def test_the_page_stands_alone_and_is_readable_without_eyes_and_without_colour(chapters):
    text = page(chapters, "Fast <Computer> & Co", "linux-x86_64-py3.11")
    tags = Tags(text).found
    names = [tag for tag, _ in tags]
    assert tags[0] == ("html", {"lang": "en"}) and {"title", "h1", "main", "caption", "thead"} <= set(names)
    assert all(has["scope"] in ("col", "row") for tag, has in tags if tag == "th")
    assert all(has.get("aria-hidden") == "true" for tag, has in tags if tag == "svg") and "svg" in names
    assert not {"script", "link", "img", "iframe"} & set(names) and "//" not in text and "url(" not in text
    assert "Fast &lt;Computer&gt; &amp; Co" in text and "above all of them" in text
    assert "#" not in re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1], "no colour of its own"


def test_the_command_compares_and_writes_the_page(ledger, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(published, "FOLDER", tmp_path / "results")
    monkeypatch.setattr(published.read_all, "__defaults__", (tmp_path / "results",))
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path / "state"))
    (tmp_path / "state").mkdir()
    ledger(*each_run([8.05]), folder="state/evidence")
    assert evidence.main(["--page", str(tmp_path / "mine.html")]) == 0
    assert "Chapter 03: nothing is published yet" in capsys.readouterr().out
    assert "no evidence is published yet" in (tmp_path / "mine.html").read_text(encoding="utf-8")
    published.write(ledgers.read([ledger(*each_run(TWENTY))]).lines, tmp_path / "results")
    assert evidence.main(["--page", str(tmp_path / "mine.html")]) == 0
    assert "in the middle half" in capsys.readouterr().out
    assert "in the middle half" in (tmp_path / "mine.html").read_text(encoding="utf-8")
