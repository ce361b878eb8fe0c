import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.pattern.readers.rates import counts_from_rate


@given(
    counts=st.lists(st.integers(0, 10**5), min_size=3, max_size=50),
    seconds=st.sampled_from([0.25, 0.5, 1.0, 2.0, 7.0, 19.2]),
)
def test_rates_of_whole_counts_give_them_back(counts, seconds):
    rate = np.round(np.array(counts) / seconds, 4)
    found, raw = counts_from_rate(rate, seconds)
    if max(counts) > 0:
        assert np.array_equal(found, counts)
        assert raw is None


def test_corrected_rates_are_no_raw_counts():
    rate = np.random.default_rng(0).uniform(100, 200, 50)
    found, raw = counts_from_rate(rate, 3.0)
    assert np.allclose(found, 3.0 * rate)
    assert raw is False


def test_without_a_counting_time_rates_stay():
    found, raw = counts_from_rate(np.array([1.5, 2.5]), None)
    assert found.tolist() == [1.5, 2.5]
    assert raw is False


def test_points_without_a_number_do_not_hinder():
    found, raw = counts_from_rate(np.array([np.nan, 2.0, 4.5]), 2.0)
    assert found[1:].tolist() == [4.0, 9.0]
    assert raw is None
