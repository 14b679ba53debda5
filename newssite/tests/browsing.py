"""A page in a browser, and all that the browser says of it while it is open."""

import gzip
from dataclasses import dataclass, field

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Request, Response

WIDTHS = (320, 375, 768, 1280)
HEIGHT = 800
SCHEMES = ("light", "dark")
# WCAG 2.2 to level AA, and what axe's makers hold good beyond it.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Runs before anything of the page does.
_LISTEN = """
  window.seen = { policy: [], shift: 0, themeAt: null };
  document.addEventListener("securitypolicyviolation", (e) => seen.policy.push(
    `${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile ?? ""}:${e.lineNumber} ${e.sample}`));
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new MutationObserver(() => { seen.themeAt ??= performance.now(); })
    .observe(document, { subtree: true, attributes: true, attributeFilter: ["data-theme"] });
"""
# A page at a time to the end and back, so that lazy pictures load.
_SCROLL = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await document.fonts.ready;
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
    window.scrollTo(0, y);
    await frame();
    await frame();
  }
  window.scrollTo(0, 0);
}"""
_ALL_LOADED = "[...document.images].every((image) => image.complete)"
_TWO_FRAMES = "new Promise((is) => requestAnimationFrame(() => requestAnimationFrame(is)))"


@dataclass
class Visit:
    """Opens pages of the site at `home` and keeps what the browser said of all of them."""

    page: Page
    home: str
    said: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_LISTEN)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("response", lambda response: self.answers.append(response))
        self.page.on("request", lambda request: self._request(request.url))
        self.page.on("requestfailed", self._failed)

    def open(self, path: str, width: int = 1280) -> Page:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.goto(self.home + path, wait_until="load")
        return self.page

    def settle(self) -> None:
        """Until all that belongs to the page is there and drawn."""
        self.page.evaluate(_SCROLL)
        self.page.wait_for_function(_ALL_LOADED, timeout=10_000)
        self.page.evaluate(_TWO_FRAMES)

    def faults(self) -> list[str]:
        """What must not be on any page, as sentences; [] for a good one."""
        seen = self.page.evaluate("seen")
        return [
            *self.said,
            *(f"policy: {violation}" for violation in seen["policy"]),
            *(f"asked elsewhere: {address}" for address in self.foreign),
        ]

    def shift(self) -> float:
        """The sum of all layout shifts of the page that is open."""
        return self.page.evaluate("seen.shift")

    def overhang(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - innerWidth")

    def stored(self) -> list[str]:
        """Names of cookies set and of what is kept in the browser."""
        cookies = [cookie["name"] for cookie in self.page.context.cookies()]
        return cookies + self.page.evaluate("[localStorage, sessionStorage].flatMap(Object.keys)")

    def pages(self) -> list[Response]:
        return [each for each in self.answers if each.request.resource_type == "document"]

    def weight(self, *kinds: str) -> int:
        """Bytes of what was loaded of these resource types, each compressed with gzip."""
        bodies = [each.body() for each in self.answers if each.request.resource_type in kinds]
        return sum(len(gzip.compress(body)) for body in bodies)

    def axe(self) -> list[str]:
        """Violations that axe finds on the page as it is drawn now, one sentence an element."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        only = {"type": "tag", "values": AXE_TAGS}
        found = self.page.evaluate(
            "(options) => axe.run(options).then(({violations}) => violations)",
            # Preloading has axe itself ask for style sheets, which the policy and we would notice.
            {"runOnly": only, "resultTypes": ["violations"], "preload": False},
        )
        return [
            f"{rule['id']} ({rule['impact']}) {' '.join(node['target'])} {node['html']}"
            for rule in found
            for node in rule["nodes"]
        ]

    def _request(self, address: str) -> None:
        if not address.startswith(f"{self.home}/"):
            self.foreign.append(address)

    def _failed(self, request: Request) -> None:
        # Aborted is the browser's own choice, such as of another width of a picture.
        if request.failure != "net::ERR_ABORTED":
            self.said.append(f"failed: {request.url} {request.failure}")

    def _console(self, message: ConsoleMessage) -> None:
        # The browser calls a page whose own answer is 404 or 410 a failed resource.
        is_own_status = message.location["url"] == self.page.url and "status of 4" in message.text
        if message.type in {"error", "warning"} and not is_own_status:
            self.said.append(f"{message.type}: {message.text}")
