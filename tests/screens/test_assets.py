"""The style sheet that every page begins with."""

from pathlib import Path

from oversight_app.screens import assets
from oversight_app.screens.assets import style


def test_no_sentence_can_break_out_of_the_style_sheet() -> None:
    sheet = style(disconnected='Wait "here"\\ </style><script>')

    assert sheet.count("<") == 2
    assert '--ov-disconnected: "Wait \\22 here\\22 \\5c  \\3c /style\\3e \\3c script\\3e ";' in sheet


def test_the_document_carries_the_script_of_every_component_once() -> None:
    here = Path(assets.__file__).parent
    with_entry = {
        file.stem
        for file in here.glob("*.js")
        if "export default function" in file.read_text(encoding="utf-8")
    }

    parts = assets.for_document(disconnected="")

    assert {name for name in with_entry if parts.count(f"window.oversight.{name} = ") == 1} == with_entry
    assert parts.count("</script>") == 1
    assert "export default" not in parts
