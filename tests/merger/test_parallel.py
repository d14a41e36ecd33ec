"""Jobs in two processes give what they give one after the other."""

import pytest

from merger.parallel import run_all


def power(base, exponent=2):
    if exponent < 0:
        raise ValueError("negative")
    return base**exponent


def test_results_come_in_the_order_of_the_jobs():
    """2^2, 3^3, 5^1."""
    jobs = [(power, (2,), {}), (power, (3,), {"exponent": 3}), (power, (5,), {"exponent": 1})]
    assert run_all(jobs) == run_all(jobs, processes=1) == [4, 27, 5]


def test_an_error_of_a_job_is_raised():
    """And the next run works again."""
    with pytest.raises(ValueError, match="negative"):
        run_all([(power, (2,), {}), (power, (2,), {"exponent": -1})])
    assert run_all([(power, (2,), {}), (power, (3,), {})]) == [4, 9]
