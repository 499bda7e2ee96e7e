"""SVG as text: attributes stay in order, words are escaped, and whatever is written can be read again."""

from xml.etree import ElementTree

import awkward as ak
import pytest

from unladen import svg
from unladen.inside.tree_nodes import tree


def test_attributes_stand_in_the_order_in_which_they_are_given():
    assert svg.attributes(y=2, x=1.50, stroke_width=0.1) == ' y="2" x="1.5" stroke-width="0.1"'
    assert svg.attributes(class_="a") == ' class="a"'


def test_an_attribute_without_a_value_is_left_out_and_zero_is_a_value():
    assert svg.attributes(dash="", fill=None, x=0) == ' x="0"'


def test_an_element_without_content_closes_itself_and_an_empty_text_does_not():
    assert svg.element("rect", x=1) == '<rect x="1"/>'
    assert svg.element("text", "") == "<text></text>"


@pytest.mark.parametrize("words", ["a < b & c > d", 'say "it"', "it's", "", "a\x00b\x1b[31m", "\ud800", "\uffff"])
def test_any_words_and_any_label_make_a_drawing_that_can_be_read(words):
    drawing = svg.whole([svg.text(1, 2, words, 12)], **svg.label(words), **svg.frame(10, 20))
    root = ElementTree.fromstring(drawing.encode())
    readable = words.translate(dict.fromkeys((0, 0x1B, 0xD800, 0xFFFF), "�"))
    assert root.get("aria-label") == root[0].text if words else root[0].text is None
    assert (root[0].text or "") == readable


def test_a_drawing_of_live_objects_can_be_read_whatever_they_are_called():
    data, _ = tree(ak.Array([{"a\x00b": 1}]))._repr_mimebundle_()
    assert ElementTree.fromstring(data["image/svg+xml"].encode())


def test_a_tint_lies_between_a_colour_and_white():
    assert svg.tint("#0072B2", 1) == "#0072b2"
    assert svg.tint("#0072B2", 0) == "#ffffff"
    assert svg.channels("#0072B2") == (0, 114, 178)
