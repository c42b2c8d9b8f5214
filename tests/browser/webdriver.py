# SPDX-License-Identifier: Apache-2.0
"""Chromium through chromium-driver's WebDriver protocol (W3C), with Python's standard library alone.

    with Chromium(width=1200, dark=False) as b:
        b.go(url)
        b.find("input[name=user]").type("ana")
        b.find("button").click()
        b.wait(lambda: "Nodes" in b.title())
        b.shot(path)
"""
import base64, json, os, pathlib, re, shutil, subprocess, sys, tempfile, time, urllib.error, urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "sim"))
from children import die_with_parent

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # W3C WebDriver, section 12.2
HERE_DRIVER = shutil.which("chromedriver")


class Trouble(Exception):
    pass


class Element:
    def __init__(self, browser, ident):
        self.browser, self.path = browser, f"/element/{ident}"

    def type(self, text):
        self.browser.call("POST", self.path + "/value", {"text": text})
        return self

    def clear(self):
        self.browser.call("POST", self.path + "/clear", {})
        return self

    def click(self):
        self.browser.call("POST", self.path + "/click", {})
        return self

    def text(self):
        return self.browser.call("GET", self.path + "/text")

    def attribute(self, name):
        return self.browser.call("GET", self.path + "/attribute/" + name)

    def property(self, name):
        return self.browser.call("GET", self.path + "/property/" + name)

    def find_all(self, css):
        found = self.browser.call("POST", self.path + "/elements", {"using": "css selector", "value": css})
        return [Element(self.browser, f[ELEMENT]) for f in found]


class Chromium:
    def __init__(self, width=1200, height=900, dark=False, javascript=True):
        self.width, self.height, self.dark, self.javascript = width, height, dark, javascript
        self.driver = self.session = self.folder = None

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="larch-chromium.")
        log = open(os.path.join(self.folder, "driver.log"), "w+b")
        env = {"PATH": os.environ.get("PATH", ""), "HOME": self.folder, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        self.driver = subprocess.Popen([HERE_DRIVER, "--port=0"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=env, preexec_fn=die_with_parent, start_new_session=True)
        log.close()
        self.base = f"http://127.0.0.1:{self.port()}"
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        args = ["--headless=new", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--no-proxy-server",
                "--disable-background-networking", "--disable-sync", f"--window-size={self.width},{self.height}",
                f"--user-data-dir={self.folder}/profile", "--hide-scrollbars", "--force-color-profile=srgb"]
        if os.geteuid() == 0:
            args.append("--no-sandbox")
        prefs = {} if self.javascript else {"profile.managed_default_content_settings.javascript": 2}
        try:
            answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
                "acceptInsecureCerts": True, "pageLoadStrategy": "normal",
                "goog:loggingPrefs": {"browser": "ALL"},
                "goog:chromeOptions": {"args": args, "prefs": prefs}}}})
            self.session = "/session/" + answer["sessionId"]
            self.colours()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.session:
            try:
                self.call("DELETE", "")
            except (Trouble, OSError):
                pass
        if self.driver:
            self.driver.terminate()
            try:
                self.driver.wait(10)
            except subprocess.TimeoutExpired:
                self.driver.kill()
                self.driver.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def port(self):
        path, until = os.path.join(self.folder, "driver.log"), time.monotonic() + 60
        while time.monotonic() < until:
            with open(path, errors="replace") as f:
                m = re.search(r"successfully on port (\d+)", f.read())
            if m:
                return int(m[1])
            if self.driver.poll() is not None:
                break
            time.sleep(0.05)
        raise Trouble("chromedriver did not start")

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        q = urllib.request.Request(self.base + (self.session or "") + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with self.opener.open(q, timeout=90) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as e:
            value = json.load(e)["value"]
            raise Trouble(f"{value['error']}: {value['message'].splitlines()[0]}") from None

    def cdp(self, command, **params):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def colours(self):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if self.dark else "light"}])

    def size(self, width, height=900, dark=None):
        self.width, self.dark = width, self.dark if dark is None else dark
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.colours()

    # ---- pages ----

    def go(self, url):
        self.call("POST", "/url", {"url": url})

    def url(self):
        return self.call("GET", "/url")

    def title(self):
        return self.call("GET", "/title")

    def source(self):
        return self.call("GET", "/source")

    def text(self):
        return self.find("body").text()

    def find_all(self, css):
        found = self.call("POST", "/elements", {"using": "css selector", "value": css})
        return [Element(self, f[ELEMENT]) for f in found]

    def find(self, css, limit=60):
        return self.wait(lambda: (self.find_all(css) or [None])[0], limit, says=f"there is no {css} in {self.url()}")

    def link(self, text):
        def look():
            found = self.call("POST", "/elements", {"using": "link text", "value": text})
            return Element(self, found[0][ELEMENT]) if found else None
        return self.wait(look, says=f"there is no link {text} in {self.url()}")

    def run(self, script, *args):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def wait(self, what, limit=60, says="it did not happen"):
        until = time.monotonic() + limit
        while True:
            try:
                value = what()
            except Trouble as t:  # the page went while it was looked at
                value, said = None, str(t)
            if value:
                return value
            if time.monotonic() > until:
                raise AssertionError(says() if callable(says) else says)
            time.sleep(0.1)

    def console(self):
        """What the browser complains of: errors of scripts, refusals by the Content-Security-Policy."""
        return [e["message"] for e in self.call("POST", "/se/log", {"type": "browser"}) if e["level"] == "SEVERE"]

    def shot(self, path):
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.cdp("Page.captureScreenshot", captureBeyondViewport=True)["data"]))
