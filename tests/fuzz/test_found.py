"""What made inputs found, each a kind of fault; beside them stand the tests of the rooms."""

import pytest

from peacetalks.cli.app import app
from peacetalks.errors import SpecError


def run(*argv):
    app([str(a) for a in argv], standalone_mode=False)


@pytest.mark.parametrize("months", ["0", "", "x", "-1", "3,,6", "²", "1e9", "601", "9" * 5000, "3 6"])
def test_months_of_the_outside_view_name_their_option(months):
    with pytest.raises(SpecError, match=r"--months must be months from 1 to 600, joined by commas") as e:
        run("evidence", "outside", "interstate", f"--months={months}")
    assert len(str(e.value)) < 400


@pytest.mark.parametrize("dates", ["0", "²", "9" * 5000, "601", "12,6", "12,12"])
def test_months_of_dates_name_their_option(dates):
    with pytest.raises(SpecError, match="--dates must be months") as e:
        run("compare", "russia-ukraine-2025", f"--dates={dates}")
    assert len(str(e.value)) < 400
