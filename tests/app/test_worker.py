"""A generator off the GUI thread: where it runs, how it stops, what arrives."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.jobs import worker as jobs
from app.jobs.worker import Worker


class Counter:
    """Counts for ever, or to ``end``, and remembers which threads touched it."""

    def __init__(self, end: int = 10**9) -> None:
        self.end, self.at, self.closed = end, 0, False
        self.threads: set[int] = set()

    def __call__(self) -> Iterator[int]:
        self.threads.add(threading.get_ident())
        try:
            while self.at < self.end:
                self.at += 1
                self.threads.add(threading.get_ident())
                yield self.at
        finally:
            self.threads.add(threading.get_ident())
            self.closed = True


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    yield
    jobs.close_all()
    assert not jobs._alive


def test_generator_lives_in_one_thread_that_is_not_the_gui(qtbot: QtBot) -> None:
    count = Counter(50)
    worker = Worker(count)
    with qtbot.waitSignal(worker.completed):
        worker.begin()
    assert count.closed
    assert len(count.threads) == 1
    assert threading.get_ident() not in count.threads


def test_reports_arrive_in_the_gui_thread_and_the_last_one_always(qtbot: QtBot) -> None:
    seen: list[int] = []
    threads: set[int] = set()
    worker = Worker(Counter(1000))
    worker.moved.connect(seen.append)
    worker.moved.connect(lambda _: threads.add(threading.get_ident()))
    with qtbot.waitSignal(worker.completed):
        worker.begin()
    assert seen[-1] == 1000
    assert threads == {threading.get_ident()}


def test_gui_that_reads_late_gets_only_the_newest_report(qtbot: QtBot) -> None:
    seen: list[int] = []
    worker = Worker(Counter(500), interval=0.0)
    worker.moved.connect(seen.append)
    worker.begin()
    worker.wait()  # the thread is done before the event loop turns once
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [500]


def test_render_runs_in_the_thread_and_only_for_what_is_reported(qtbot: QtBot) -> None:
    rendered: list[tuple[int, int]] = []

    def render(item: int) -> str:
        rendered.append((item, threading.get_ident()))
        return f"item {item}"

    worker = Worker(Counter(2000), render, interval=10.0)
    seen: list[str] = []
    worker.moved.connect(seen.append)
    with qtbot.waitSignal(worker.completed):
        worker.begin()
    assert [item for item, _ in rendered] == [1, 2000]
    assert threading.get_ident() not in {thread for _, thread in rendered}
    assert seen[-1] == "item 2000"


def test_pause_stops_with_a_report_and_resume_goes_on(qtbot: QtBot) -> None:
    count, seen = Counter(), []
    worker = Worker(count)
    worker.moved.connect(seen.append)
    with qtbot.waitSignal(worker.moved):
        worker.begin()
    with qtbot.waitSignal(worker.halted):
        worker.pause()
    stood = count.at
    assert seen[-1] == stood
    worker.resume()
    qtbot.waitUntil(lambda: seen[-1] > stood)
    worker.close()


def test_step_advances_exactly_once(qtbot: QtBot) -> None:
    count, seen = Counter(), []
    worker = Worker(count, paused=True)
    worker.moved.connect(seen.append)
    with qtbot.waitSignal(worker.halted):
        worker.begin()
    assert (count.at, seen) == (0, [])
    for k in (1, 2, 3):
        with qtbot.waitSignal(worker.halted):
            worker.step()
        assert (count.at, seen[-1]) == (k, k)
    worker.close()


def test_cancel_closes_the_generator_and_nothing_arrives_any_more(qtbot: QtBot) -> None:
    count = Counter()
    worker = Worker(count, interval=0.0)
    with qtbot.waitSignal(worker.moved):
        worker.begin()
    late: list[object] = []
    worker.close()
    for signal in (worker.moved, worker.halted, worker.completed, worker.failed):
        signal.connect(lambda *facts: late.append(facts))
    qtbot.wait(20)
    assert count.closed
    assert worker.isFinished()
    assert late == []


def test_cancel_wakes_a_paused_worker(qtbot: QtBot) -> None:
    count = Counter()
    worker = Worker(count, paused=True)
    with qtbot.waitSignal(worker.halted):
        worker.begin()
    worker.close()
    assert count.closed or count.at == 0
    assert worker.isFinished()


def test_exception_comes_back_after_the_last_report(qtbot: QtBot) -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("no third")

    seen: list[object] = []
    worker = Worker(broken)
    worker.moved.connect(seen.append)
    worker.failed.connect(seen.append)
    with qtbot.waitSignal(worker.failed):
        worker.begin()
    assert seen[-2] == 2
    assert isinstance(seen[-1], ValueError)


def test_generator_that_cannot_be_made_fails_in_a_sentence(qtbot: QtBot) -> None:
    def impossible() -> Iterator[int]:
        raise ValueError("not today")

    worker = Worker(impossible)
    with qtbot.waitSignal(worker.failed) as caught:
        worker.begin()
    assert str(caught.args[0]) == "not today"


def test_worker_nobody_holds_lives_until_it_is_done(qtbot: QtBot) -> None:
    count = Counter(2000)
    Worker(count).begin()
    qtbot.waitUntil(lambda: count.closed and not jobs._alive)


def test_all_workers_are_gone_after_close_all(qtbot: QtBot) -> None:
    counts = [Counter(), Counter()]
    workers = [Worker(c) for c in counts]
    for worker in workers:
        worker.begin()
    jobs.close_all()
    assert all(w.isFinished() for w in workers)
