from datetime import timedelta

from oversight_app.presence import ALIVE, Presence, Standing, Tab
from tests.builders import START

SECOND = timedelta(seconds=1)


def test_the_only_tab_is_in_charge_however_often_it_is_heard_of() -> None:
    presence, tab = Presence(START), Tab("one", START)

    standings = {presence.hear("p1", tab, START + i * SECOND) for i in range(3)}

    assert standings == {Standing.IN_CHARGE}


def test_the_tab_opened_last_takes_over_and_hears_of_it_once() -> None:
    presence = Presence(START)
    one, two = Tab("one", START), Tab("two", START + 60 * SECOND)
    presence.hear("p1", one, START + 55 * SECOND)

    told = [presence.hear("p1", two, START + (60 + i) * SECOND) for i in range(2)]

    assert told == [Standing.TOOK_OVER, Standing.IN_CHARGE]
    assert presence.hear("p1", one, START + 70 * SECOND) is Standing.TAKEN_OVER


def test_going_on_in_the_first_tab_takes_it_back() -> None:
    presence = Presence(START)
    one, two = Tab("one", START), Tab("two", START + SECOND)
    presence.hear("p1", two, START + SECOND)
    assert presence.hear("p1", one, START + 2 * SECOND) is Standing.TAKEN_OVER

    again = presence.go_on_in("p1", "one", START + 3 * SECOND)

    assert presence.hear("p1", again, START + 4 * SECOND) is Standing.IN_CHARGE
    assert presence.hear("p1", two, START + 5 * SECOND) is Standing.TAKEN_OVER


def test_a_new_process_learns_from_the_tabs_which_of_them_is_in_charge_and_tells_nobody_twice() -> None:
    """After a restart both tabs speak again, in any order."""
    one, two = Tab("one", START), Tab("two", START + SECOND)
    restarted = START + 2 * SECOND
    presence = Presence(restarted)

    first = presence.hear("p1", one, restarted + SECOND)
    second = presence.hear("p1", two, restarted + 2 * SECOND)

    assert (first, second) == (Standing.IN_CHARGE, Standing.IN_CHARGE)
    assert presence.hear("p1", one, restarted + 3 * SECOND) is Standing.TAKEN_OVER


def test_a_tab_that_was_closed_long_ago_is_not_spoken_of() -> None:
    presence = Presence(START)
    presence.hear("p1", Tab("one", START), START)
    later = START + ALIVE + SECOND

    assert presence.hear("p1", Tab("two", later), later) is Standing.IN_CHARGE


def test_the_same_tab_opened_once_more_is_no_second_one() -> None:
    presence = Presence(START)
    presence.hear("p1", Tab("one", START), START)

    assert presence.hear("p1", Tab("one", START + SECOND), START + SECOND) is Standing.IN_CHARGE


def test_participants_do_not_take_each_other_over() -> None:
    presence = Presence(START)
    presence.hear("p1", Tab("one", START), START)

    assert presence.hear("p2", Tab("two", START + SECOND), START + SECOND) is Standing.IN_CHARGE
    assert presence.hear("p1", Tab("one", START), START + 2 * SECOND) is Standing.IN_CHARGE
