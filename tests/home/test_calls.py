"""A call for help is left where both processes find it, is not lost, and can't fill the disk."""

from pathlib import Path

from screener.home import calls


def test_a_call_waits_until_it_is_taken_up(tmp_path: Path) -> None:
    left = calls.leave(tmp_path / "calls", "192.168.1.20", ("Anna",))

    (path, call), *rest = calls.waiting(tmp_path / "calls")
    assert left and not rest
    assert (call.device, call.to) == ("192.168.1.20", ("Anna",))
    assert path.stat().st_mode & 0o777 == 0o600


def test_pressing_again_and_again_is_one_call_and_a_full_folder_says_no(tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    for _ in range(20):
        calls.leave(folder, "192.168.1.20", ("Anna",))
    few = len(calls.waiting(folder))
    for n in range(calls.MOST + 5):
        last = calls.leave(folder, f"192.168.2.{n}", ("Anna",))

    assert few <= 2
    assert not last
    assert len(list(folder.iterdir())) == calls.MOST


def test_what_can_not_be_read_is_thrown_away(tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    calls.leave(folder, "192.168.1.20", ("Anna",))
    (folder / "a.json").write_text("{")
    (folder / "b.json").write_text('{"device": "x"}')
    (folder / "c.json").write_text("x" * 100_000)

    assert [call.device for _, call in calls.waiting(folder)] == ["192.168.1.20"]
    assert len(list(folder.iterdir())) == 1
