// The simulated Facebook's page: opens the sockets that the real one opens, shows what arrives, sends what is typed.
"use strict";

const account = document.body.dataset.account;
const contacts = new Map();
const seen = new Set();
const sockets = {};
let talkingTo = null;
let news = 0;
let requests = 1;
let streams = 10;

const METHODS = [
  ["FBGQLS:FRIEND_REQUEST_RECEIVE_SUBSCRIBE", "FriendingCometFriendRequestReceiveSubscription"],
  ["FBGQLS:FRIEND_REQUEST_CONFIRM_SUBSCRIBE", "FriendingCometFriendRequestConfirmSubscription"],
];
const bytes = (text) => new TextEncoder().encode(text);
const text = (raw) => new TextDecoder().decode(raw);

function joined(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}

// Gateway frames: type, stream (two bytes), length (three bytes), all little-endian.

const u16 = (n) => Uint8Array.of(n & 255, n >> 8);
const frame = (type, stream, body) => joined([type], u16(stream), u16(body.length & 65535), [body.length >> 16], body);
const establish = (stream, parameters) => frame(15, stream, bytes(JSON.stringify(parameters)));
const carry = (stream, body) => frame(13, stream, joined(u16(0x8000), body));

function* frames(raw) {
  for (let at = 0; at < raw.length;) {
    const type = raw[at];
    if (type === 9 || type === 10) { yield { type }; at += 1; continue; }
    const stream = raw[at + 1] | raw[at + 2] << 8;
    if (type === 14) { yield { type, stream }; at += 3; continue; }
    const length = raw[at + 3] | raw[at + 4] << 8 | raw[at + 5] << 16;
    const body = raw.subarray(at + 6, at + 6 + length);
    yield { type, stream, number: body[0] | body[1] << 8, body: body.subarray(2) };
    at += 6 + length;
  }
}

function gateway(path, opened, heard) {
  const query = new URLSearchParams({
    "x-dgw-appid": "2220391788200892", "x-dgw-appversion": "0", "x-dgw-authtype": "1:0",
    "x-dgw-version": "5", "x-dgw-uuid": account, "x-dgw-tier": "prod",
  });
  keep(path, `wss://gateway.facebook.com${port()}${path}?${query}`, opened, (raw, socket) => {
    for (const one of frames(raw)) {
      if (one.type !== 13) continue;
      if (one.number & 0x8000) socket.send(frame(12, one.stream, u16(one.number & 0x7fff)));
      heard(one.body);
    }
  });
}

// The page may be served on another port than the usual one; its sockets are then on that port too.
const port = () => location.port ? `:${location.port}` : "";

function keep(name, address, opened, heard) {
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => { sockets[name] = socket; opened(socket); told(); };
  socket.onmessage = (event) => {
    const raw = typeof event.data === "string" ? bytes(event.data) : new Uint8Array(event.data);
    heard(raw, socket);
  };
  socket.onclose = () => { delete sockets[name]; told(); setTimeout(() => keep(name, address, opened, heard), 500); };
}

function told() {
  const open = Object.keys(sockets).length;
  document.querySelector("#state").textContent = open === 3 ? "connected" : "connecting";
}

// Thrift compact: enough to ask for a stream; what comes back is found by its first brace.

function asked(document) {
  const body = bytes(JSON.stringify(document));
  return joined([0x2c, 0x18, body.length], body, [0, 0]);
}

function inside(raw) {
  const from = raw.indexOf(0x7b), to = raw.lastIndexOf(0x7d);
  return from < 0 ? null : JSON.parse(text(raw.subarray(from, to + 1)));
}

gateway("/ws/realtime", (socket) => {
  METHODS.forEach(([method, hint], n) => socket.send(joined(
    establish(n + 1, {
      "x-dgw-app-XRSS-method": method, "x-dgw-app-XRSS-routing_hint": hint,
      "x-dgw-app-XRSS-doc_id": "1000000000000002", "x-dgw-app-XRS-Accept-Ack": "RSAck", "x-dgw-app-xrs-body": "true",
    }),
    carry(n + 1, asked({ input: {} })),
  )));
}, (body) => {
  const root = inside(body)?.data?.friend_request_receive_subscribe;
  if (root) request(root.sender);
});

gateway("/ws/lightspeed", (socket) => {
  const sync = { app_id: "2220391788200892", payload: '{"database":1}', request_id: requests++, type: 2 };
  socket.send(joined(establish(1, {}), carry(1, bytes(JSON.stringify(sync)))));
}, (body) => run(JSON.parse(text(body))));

// MQTT 3.1

const word = (value) => { const raw = bytes(value); return joined([raw.length >> 8, raw.length & 255], raw); };

function packet(kind, ...parts) {
  const body = joined(...parts), length = [];
  for (let left = body.length; ; left >>= 7) {
    if (left < 128) { length.push(left); break; }
    length.push(left & 127 | 128);
  }
  return joined([kind], length, body);
}

