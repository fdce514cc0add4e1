"""Nothing outside the folder is read or written."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from support.served import NAME

from peacetalks.errors import ServeError
from peacetalks.web.places import Changed, NotFound, archive_folder, digest_of, find, text_digest, text_of, write
from peacetalks.web.settings import Settings

OUTSIDE = ["../secret.toml", "/etc/passwd", "..", "tiny/../../secret.toml", ".hidden.toml", "a\\b.toml", "x\0.toml"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_outside_is_not_found(settings, folder, name):
    (folder.parent / "secret.toml").write_text("a = 1")
    with pytest.raises(NotFound):
        find(settings, name)


@pytest.mark.parametrize("name", [*OUTSIDE, "Upper.toml", "x.py", "x.toml.exe", "-x.toml", "x" * 200 + ".toml", ""])
def test_only_plain_names_are_written(settings, folder, name):
    before = sorted(folder.parent.rglob("*"))
    with pytest.raises(ServeError):
        write(settings, name, "a = 1", "")
    assert sorted(folder.parent.rglob("*")) == before


def test_a_link_that_leads_outside_is_neither_read_nor_written(settings, folder):
    secret = folder.parent / "secret.toml"
    secret.write_text("a = 1")
    (folder / "link.toml").symlink_to(secret)
    with pytest.raises(NotFound):
        find(settings, "link.toml")
    with pytest.raises(ServeError, match="link"):
        write(settings, "link.toml", "a = 2", text_digest("a = 1"))
    assert secret.read_text() == "a = 1"


def test_a_link_among_the_files_beside_a_scenario_is_refused(settings, folder):
    secret = folder.parent / "secret.toml"
    secret.write_text("a = 1")
    (folder / "tiny" / "accounts" / "link.toml").symlink_to(secret)
    with pytest.raises(ServeError, match="outside the folder"):
        digest_of(settings, find(settings, NAME))


def test_the_digest_follows_the_file_and_what_stands_beside_it(settings, folder):
    place = find(settings, NAME)
    first = digest_of(settings, place)
    assert digest_of(settings, place) == first
    (folder / "tiny" / "claims.toml").write_text("[[claim]]\n")
    second = digest_of(settings, place)
    (folder / NAME).write_text(text_of(place) + "\n# more\n")
    assert len({first, second, digest_of(settings, place)}) == 3


def test_of_several_saves_of_one_opened_text_one_succeeds(settings, folder):
    for _ in range(5):
        write(settings, "race.toml", "a = 0\n", "")

        def save(i):
            try:
                return write(settings, "race.toml", f"a = {i}\n", text_digest("a = 0\n"))
            except Changed:
                return None

        with ThreadPoolExecutor(4) as pool:
            assert sum(found is not None for found in pool.map(save, range(1, 5))) == 1
        (folder / "race.toml").unlink()


def test_a_text_that_is_too_large_is_not_opened(settings, folder):
    (folder / "big.toml").write_bytes(b"#" * (2**21 + 1))
    with pytest.raises(ServeError, match="larger than 2 MB"):
        text_of(find(settings, "big.toml"))


def test_a_file_is_written_only_where_it_is_what_the_editor_opened(settings, folder):
    write(settings, "new.toml", "a = 1\n", "")
    with pytest.raises(Changed, match="exists already"):
        write(settings, "new.toml", "a = 2\n", "")
    with pytest.raises(Changed, match="changed by somebody else"):
        write(settings, "new.toml", "a = 2\n", text_digest("a = 0\n"))
    write(settings, "new.toml", "a = 2\n", text_digest("a = 1\n"))
    assert (folder / "new.toml").read_text() == "a = 2\n"
    with pytest.raises(Changed, match="not there any more"):
        write(settings, "gone.toml", "a = 2\n", text_digest("a = 1\n"))
    assert [p.name for p in folder.glob(".*")] == []


def test_a_bundled_scenario_is_found_without_a_folder():
    place = find(Settings(), "korea-1951")
    assert place.bundled
    assert text_of(place).startswith("#") or "korea-1951" in text_of(place)
    assert archive_folder(Settings()) is None
