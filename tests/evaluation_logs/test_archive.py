import sys
from pathlib import Path

import pytest

from oversight_app.errors import BadInput
from oversight_app.evaluation_logs import read_log
from tests.builders import make_question
from tests.evaluation_logs.logs import inspect_sample, write_eval

needs_pyarrow = pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python reads Zstandard itself")


@needs_pyarrow
def test_where_nothing_can_unpack_it_the_command_that_converts_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_eval(tmp_path / "log.eval", [inspect_sample(make_question(), "ANSWER: B")])
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(BadInput, match=r"inspect log convert log\.eval --to json"):
        read_log(path)
