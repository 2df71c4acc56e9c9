"""The style sheet that every page begins with."""

from oversight_app.screens.assets import style


def test_no_sentence_can_break_out_of_the_style_sheet() -> None:
    sheet = style(disconnected='Wait "here"\\ </style><script>')

    assert sheet.count("<") == 2
    assert '--ov-disconnected: "Wait \\22 here\\22 \\5c  \\3c /style\\3e \\3c script\\3e ";' in sheet
