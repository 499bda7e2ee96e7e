"""The word ``collection``: it judges living objects as CPython's own collector does, and draws the same steps."""

from __future__ import annotations

import gc
import random
import subprocess
import sys
import weakref
from xml.etree import ElementTree

import pytest

from unladen.inside import collection
from unladen.inside.collection_drawn import WIDTH, placed
from unladen.inside.collection_steps import MOST, Node, steps

pytestmark = pytest.mark.chapters(11)

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", autouse=True)
def others_frozen():
    """The collector passes over what was there before: in a worker with all the tests, half a second each time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def collector_off(others_frozen):
    """Nothing is collected unless a test asks for it."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    gc.collect()


def station():
    """A class of its own for one test, so that no other test's instances are seen."""

    class Station:
        def __init__(self, name):
            self.name, self.next = name, None

    return Station


def in_a_ring(made, names):
    ring = [made(name) for name in names]
    for one, other in zip(ring, ring[1:] + ring[:1], strict=True):
        one.next = other
    return ring


def test_an_object_that_a_variable_refers_to_stays_and_its_count_is_one():
    made = station()
    kept = made("kept")
    seen = collection(made)
    assert [(node.label, node.count) for node in seen[0].nodes] == [("kept", 1)]
    assert seen.garbage == [] and "no garbage" in seen[-1].title and kept.next is None


def test_a_ring_that_nobody_refers_to_is_garbage_and_is_still_there_afterwards():
    made = station()
    watch = weakref.ref(in_a_ring(made, "abc")[0])
    assert collection(made).garbage == ["a", "b", "c"]
    assert watch() is not None
    gc.collect()
    assert watch() is None


def test_what_is_reached_from_what_stays_stays_although_its_own_count_is_used_up():
    made = station()
    first = in_a_ring(made, "abc")[0]
    seen = collection(made)
    assert seen[1].left == (1, 0, 0) and seen.garbage == []
    assert [sorted(step.stays) for step in seen] == [[], [], [0], [0, 1], [0, 1, 2], [0, 1, 2]]
    assert first.name == "a"


def test_garbage_that_refers_to_what_stays_does_not_stay_for_that():
    made = station()
    kept = made("kept")
    ring = in_a_ring(made, "xy")
    ring[0].other = kept
    del ring
    assert collection(made).garbage == ["x", "y"]


def test_containers_of_the_objects_are_judged_with_them():
    made = station()
    lonely = made("lonely")
    lonely.inside = [{"me": lonely}]
    del lonely
    seen = collection(made)
    assert seen.garbage == ["lonely", "list", "dict"]
    assert [node.refers for node in seen[0].nodes] == [(1,), (2,), (0,)]


def test_two_references_of_one_object_to_another_count_twice():
    made = station()
    one, other = made("one"), made("other")
    one.next = one.again = other
    del other
    seen = collection(made)
    assert seen[0].left == (1, 2) and seen[1].left == (1, 0) and seen.garbage == []


@pytest.mark.parametrize("seed", range(25))
def test_random_graphs_are_judged_as_the_real_collector_judges_them(seed):
    dice = random.Random(seed)
    made = station()
    things = [made(f"s{i:02}") for i in range(8)]
    for thing in things:
        for k in range(dice.randrange(3)):
            setattr(thing, f"to{k}", dice.choice(things))
        if dice.random() < 0.3:
            thing.next = [dice.choice(things), dice.choice(things)]
    outside = [thing for thing in things if dice.random() < 0.15]  # noqa: F841  holds them
    freed = []
    for thing in things:
        weakref.finalize(thing, freed.append, thing.name)
    del thing, things
    gone = [label for label in collection(made).garbage if label.startswith("s")]
    gc.collect()
    # those that no ring holds were freed when the list was dropped
    assert set(gone) <= set(freed) and not [s for s in gc.get_objects() if type(s) is made and s.name in gone]
    assert len(freed) + len([s for s in gc.get_objects() if type(s) is made]) == 8


