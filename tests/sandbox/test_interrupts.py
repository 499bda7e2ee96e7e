"""An interrupt that comes while something starts or ends is heeded when that is done; before that, nothing is torn."""

from __future__ import annotations

import signal
import threading

import pytest

from unladen.sandbox.interrupts import held


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def pythons_own_handler():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_what_starts_is_whole_before_an_interrupt_is_heeded():
    done = []
    with pytest.raises(KeyboardInterrupt), held() as interrupts:
        interrupt()
        done.append("started")
        try:
            interrupts.heed()
            done.append("worked")
        finally:
            interrupts.hold()
            done.append("ended")
    assert done == ["started", "ended"]


def test_what_ends_is_whole_before_an_interrupt_is_heeded():
    done = []
    with pytest.raises(KeyboardInterrupt), held() as interrupts:
        interrupts.heed()
        interrupts.hold()
        interrupt()
        done.append("ended")
    assert done == ["ended"]


def test_between_the_two_it_is_heeded_at_once():
    with pytest.raises(KeyboardInterrupt), held() as interrupts:
        interrupts.heed()
        interrupt()
        pytest.fail("it was not heeded")


def test_another_error_is_the_one_that_is_raised():
    with pytest.raises(ZeroDivisionError), held():
        interrupt()
        raise ZeroDivisionError


def test_in_another_thread_nothing_is_changed():
    found = []

    def work() -> None:
        with held() as interrupts:
            interrupts.heed()
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]
