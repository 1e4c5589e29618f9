from memorylab import published
from tools import release


def test_release_check_lists_each_empty_name_and_unreleased_changes(monkeypatch):
    for name in release.WANTED:
        monkeypatch.setattr(published, name, "")
    lines = release.missing("# Changelog\n\n## After 0.1.0\n")
    assert [line.partition(" ")[0] for line in lines] == [*release.WANTED, "CHANGELOG.md"]
    for name in release.WANTED:
        monkeypatch.setattr(published, name, "something")
    assert release.missing("# Changelog\n\n## 0.2.0\n") == []


def test_release_check_knows_every_name_that_is_published():
    assert {name for name in vars(published) if name.isupper()} == set(release.WANTED)
