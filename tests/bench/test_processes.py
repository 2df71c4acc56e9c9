import math
import os

from tests.bench.processes import Watch, cost, percentile, slope


def test_a_percentile_is_a_measured_value_by_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]

    assert (percentile(values, 0.5), percentile(values, 0.95), percentile(values, 1.0)) == (50, 95, 100)
    assert percentile([7.0], 0.95) == 7
    assert math.isnan(percentile([], 0.5))


def test_the_slope_of_a_straight_line_is_its_rise() -> None:
    assert slope([(0, 10), (1, 12), (2, 14)]) == 2
    assert slope([(0, 5), (10, 5)]) == 0
    assert math.isnan(slope([(3, 1), (3, 2)]))


def test_a_process_costs_something_and_an_ended_one_nothing() -> None:
    assert cost(os.getpid()).rss_mib > 1
    assert cost(os.getpid()).peak_mib >= cost(os.getpid()).rss_mib
    assert cost(2**22 + 1).rss_mib == 0
    assert Watch([os.getpid()]).so_far().wall_s > 0
