"""A source is read as it was meant, and what only looks like C is named."""

from __future__ import annotations

import pytest

from unladen.compiling import BuildError, build, native, text
from unladen.line import identifier


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(tmp_path_factory.getbasetemp() / "unladen"))
        yield


def refused(source: str) -> str:
    with pytest.raises(BuildError) as caught:
        build("\n" + source, name="cell")
    return str(caught.value)


@pytest.mark.parametrize(
    ("source", "line", "name", "instead"),
    [
        ("int f(int x) {\n\u00a0   return x;\n}\n+", 3, "U+00A0, NO-BREAK SPACE", "type a space"),
        ("const char *s = \u201cAda\u201d;", 2, "U+201C, LEFT DOUBLE QUOTATION MARK", 'type "'),
        ("char c = \u2018a\u2019;", 2, "U+2018, LEFT SINGLE QUOTATION MARK", "type '"),
        ("int f(int a, int b) {\n    return a \u2013 b;\n}", 3, "U+2013, EN DASH", "type -"),
        ("int f(int a, int b) { return a \u2212 b; }", 2, "U+2212, MINUS SIGN", "type -"),
        ("int f(int x) { return\u200b x; }", 2, "U+200B, ZERO WIDTH SPACE", "delete it"),
        ("int f(int x) { return\ufeff x; }", 2, "U+FEFF, BYTE ORDER MARK", "delete it"),
        ("int f(int x) { return x\uff1b }", 2, "U+FF1B, FULLWIDTH SEMICOLON", "type ;"),
        ("int f(int x) { return x \u00d7 2; }", 2, "U+00D7, MULTIPLICATION SIGN", "type *"),
        ("int f(int x) { return x \u2264 2; }", 2, "U+2264, LESS-THAN OR EQUAL TO", "type <="),
        ("int f(int x) { return \u0445; }", 2, "U+0445, CYRILLIC SMALL LETTER HA", "type x"),
        ("int f(int x) { return x\u00b2; }", 2, "U+00B2, SUPERSCRIPT TWO", "type 2"),
    ],
)
def test_a_character_that_was_pasted_is_named_with_its_line_and_what_to_type(source, line, name, instead):
    words = refused(source)
    assert words.splitlines()[1].startswith(f"line {line}: error: the character {name}, ")
    assert words.splitlines()[1].endswith(instead)
    assert "stray" not in words


def test_the_caret_stands_below_the_character():
    lines = refused("int f(int a) { return a \u2013 1; }").splitlines()
    assert lines[2].index("\u2013") == lines[3].index("^")


def test_comments_texts_and_names_may_hold_any_character():
    source = (
        '// \u201cfine\u201d \u2013\u00a0\n/* \uff1b */\nconst char *s = "\u201cAda\u201d \u2026";\nint größe = 1;\n'
    )
    assert text.strange(source) == []
    assert build(source + "int f(void) { return größe; }").f() == 1
    assert "the character" not in refused(source + "int f(void) { return missing; }")


def test_ends_of_lines_and_a_mark_before_the_text_are_no_part_of_it():
    source = "\ufeff#define TWICE(x) \\\r\n    (2 * (x))\r\nint f(int x) { return TWICE(x); }\r\n"
    assert build(source).f(4) == 8 and build("\n" + source).f(4) == 8
    assert build("// one\rint f(void) { return 1; }\r").f() == 1


def test_half_a_character_is_refused_with_its_line():
    assert refused("int f(void) { return 1; }\n// \ud800").startswith("line 3: half a character, '\\ud800'")


def test_a_file_of_another_encoding_is_named_with_the_line_and_a_cure(tmp_path):
    (tmp_path / "latin1.c").write_bytes(b"int f(void) { return 1; }\n/* caf\xe9 */\n")
    with pytest.raises(BuildError, match=r"latin1\.c, line 2: byte 0xe9 is no UTF-8(.|\n)*iconv -f LATIN1"):
        native(tmp_path / "latin1.c")


def test_a_mark_before_a_file_hides_no_function(tmp_path):
    (tmp_path / "mark.c").write_bytes(b"\xef\xbb\xbfint one(void) { return 1; }\nint two(void) { return 2; }\n")
    assert native(tmp_path / "mark.c").build.functions == ("one", "two")


def test_lines_are_counted_as_compilers_do():
    words = refused("// a form feed \x0c and \u2028 end no line\nint f(void) {\n    return missing;\n}")
    assert "line 4: error" in words and "return missing;" in words


def test_a_ligature_in_a_name_is_its_letters():
    assert identifier("%%c", "\ufb01") == "fi"
