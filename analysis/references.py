"""The works that a report may cite, once, as plain text and as BibTeX; only what a study used is printed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reference:
    """A work: its key, how it is named in a sentence, and its fields as BibTeX knows them."""

    key: str
    short: str
    kind: str
    authors: tuple[str, ...]
    title: str
    year: int
    where: str
    """The journal, the conference, or the arXiv number, as plain text has it."""
    fields: tuple[tuple[str, str], ...]

    @property
    def plain(self) -> str:
        """Authors (year). Title. Where."""
        names = ", ".join(self.authors)
        return f"{names} ({self.year}). {self.title}. {self.where}."

    @property
    def bibtex(self) -> str:
        """The entry for a .bib file; titles are braced, so that their capitals stay."""
        names = " and ".join("others" if name == "et al." else name for name in self.authors)
        pairs = [
            ("author", names),
            ("title", f"{{{self.title}}}"),
            ("year", str(self.year)),
            *self.fields,
        ]
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in pairs)
        return f"@{self.kind}{{{self.key},\n{lines}\n}}"


def _arxiv(number: str) -> tuple[tuple[str, str], ...]:
    return (("eprint", number), ("archiveprefix", "arXiv"))


def _journal(name: str, volume: str, number: str, pages: str) -> tuple[tuple[str, str], ...]:
    found = (("journal", name), ("volume", volume), ("number", number), ("pages", pages.replace("–", "--")))
    return tuple(pair for pair in found if pair[1])


BOWMAN = Reference(
    "bowman2022measuring",
    "Bowman et al. 2022",
    "misc",
    ("Bowman, S. R.", "Hyun, J.", "Perez, E.", "et al."),
    "Measuring Progress on Scalable Oversight for Large Language Models",
    2022,
    "arXiv:2211.03540",
    _arxiv("2211.03540"),
)
MMLU = Reference(
    "hendrycks2021measuring",
    "Hendrycks et al. 2021",
    "inproceedings",
    (
        *("Hendrycks, D.", "Burns, C.", "Basart, S.", "Zou, A."),
        *("Mazeika, M.", "Song, D.", "Steinhardt, J."),
    ),
    "Measuring Massive Multitask Language Understanding",
    2021,
    "International Conference on Learning Representations. arXiv:2009.03300",
    (("booktitle", "International Conference on Learning Representations"), *_arxiv("2009.03300")),
)
QUALITY = Reference(
    "pang2022quality",
    "Pang et al. 2022",
    "inproceedings",
    (
        *("Pang, R. Y.", "Parrish, A.", "Joshi, N.", "Nangia, N.", "Phang, J.", "Chen, A."),
        *("Padmakumar, V.", "Ma, J.", "Thompson, J.", "He, H.", "Bowman, S. R."),
    ),
    "QuALITY: Question Answering with Long Input Texts, Yes!",
    2022,
    "Proceedings of NAACL 2022. arXiv:2112.08608",
    (("booktitle", "Proceedings of NAACL 2022"), *_arxiv("2112.08608")),
)
CLUSTERS = Reference(
    "cameron2011robust",
    "Cameron, Gelbach and Miller 2011",
    "article",
    ("Cameron, A. C.", "Gelbach, J. B.", "Miller, D. L."),
    "Robust Inference With Multiway Clustering",
    2011,
    "Journal of Business & Economic Statistics, 29(2), 238–249",
    _journal(r"Journal of Business \& Economic Statistics", "29", "2", "238–249"),
)
JACKKNIFE = Reference(
    "mackinnon2024jackknife",
    "MacKinnon, Nielsen and Webb 2024",
    "misc",
    ("MacKinnon, J. G.", "Nielsen, M. Ø.", "Webb, M. D."),
    "Jackknife Inference with Two-Way Clustering",
    2024,
    "arXiv:2406.08880",
    _arxiv("2406.08880"),
)
DEGREES = Reference(
    "satterthwaite1946approximate",
    "Satterthwaite 1946",
    "article",
    ("Satterthwaite, F. E.",),
    "An Approximate Distribution of Estimates of Variance Components",
    1946,
    "Biometrics Bulletin, 2(6), 110–114",
    _journal("Biometrics Bulletin", "2", "6", "110–114"),
)
HOLM = Reference(
    "holm1979simple",
    "Holm 1979",
    "article",
    ("Holm, S.",),
    "A Simple Sequentially Rejective Multiple Test Procedure",
    1979,
    "Scandinavian Journal of Statistics, 6(2), 65–70",
    _journal("Scandinavian Journal of Statistics", "6", "2", "65–70"),
)
GAP = Reference(
    "burns2023weak",
    "Burns et al. 2023",
    "misc",
    ("Burns, C.", "Izmailov, P.", "Kirchner, J. H.", "et al."),
    "Weak-to-Strong Generalization: Eliciting Strong Capabilities With Weak Supervision",
    2023,
    "arXiv:2312.09390",
    _arxiv("2312.09390"),
)
BRIER = Reference(
    "murphy1973vector",
    "Murphy 1973",
    "article",
    ("Murphy, A. H.",),
    "A New Vector Partition of the Probability Score",
    1973,
    "Journal of Applied Meteorology, 12(4), 595–600",
    _journal("Journal of Applied Meteorology", "12", "4", "595–600"),
)
JOINT = Reference(
    "berger1982multiparameter",
    "Berger 1982",
    "article",
    ("Berger, R. L.",),
    "Multiparameter Hypothesis Testing and Acceptance Sampling",
    1982,
    "Technometrics, 24(4), 295–300",
    _journal("Technometrics", "24", "4", "295–300"),
)
DISCOVERIES = Reference(
    "benjamini1995controlling",
    "Benjamini and Hochberg 1995",
    "article",
    ("Benjamini, Y.", "Hochberg, Y."),
    "Controlling the False Discovery Rate: A Practical and Powerful Approach to Multiple Testing",
    1995,
    "Journal of the Royal Statistical Society, Series B, 57(1), 289–300",
    _journal("Journal of the Royal Statistical Society, Series B", "57", "1", "289–300"),
)
RELIANCE = Reference(
    "schemmer2023appropriate",
    "Schemmer et al. 2023",
    "misc",
    ("Schemmer, M.", "et al."),
    "Appropriate Reliance on AI Advice: Conceptualization and the Effect of Explanations",
    2023,
    "arXiv:2302.02187",
    _arxiv("2302.02187"),
)
EXACT = Reference(
    "clopper1934use",
    "Clopper and Pearson 1934",
    "article",
    ("Clopper, C. J.", "Pearson, E. S."),
    "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial",
    1934,
    "Biometrika, 26(4), 404–413",
    _journal("Biometrika", "26", "4", "404–413"),
)
