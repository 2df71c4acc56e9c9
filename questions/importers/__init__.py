"""Readers of question files: published benchmarks, a researcher's own tables, and the banks that come with the tool.

Every importer has one function of one shape,

    read(path, *, splits=None, subjects=None) -> Iterator[Question | Refused]

and one manner: a record becomes a `Question` with its texts as they stand in the file, or a `Refused` that names file,
record and reason; the next record goes on. A record that cannot be trusted whole is refused whole: no missing option is
filled, no key is corrected, no number is turned back into text. `splits` and `subjects` keep what they name (None keeps
all), except that examples and practice items always come along.

The importers know only `oversight_app.study.questions`; who calls them (oversight_app/banks.py) decides what a refusal
means for the import as a whole. `mmlu_redux` reads judgements on keys and not questions, so it has its own shape.
"""
