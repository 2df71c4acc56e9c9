"""Records of several sites become one export, and what cannot be joined is refused with what to do."""

import json
import shutil
from pathlib import Path

import pytest

from analysis.export import load
from oversight_app.errors import BadInput
from oversight_app.merging import merge_studies, sites_of
from oversight_app.rehearsal import rehearse
from oversight_app.store.audit import sha256_of
from tests.builders import START
from tests.verification.conftest import make_rehearsed
from tests.verification.spoiling import by_hand


@pytest.fixture(scope="module")
def sites_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sites with people of their own, rehearsed from one plan."""
    parent = tmp_path_factory.mktemp("sites")
    make_rehearsed(parent, 2)
    rehearse(parent / "plain", 3, 2, parent / "other")
    return parent


@pytest.fixture
def sites(sites_made: Path, tmp_path: Path) -> dict[str, Path]:
    return {
        site: Path(shutil.copytree(sites_made / name, tmp_path / site))
        for site, name in (("leeds", "study"), ("kyoto", "other"))
    }


def test_the_analysis_reads_the_joined_export_with_everybody_in_it(
    sites: dict[str, Path], tmp_path: Path
) -> None:
    before = {site: sha256_of(path / "study.db") for site, path in sites.items()}

    made = merge_studies(tmp_path / "joined", sites, at=START)

    export = load(made.folder)
    people = export.participants
    assert people is not None
    assert people["site"].value_counts().to_dict() == {"leeds": 2, "kyoto": 3}
    assert export.changed == ()
    assert export.answers["study_id"].nunique() == 1
    assert len(export.answers) == sum(made.n_answers.values())
    assert {site: sha256_of(path / "study.db") for site, path in sites.items()} == before


def test_the_manifest_lists_the_sources_with_their_heads(sites: dict[str, Path], tmp_path: Path) -> None:
    made = merge_studies(tmp_path / "joined", sites, at=START)

    manifest = json.loads((made.folder / "manifest.json").read_text())
    assert [source["site"] for source in manifest["sources"]] == ["leeds", "kyoto"]
    assert all(len(source["study_head"]) == 64 for source in manifest["sources"])
    assert manifest["counts"]["began"] == 5
    assert len(manifest["stream_heads"]) == 5
    assert manifest["is_rehearsal"]


def test_the_codebook_knows_the_column_site(sites: dict[str, Path], tmp_path: Path) -> None:
    made = merge_studies(tmp_path / "joined", sites, at=START)

    resources = {
        r["name"]: r for r in json.loads((made.folder / "datapackage.json").read_text())["resources"]
    }
    assert resources["answers"]["schema"]["fields"][-1]["name"] == "site"
    assert resources["events"]["schema"]["primaryKey"] == ["stream", "seq", "site"]
    header = (made.folder / "events.csv").read_text().split("\n", 1)[0]
    assert header.split(",") == [field["name"] for field in resources["events"]["schema"]["fields"]]


def test_the_same_person_at_two_sites_is_refused(sites: dict[str, Path], tmp_path: Path) -> None:
    twice = {"leeds": sites["leeds"], "copy": Path(shutil.copytree(sites["leeds"], tmp_path / "copy"))}

    with pytest.raises(BadInput, match="is on record at leeds and at copy, with the same events"):
        merge_studies(tmp_path / "joined", twice, at=START)

    assert not (tmp_path / "joined").exists()


def test_another_plan_is_refused(sites: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    other = make_rehearsed(tmp_path / "else", 1)

    with pytest.raises(BadInput, match="leeds and else have different plans"):
        merge_studies(tmp_path / "joined", {"leeds": sites["leeds"], "else": other}, at=START)


def test_a_rehearsal_and_a_study_are_not_joined(sites_made: Path, tmp_path: Path) -> None:
    both = {"real": sites_made / "plain", "rehearsed": sites_made / "study"}

    with pytest.raises(BadInput, match="rehearsed is a rehearsal and real is not"):
        merge_studies(tmp_path / "joined", both, at=START)


def test_a_record_that_was_altered_is_refused(sites: dict[str, Path], tmp_path: Path) -> None:
    with by_hand(sites["kyoto"]) as connection:
        connection.execute("DELETE FROM events WHERE seq = 5")

    with pytest.raises(BadInput, match=r"kyoto: .*study\.db is not sound: .*missing"):
        merge_studies(tmp_path / "joined", sites, at=START)


def test_sites_are_named_by_their_folders_or_by_what_stands_before_the_sign() -> None:
    assert sites_of(["a/leeds", "kyoto=b/x"]) == {"leeds": Path("a/leeds"), "kyoto": Path("b/x")}


@pytest.mark.parametrize("given", [["a/leeds"], ["a/leeds", "b/leeds"], ["=a", "b"]])
def test_a_site_needs_a_name_of_its_own_and_company(given: list[str]) -> None:
    with pytest.raises(BadInput, match=r"two studies|named twice"):
        sites_of(given)
