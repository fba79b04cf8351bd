from trainables.leases import LeaseBook


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def book(clock: Clock, **fields: float) -> LeaseBook:
    return LeaseBook(seconds=10.0, clock=clock, **fields)


def test_one_holder_at_a_time_until_it_gives_back() -> None:
    leases = book(Clock())
    assert leases.acquire("a", "me")
    assert not leases.acquire("a", "you")
    assert leases.acquire("b", "you")
    leases.release("a", "you")
    assert not leases.acquire("a", "you"), "only the holder can give back"
    leases.release("a", "me")
    assert leases.acquire("a", "you")


def test_heartbeats_keep_a_lease_and_silence_loses_it() -> None:
    clock = Clock()
    leases = book(clock)
    leases.acquire("a", "me")
    for _ in range(5):
        clock.now += 9
        assert leases.beat("a", "me")
    assert not leases.acquire("a", "you")
    clock.now += 11
    assert leases.acquire("a", "you"), "the holder is dead"
    assert not leases.beat("a", "me"), "it was not; it is told, and trains to its end"
    leases.release("a", "me")
    assert not leases.acquire("a", "he")


def test_after_a_restart_nothing_is_granted_before_the_living_have_been_heard() -> None:
    clock = Clock()
    leases = book(clock, silent_until=104.0)
    assert not leases.acquire("a", "you")
    clock.now = 103.0
    assert leases.beat("a", "me")
    clock.now = 105.0
    assert not leases.acquire("a", "you")
    assert leases.acquire("b", "you")