function published(raw) {
  let at = 1, length = 0;
  for (let shift = 0; ; shift += 7) { length |= (raw[at] & 127) << shift; if (!(raw[at++] & 128)) break; }
  const topic = raw[at] << 8 | raw[at + 1];
  const name = text(raw.subarray(at + 2, at + 2 + topic));
  let from = at + 2 + topic, number = 0;
  if (raw[0] & 6) { number = raw[from] << 8 | raw[from + 1]; from += 2; }
  return { name, number, body: text(raw.subarray(from, at + length)) };
}

keep("/chat", `wss://edge-chat.facebook.com${port()}/chat?region=odn&sid=1`, (socket) => {
  const who = JSON.stringify({ u: account, s: 1, cp: 3, ecp: 10, chat_on: true, aid: 219994525426954, st: [] });
  socket.send(packet(0x10, word("MQIsdp"), [3, 0x82, 0, 10], word("mqttwsclient"), word(who)));
  ["/ls_resp", "/t_ms"].forEach((topic, n) => socket.send(packet(0x82, [0, n + 1], word(topic), [0])));
}, (raw, socket) => {
  if (raw[0] >> 4 !== 3) return;
  const one = published(raw);
  if (one.number) socket.send(packet(0x40, [one.number >> 8, one.number & 255]));
  if (one.name === "/ls_resp") run(JSON.parse(one.body));
});

// Messenger's programs: every call in the tree, whatever stands around it.

function* calls(step) {
  if (!Array.isArray(step)) return;
  if (step[0] === 5) yield step.slice(1).map((arg) => Array.isArray(arg) ? (arg[0] === 19 ? arg[1] : null) : arg);
  for (const child of step) yield* calls(child);
}

function run(outer) {
  for (const [name, ...row] of calls(JSON.parse(outer.payload).step)) {
    if (name === "verifyContactRowExists") contacts.set(row[0], row[3]);
    if (name === "insertMessage") message(row[8], row[10], row[3], row[0]);
  }
}

// What is seen

function line(list, words, className = "") {
  const item = document.createElement("li");
  item.textContent = words;
  item.className = className;
  document.querySelector(list).append(item);
  return item;
}

function isNews() { document.title = `(${++news}) Facebook (simulated)`; }

function request(sender) {
  if (seen.has(`request ${sender.id}`)) return;
  seen.add(`request ${sender.id}`);
  contacts.set(sender.id, sender.name);
  talkingTo ??= sender.id;
  const item = line("#requests", `${sender.name} wants to be your friend. `);
  const button = document.createElement("button");
  button.textContent = "Confirm";
  button.onclick = async () => {
    const input = { friend_requester_id: sender.id, friending_channel: "FRIENDS_HOME_MAIN", actor_id: account };
    await graphql("FriendingCometFriendRequestConfirmMutation", { input });
    item.textContent = `${sender.name} is your friend.`;
  };
  const profile = document.createElement("a");
  profile.textContent = "See profile";
  profile.href = `/profile.php?id=${sender.id}`;
  profile.target = "_blank";
  item.append(button, " ", profile);
  isNews();
}

function message(id, sender, thread, words) {
  if (seen.has(id)) return;
  seen.add(id);
  talkingTo = thread;
  const isOwn = sender === account;
  line("#messages", isOwn ? words : `${contacts.get(sender) ?? sender}: ${words ?? "called"}`, isOwn ? "own" : "");
  if (!isOwn) isNews();
}

// What is done

async function graphql(name, variables) {
  const body = new URLSearchParams({
    av: account, __user: account, __a: "1", fb_dtsg: `token-of-${account}`, fb_api_caller_class: "RelayModern",
    fb_api_req_friendly_name: name, variables: JSON.stringify(variables), doc_id: "1000000000000001",
  });
  const answer = await fetch("/api/graphql/", { method: "POST", body, headers: { "x-fb-friendly-name": name } });
  return answer.json();
}

document.querySelector("#reply").onsubmit = (event) => {
  event.preventDefault();
  const field = event.target.elements.text;
  if (!talkingTo || !sockets["/ws/lightspeed"]) return;
  const otid = String((BigInt(Date.now()) << 22n) | BigInt(requests));
  // The thread's id passes 2^53, so it is put into the JSON as it stands.
  const inner = `{"thread_id":${talkingTo},"otid":"${otid}","source":65537,"send_type":1,"text":${JSON.stringify(field.value)}}`;
  const task = { label: "46", payload: inner, queue_name: talkingTo, task_id: requests, failure_count: null };
  const body = {
    app_id: "2220391788200892", type: 3, request_id: requests++,
    payload: JSON.stringify({ tasks: [task], epoch_id: 1, version_id: "1" }),
  };
  const stream = streams++;
  sockets["/ws/lightspeed"].send(joined(establish(stream, {}), carry(stream, bytes(JSON.stringify(body)))));
  field.value = "";
};

graphql("FriendingCometFriendRequestsRootQuery", { scale: 1 }).then((answer) => {
  for (const edge of answer.data.viewer.friending_possibilities.edges) request(edge.node);
});
