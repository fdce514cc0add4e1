"""The queue: one piece of work a user at a time, work that gives way, work that nobody waits for, and its bounds."""

import asyncio
import threading
import time
from contextlib import asynccontextmanager

import pytest

from peacetalks.web import answers, lanes
from peacetalks.web.lanes import MOST_OF_USER, MOST_WAITING, Lane, Refused
from peacetalks.web.made import Failure, Made, Task
from peacetalks.web.worker import Died


class FakeWorker:
    """A worker whose tasks say what to do: ("sleep", seconds), ("fail",), ("die",); it can be killed."""

    made: list  # of every worker, in order

    def __init__(self):
        self.ended = threading.Event()

    def make(self, task, report):
        self.made.append(task.args)
        report(1, 2)
        match task.args:
            case ("sleep", float(seconds), *_):
                if self.ended.wait(seconds):
                    raise Died
            case ("die", *_):
                self.ended.set()
                raise Died
            case ("fail", *_):
                return Failure(422, "no equilibrium")
        return Made(f"{task.args}", "{}")

    def kill(self):
        self.ended.set()

    close = kill


@pytest.fixture(autouse=True)
def fake(monkeypatch):
    FakeWorker.made = []
    monkeypatch.setattr(lanes, "Worker", FakeWorker)
    monkeypatch.setattr(lanes, "SWEEP", 0.02)


@asynccontextmanager
async def lane(workers=1, budget=10.0, spare=0):
    pages = {}

    async def keep(key, made):
        pages[key] = made

    found = Lane(workers, budget, keep, spare)
    found.pages = pages
    found.start()
    try:
        yield found
    finally:
        await found.stop()


def task(*args):
    return Task("any", args)


def run(test):
    """Run an asynchronous test, at most ten seconds."""
    asyncio.run(asyncio.wait_for(test(), 10))


def test_a_page_that_is_made_is_handed_over_once():
    async def test():
        async with lane() as one:
            job = await one.submit("a", task("sleep", 0.05), "me")
            again = await one.submit("a", task("sleep", 0.05), "another")
            assert again is job
            assert await job.wait()
            assert one.pages["a"] is job.result
            assert one.find("a") is None
        assert FakeWorker.made == [("sleep", 0.05)]

    run(test)


def test_news_say_how_far_the_work_has_come():
    async def test():
        async with lane() as one:
            job = await one.submit("a", task("sleep", 0.05), "me")
            seen = [(job.running, job.done, job.total) async for _ in job.news()]
        assert seen[0] == (False, 0, 0)
        assert (True, 1, 2) in seen
        assert job.finished

    run(test)


def test_a_failure_is_remembered_for_a_while_and_not_tried_again():
    async def test():
        async with lane() as one:
            job = await one.submit("a", task("fail"), "me")
            await job.wait()
            again = await one.submit("a", task("fail"), "me")
            assert again.failure == Failure(422, "no equilibrium")
        assert len(FakeWorker.made) == 1

    run(test)


def test_a_user_has_one_piece_of_work_done_at_a_time_and_others_need_not_wait():
    async def test():
        async with lane(workers=2) as both:
            mine = [await both.submit(f"m{k}", task("sleep", 0.2, f"m{k}"), "me") for k in range(2)]
            other = await both.submit("o", task("sleep", 0.2, "o"), "another")
            await asyncio.sleep(0.1)
            assert [mine[0].running, mine[1].running, other.running] == [True, False, True]
            assert both.position(mine[1]) == 2
            await mine[1].wait()
        assert [args[2] for args in FakeWorker.made] == ["m0", "o", "m1"]

    run(test)


def test_work_in_the_background_gives_way_and_is_begun_again():
    async def test():
        async with lane(spare=1) as one:
            back = await one.submit("b", task("sleep", 0.3, "back"), "me", background=True)
            await asyncio.sleep(0.05)
            assert back.running
            front = await one.submit("f", task("sleep", 0.05, "front"), "me")
            began = time.monotonic()
            await front.wait()
            assert time.monotonic() - began < 0.25
            assert isinstance(front.result, Made)
            await back.wait()
            assert isinstance(back.result, Made)
        assert [args[2] for args in FakeWorker.made] == ["back", "front", "back"]

    run(test)


