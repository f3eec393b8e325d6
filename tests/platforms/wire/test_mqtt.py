"""MQTT packets against an independent client, split at any place, and any bytes at all."""

import json
import socket
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.errors import Unreadable
from screener.platforms.wire.mqtt import Buffer, Connect, Packet, Publish
from tests.clients.environment import client_python
from tests.platforms.meta_writers import mqtt

SCRIPT = """
import sys, time
import paho.mqtt.client as paho
client = paho.Client(client_id="mqttwsclient", protocol=paho.MQTTv31)
client.username_pw_set('{"u":"100000000000001"}')
client.will_set("/gone", b"bye", qos=1)
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_start()
for topic, body, qos in (("/ls_req", b"x" * 20000, 1), ("/t_ms", b"", 0), ("/legacy_web", b'{"type":"a"}', 2)):
    client.publish(topic, body, qos=qos)
time.sleep(0.2)
client.disconnect()
client.loop_stop()
"""
EXPECTED = [
    Connect(username='{"u":"100000000000001"}'),
    Publish(topic="/ls_req", body=b"x" * 20_000),
    Publish(topic="/t_ms", body=b""),
    Publish(topic="/legacy_web", body=b'{"type":"a"}'),
]


@pytest.fixture(scope="module")
def recorded() -> bytes:
    """The bytes that an independent MQTT client sends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        client = subprocess.Popen([client_python("paho"), "-c", SCRIPT, str(listener.getsockname()[1])])
        try:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(60)
                sent = connection.recv(65536)
                connection.sendall(b"\x20\x02\x00\x00")
                while piece := connection.recv(65536):
                    sent += piece
        finally:
            client.wait(60)
    return sent


def packets(pieces: list[bytes]) -> list[Packet]:
    buffer = Buffer()
    return [packet for piece in pieces for packet in buffer.packets(piece)]


def test_what_an_independent_client_sends_is_read(recorded: bytes) -> None:
    assert packets([recorded]) == EXPECTED


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 4096])
def test_packets_split_and_joined_are_the_same(recorded: bytes, size: int) -> None:
    pieces = [recorded[at : at + size] for at in range(0, len(recorded), size)]

    assert packets(pieces) == EXPECTED


def test_what_our_cases_write_is_what_the_client_writes(recorded: bytes) -> None:
    ours = mqtt([{"publish": "/ls_req", "text": "x" * 20_000}])

    assert ours in recorded


@pytest.mark.parametrize("bad", [b"\x00\x00", b"\xf0\x00", b"\x11\x00", b"\x30\xff\xff\xff\xff", b"\x30\x02\x00\x09"])
def test_a_packet_that_can_not_be_one_is_unreadable_and_forgotten(bad: bytes) -> None:
    buffer = Buffer()

    with pytest.raises(Unreadable):
        list(buffer.packets(bad))

    assert list(buffer.packets(mqtt([{"publish": "/t_ms", "json": {}}]))) == [Publish(topic="/t_ms", body=b"{}")]


def test_a_packet_too_large_is_not_waited_for() -> None:
    buffer = Buffer()

    with pytest.raises(Unreadable, match="larger"):
        list(buffer.packets(b"\x30\xff\xff\xff\x7f"))

    assert not buffer.waiting


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_any_bytes_give_packets_or_unreadable(pieces: list[bytes]) -> None:
    buffer = Buffer()

    for piece in pieces:
        try:
            found = list(buffer.packets(piece))
        except Unreadable:
            assert not buffer.waiting
        else:
            assert all(isinstance(packet, Connect | Publish) for packet in found)


@given(
    st.lists(st.tuples(st.sampled_from(["/t_ms", "/ls_resp"]), st.text(st.characters(codec="utf-8"))), max_size=6),
    st.data(),
)
def test_packets_cut_anywhere_come_out_whole(content: list[tuple[str, str]], draw: st.DataObject) -> None:
    body = mqtt([{"publish": topic, "json": text} for topic, text in content])
    cut = draw.draw(st.integers(0, len(body)))

    found = packets([body[:cut], body[cut:]])

    assert [(packet.topic, json.loads(packet.body)) for packet in found if isinstance(packet, Publish)] == content