def test_variables_of_the_caller_are_named_and_other_references_are_not():
    source = (
        "from unladen.inside import collection\n"
        "class S:\n    pass\n"
        "here, elsewhere = S(), [S()]\n"
        "print([n.names for n in collection(S)[0].nodes])\n"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert done.stdout.strip() in ("[('here',), ()]", "[(), ('here',)]"), done.stderr


def test_objects_without_a_name_are_called_by_their_class_and_numbered():
    class Thing:
        pass

    kept = [Thing(), Thing()]
    assert [node.label for node in collection(Thing)[0].nodes] == ["Thing 1", "Thing 2"] and kept


def test_what_cannot_be_drawn_is_refused_in_words():
    made = station()
    with pytest.raises(ValueError, match="no living instance of Station"):
        collection(made)
    many = [made(str(i)) for i in range(MOST + 1)]
    with pytest.raises(ValueError, match=f"{MOST + 1} objects belong to Station"):
        collection(made)
    with pytest.raises(TypeError, match="takes classes"):
        collection(many[0])
    with pytest.raises(TypeError, match="got none"):
        collection()


def test_it_imports_without_numpy():
    source = (
        "import sys; sys.modules['numpy'] = None; from unladen.inside import collection; print(collection.__name__)"
    )
    assert subprocess.run([sys.executable, "-c", source], capture_output=True, text=True).stdout == "collection\n"


# ------------------------------------------------------------------------------------------ the drawing


def some_nodes(seed):
    dice = random.Random(seed)
    size = dice.randint(1, MOST)
    refers = [tuple(dice.randrange(size) for _ in range(dice.randrange(4))) for _ in range(size)]
    inside = [sum(held.count(at) for held in refers) for at in range(size)]
    outside = [dice.randrange(2) * dice.randrange(3) for _ in range(size)]
    return tuple(Node(f"node <{at}>", inside[at] + outside[at], refers[at]) for at in range(size))


@pytest.mark.parametrize("seed", range(40))
def test_no_two_objects_lie_on_each_other_and_none_outside_the_page(seed):
    nodes = some_nodes(seed)
    places, _ = placed(nodes)
    assert len(set(places)) == len(nodes)
    assert all(0 < x < WIDTH - 148 for x, _ in places)
    close = [(a, b) for a in places for b in places if a < b and abs(a[0] - b[0]) < 148 and abs(a[1] - b[1]) < 58]
    assert not close


def test_the_words_of_a_picture_say_who_refers_to_whom():
    nodes = (Node("A", 4, (1, 1), ("here",)), Node("B", 2, ()), Node("C", 1, (0, 2)))
    step = steps(nodes)[0]
    lines = [
        "A: count 4; refers to B 2 times; the variable here refers to it; referred to 2 from elsewhere",
        "B: count 2; refers to none of these",
        "C: count 1; refers to A, C",
    ]
    assert repr(step).splitlines()[1:] == [f"  {line}" for line in lines]
    assert step._repr_mimebundle_()[1]["image/svg+xml"]["alt"].endswith(f"{'. '.join(lines)}.")


@pytest.mark.parametrize("seed", range(10))
def test_a_step_is_well_formed_svg_with_a_text_and_the_same_every_time(seed):
    nodes = some_nodes(seed)
    for step, again in zip(steps(nodes), steps(nodes), strict=True):
        data, metadata = step._repr_mimebundle_()
        assert data == again._repr_mimebundle_()[0]
        root = ElementTree.fromstring(data["image/svg+xml"])
        height = float(root.get("height"))
        assert all(0 <= float(text.get("y")) <= height for text in root.iter(f"{SVG}text"))
        assert root.get("aria-label") == metadata["image/svg+xml"]["alt"]
        assert "0x" not in data["image/svg+xml"] and "nan" not in data["image/svg+xml"]
