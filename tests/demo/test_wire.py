"""The writers of the wire formats, on the few bytes that are known from elsewhere."""

import json

import pytest

from screener.demo.wire import dgw, mqtt, requeststream
from screener.demo.wire.gateway import Packer, Packing
from screener.platforms.wire import gateway


@pytest.mark.parametrize(
    ("written", "known"),
    [
        (dgw.establish(3, {}), "0f03000200007b7d"),
        (dgw.carry(3, b'{"a":1}', 0), "0d030009000000807b2261223a317d"),
        (dgw.ack(3, 0), "0c03000200000000"),
        (dgw.end(3), "0e0300"),
    ],
)
def test_a_gateway_frame_is_written_as_the_vectors_say(written: bytes, known: str):
    assert written.hex() == known


def test_several_frames_in_one_message_are_told_apart():
    message = dgw.PING + dgw.establish(3, {"a": 1}) + dgw.carry(3, b"words", 7) + dgw.end(3)

    found = list(dgw.frames(message))

    assert [(frame.kind, frame.body, frame.number) for frame in found] == [
        ("ping", b"", 0),
        ("establish", b'{"a":1}', 0),
        ("data", b"words", 7),
        ("end", b"", 0),
    ]


def test_a_compact_struct_with_one_text_is_written_as_an_independent_writer_does():
    asked = requeststream.asked({"data": {"x": 1}})

    # The inner struct's bytes were measured with another project's writer.
    assert asked.hex() == "2c" + "18107b2264617461223a7b2278223a317d7d00" + "00"


def test_a_published_packet_is_read_back():
    packet = next(mqtt.packets(mqtt.publish("/ls_resp", b"x" * 300, number=9)))

    assert mqtt.published(packet) == ("/ls_resp", 9, b"x" * 300)


@pytest.mark.parametrize("packing", ["", "zlib-stream", "zstd-stream"])
def test_what_the_gateway_packs_is_unpacked_document_by_document(packing: Packing):
    documents = [{"op": 0, "t": "MESSAGE_CREATE", "d": {"content": f"{n} words " * n}} for n in range(1, 60)]
    packer, unpacker = Packer(packing), gateway.Unpacker({"encoding": "json", "compress": packing})

    found = [
        json.loads(whole)
        for document in documents
        for piece in packer.packed(document)
        if (whole := unpacker.message(piece if isinstance(piece, bytes) else piece.encode())) is not None
    ]

    assert found == documents
