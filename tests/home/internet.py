"""The internet of a home in namespaces: TLS on every address, pages that take their time, and UDP that answers."""

import asyncio
import ssl
import sys


async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """`/` answers at once, `/slow/N` sends a line every 0.1 s, N times, `/quiet/S` says nothing for S seconds first."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            what, _, amount = head.split()[1].decode().strip("/").partition("/")
            if what == "slow":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
                for n in range(int(amount)):
                    writer.write(b"data: %d\n\n" % n)
                    await writer.drain()
                    await asyncio.sleep(0.1)
                break
            if what == "quiet":
                await asyncio.sleep(float(amount))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
            if b"connection: close" in head.lower():
                break
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


class Echo(asyncio.DatagramProtocol):
    """Stands for a server that speaks QUIC: whoever hears from it was let through."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, message: bytes, address: tuple[str, int]) -> None:
        self._transport.sendto(message, address)  # type: ignore[attr-defined]


async def main(leaf: str, key: str, addresses: list[str]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf, key)
    servers = [await asyncio.start_server(page, address, 443, ssl=context) for address in addresses]
    for address in addresses:
        await asyncio.get_running_loop().create_datagram_endpoint(Echo, (address, 443))
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