def test_a_process_that_dies_costs_its_piece_only_and_is_replaced():
    async def test():
        async with lane() as one:
            lost = await one.submit("a", task("die"), "me")
            found = await one.submit("b", task("sleep", 0.01), "me")
            await found.wait()
            assert lost.failure is not None
            assert lost.failure.status == 503
            assert isinstance(found.result, Made)

    run(test)


def test_what_cannot_be_kept_is_a_failure_and_the_queue_goes_on(capsys):
    async def test():
        async with lane() as one:

            async def broken(key, made):
                if key == "a":
                    raise ValueError("cannot be stored")
                one.pages[key] = made

            one.keep = broken
            lost, found = [await one.submit(key, task("sleep", 0.01), "me") for key in "ab"]
            await lost.wait()
            await found.wait()
            assert lost.failure is not None
            assert lost.failure.status == 500
            assert isinstance(found.result, Made)

    run(test)
    assert "cannot be stored" in capsys.readouterr().err


def test_what_was_made_of_another_text_is_not_kept():
    async def test():
        async with lane() as one:
            job = await one.submit("a", task("sleep", 0.01), "me", valid=lambda: False)
            await job.wait()
            assert job.failure is not None
            assert job.failure.status == 409
            assert not one.pages

    run(test)


def test_work_beyond_the_budget_is_ended_in_words():
    async def test():
        async with lane(budget=0.1) as one:
            job = await one.submit("a", task("sleep", 5.0), "me")
            await job.wait()
            assert job.failure is not None
            assert "longer than 0.1 seconds" in job.failure.words
            after = await one.submit("b", task("sleep", 0.01), "me")
            await after.wait()
            assert isinstance(after.result, Made)

    run(test)


def test_work_that_is_cancelled_ends_at_once_and_makes_room():
    async def test():
        async with lane(spare=1) as one:
            job = await one.submit("a", task("sleep", 5.0), "me", linger=0.0)
            await asyncio.sleep(0.05)
            one.cancel(job)
            assert job.cancelled
            after = await one.submit("b", task("sleep", 0.01), "me")
            began = time.monotonic()
            await after.wait()
            assert time.monotonic() - began < 1.0
            assert "a" not in one.pages

    run(test)


def test_work_that_nobody_waits_for_is_ended():
    async def test():
        async with lane() as one:
            job = await one.submit("a", task("sleep", 5.0), "me", linger=0.1)
            assert not await job.wait(0.05)  # somebody waits, and leaves
            await asyncio.sleep(0.3)
            assert job.cancelled
            assert one.find("a") is None

    run(test)


def test_too_much_work_is_refused_with_a_status_of_its_own():
    async def test():
        async with lane() as one:
            await one.submit("first", task("sleep", 5.0), "me")
            await asyncio.sleep(0.05)
            for k in range(MOST_OF_USER):
                await one.submit(f"m{k}", task("sleep", 5.0), "me")
            assert await refused(one, "more", "me") == 429
            for k in range(MOST_WAITING - MOST_OF_USER):
                await one.submit(f"o{k}", task("sleep", 5.0), f"user {k}")
            assert await refused(one, "full", "another") == 503

    run(test)


async def refused(lane, key, owner):
    """The status by which work is refused; None where it is taken."""
    try:
        await lane.submit(key, task("sleep", 5.0), owner)
    except Refused as e:
        return e.failure.status
    return None


def test_an_exact_answer_that_a_slider_has_overtaken_is_ended_with_its_stream():
    async def test():
        async with lane(spare=1) as one:
            job = await one.submit("a", task("sleep", 5.0), "me", linger=0.0)
            news = answers.stream(job, one).body_iterator
            assert (await anext(news)).startswith("event: progress\n")
            await news.aclose()  # the browser has closed it
            assert job.cancelled
            after = await one.submit("b", task("sleep", 0.01), "me", linger=0.0)
            last = [
                event
                async for event in answers.stream(after, one, final=lambda made: {"page": made.html}).body_iterator
            ]
            assert last[-1].startswith("event: done\ndata: ")
            assert "sleep" in last[-1]

    run(test)


def test_a_page_that_two_wait_for_goes_on_when_one_leaves():
    async def test():
        async with lane() as one:
            job = await one.submit("a", task("sleep", 0.3), "me")
            first, second = (answers.stream(job, one).body_iterator for _ in range(2))
            await anext(first)
            await anext(second)
            await first.aclose()
            assert not job.cancelled
            assert [event async for event in second][-1].startswith("event: done")

    run(test)
