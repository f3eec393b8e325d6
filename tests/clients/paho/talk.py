"""paho-mqtt as a Messenger page: subscribes, and prints what it is told, one JSON document a line.

ADDRESS is where the name leads, TOKEN the page's user name (JSON); SSL_CERT_FILE holds the certificate to trust.
"""

import json
import os
import socket

import paho.mqtt.client as mqtt

HOST = "edge-chat.facebook.com"
TOPICS = ("/ls_resp", "/t_ms")


def tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


def connected(client: mqtt.Client, userdata: object, flags: object, code: int) -> None:
    client.subscribe([(topic, 1) for topic in TOPICS])


def subscribed(client: mqtt.Client, userdata: object, number: int, granted: object) -> None:
    tell(kind="ready")


def heard(client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
    tell(kind="message", topic=message.topic, text=message.payload.decode())


host, _, port = os.environ["ADDRESS"].partition(":")
find = socket.getaddrinfo
socket.getaddrinfo = lambda name, *rest, **more: find(host if name == HOST else name, *rest, **more)

client = mqtt.Client("mqttwsclient", clean_session=True, protocol=mqtt.MQTTv31, transport="websockets")
client.username_pw_set(os.environ["TOKEN"])
client.ws_set_options("/chat?region=odn&sid=1")
client.tls_set(os.environ["SSL_CERT_FILE"])
client.on_connect, client.on_subscribe, client.on_message = connected, subscribed, heard
client.connect(HOST, int(port))
client.loop_forever()
