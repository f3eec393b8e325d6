// Keeps the last overview and the alerts that were opened, on devices where somebody switched that on, and shows them
// where the dashboard can't be reached. Served as /sw.js.
"use strict";

const KEPT = "kept"; // pages, which name people
const OURS = "ours"; // our own files, the same for everybody
const PAGES = /^\/(me|alerts\/[^/]+(\/steps)?)?$/;
const DOORS = /^\/(login|logout|join|claim|account\/logins)\b/;
const WRITTEN = 'class="written"'; // a page on which somebody's words lie open
const NOTE = /<p id="away" class="away" role="status" hidden>([^<]*)<\/p>/;
const MOST = 30;
const LIFE_MS = 12 * 60 * 60 * 1000; // as long as a log-in
const PATIENCE_MS = 5000; // in another house the address of ours may lead nowhere, and browsers wait for minutes
const SOON_MS = 30000;

let failed = 0;
let comings = 0; // how often somebody came or went; a page that was asked for before that is not kept after it
let ended = false; // switched off; the page that did it goes through this worker until it is left
const writing = new Set(); // what is being kept at this moment

addEventListener("install", (event) => event.waitUntil(begin()));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

// Switched on and off by the page; it is answered once that is true.
addEventListener("message", (event) => {
  const work = { end, start }[event.data];
  if (work) event.waitUntil(work().then(() => event.ports[0]?.postMessage("done")));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method !== "GET") {
    // Somebody comes or goes: what was kept for whoever was here before is not for whoever comes next.
    if (DOORS.test(url.pathname)) event.waitUntil(forget());
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(file(request));
  } else if (request.mode === "navigate" || (PAGES.test(url.pathname) && !url.search)) {
    event.respondWith(page(event, request, url.pathname));
  }
});

async function begin() {
  await fill();
  await skipWaiting();
}

async function fill() {
  const ours = await caches.open(OURS);
  const answer = await fetch("/offline", { cache: "no-store" });
  await withFiles(await answer.clone().text());
  await ours.put("/offline", answer);
}

// A browser may take the worker that was just switched off again.
async function start() {
  if (!ended) return;
  ended = false;
  await fill();
}

async function end() {
  ended = true;
  await Promise.allSettled(writing);
  for (const name of await caches.keys()) await caches.delete(name);
}

// Keeps something, unless that was switched off; who switches it off waits for what is under way.
async function write(work) {
  if (ended) return;
  const doing = work().finally(() => writing.delete(doing));
  writing.add(doing);
  await doing;
}

async function page(event, request, path) {
  const copy = request.mode === "navigate" && PAGES.test(path) ? await kept(path) : null;
  const before = comings;
  let answer;
  try {
    answer = await within(fetch(request), copy);
  } catch (error) {
    if (request.mode !== "navigate") throw error;
    return copy ?? (await caches.match("/offline")) ?? Response.error();
  }
  if (answer.ok && answer.type === "basic" && !answer.redirected) {
    // The page to log in is shown to nobody who is logged in.
    if (path === "/login") event.waitUntil(forget());
    else if (PAGES.test(path)) event.waitUntil(keep(path, answer.clone(), before));
  }
  return answer;
}

async function file(request) {
  const copy = await caches.match(request);
  try {
    const answer = await within(fetch(request), copy);
    if (answer.ok) await write(async () => (await caches.open(OURS)).put(request, answer.clone()));
    return answer;
  } catch {
    return copy ?? Response.error();
  }
}

// Where there is a copy, the dashboard has to answer soon; what failed a moment ago gets little time.
async function within(answer, copy) {
  let timer;
  const wait = Date.now() - failed < SOON_MS ? PATIENCE_MS / 5 : PATIENCE_MS;
  const late = new Promise((_, refuse) => (timer = setTimeout(() => refuse(new Error("too late")), wait)));
  try {
    const found = await (copy ? Promise.race([answer, late]) : answer);
    failed = 0;
    return found;
  } catch (error) {
    failed = Date.now();
    throw error;
  } finally {
    clearTimeout(timer);
    answer.catch(() => {});
    late.catch(() => {});
  }
}

async function keep(path, answer, before) {
  const text = await answer.text();
  if (!text.includes(WRITTEN)) await write(() => put(path, text, answer.headers, before));
}

async function put(path, text, given, before) {
  if (comings !== before) return;
  const headers = new Headers(given);
  headers.set("Kept-At", String(Date.now()));
  const pages = await caches.open(KEPT);
  await pages.delete(path);
  await pages.put(path, new Response(text, { headers }));
  if (comings !== before) return forget(); // whoever left meanwhile emptied what this was not yet in
  const others = (await pages.keys()).filter((each) => new URL(each.url).pathname !== "/");
  for (const old of others.slice(0, Math.max(0, others.length - MOST))) await pages.delete(old);
  await withFiles(text);
}

// A page is of use only with the files that it names.
async function withFiles(text) {
  const ours = await caches.open(OURS);
  for (const [, path] of text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)) {
    if (!(await ours.match(path))) await ours.add(path);
  }
}

async function kept(path) {
  const pages = await caches.open(KEPT);
  for (const each of await pages.keys()) {
    const copy = await pages.match(each);
    if (copy && Date.now() - Number(copy.headers.get("Kept-At")) > LIFE_MS) await pages.delete(each);
  }
  const copy = await pages.match(path);
  if (!copy) return null;
  return new Response(asKept(await copy.text(), Number(copy.headers.get("Kept-At"))), { headers: copy.headers });
}

// Says on the page how old it is, and marks it, so that what needs the dashboard is not offered.
function asKept(text, at) {
  const spoken = /<html lang="([\w-]+)"/.exec(text)?.[1] ?? "en";
  const language = navigator.language.startsWith(spoken) ? navigator.language : spoken;
  const day = new Date(at).toDateString() === new Date().toDateString() ? {} : { weekday: "long" };
  const time = new Date(at).toLocaleString(language, { ...day, hour: "2-digit", minute: "2-digit" });
  return text
    .replace(NOTE, (_, words) => `<p id="away" class="away" role="status">${words.replace("{time}", time)}</p>`)
    .replace('<body class="', '<body class="kept ');
}

async function forget() {
  comings += 1;
  await caches.delete(KEPT);
}
