"""Turns to compute go round in order, and whoever waits for something else lets others have theirs."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.api.turns import Turns


def test_no_more_than_the_given_number_compute_at_once() -> None:
    turns, lock = Turns(2), threading.Lock()
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        with turns.turn():
            with lock:
                inside += 1
                most = max(most, inside)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(work) for _ in range(400)]:
            future.result(10)

    assert 1 <= most <= 2
    assert (inside, turns._free, len(turns._waiting)) == (0, 2, 0)


def test_turns_are_given_in_the_order_of_asking() -> None:
    turns, order = Turns(1), []
    threads = []

    def work(number: int) -> None:
        with turns.turn():
            order.append(number)

    with turns.turn():
        for number in range(5):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            while len(turns._waiting) <= number:
                pass
    for thread in threads:
        thread.join(10)

    assert order == [0, 1, 2, 3, 4]


def test_a_thread_that_waits_aside_lets_others_in_and_is_the_next_one() -> None:
    turns, order, come_back = Turns(1), [], threading.Event()

    def first() -> None:
        with turns.turn():
            with turns.aside():
                come_back.wait(10)
            order.append("first")

    def second() -> None:
        with turns.turn():
            order.append("second")
            come_back.set()
            while not turns._waiting:
                pass

    one = threading.Thread(target=first)
    one.start()
    other = threading.Thread(target=second)
    other.start()
    one.join(10)
    other.join(10)

    assert order == ["second", "first"]


def test_an_error_gives_the_turn_back() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn():
            1 / 0  # noqa: B018
    with turns.turn():
        pass
    assert turns._free == 1
