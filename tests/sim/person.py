# SPDX-License-Identifier: Apache-2.0
"""Somebody with a browser that knows no JavaScript: pages, forms, cookies, redirects. And a key for the API.

    ana = Person(room.origin, room.ca_file)
    ana.login("ana", "ana-opens-it")
    page = ana.get("/nodes")             .status .text .headers .path (after redirects)
    page.form("/power")                  the form with that action: .fields {name: value}
    ana.submit(page, "/power", reason="why")
    ana.api("GET", "/api/v1/power/status")   with the key of ana.token()
"""
import base64, html.parser, http.client, http.cookies, json, ssl, urllib.parse


class Form:
    def __init__(self, action, method):
        self.action, self.method, self.fields, self.buttons = action, method.lower(), {}, []


class Reader(html.parser.HTMLParser):
    """Forms, links, the title and the words of a page."""

    def __init__(self):
        super().__init__()
        self.forms, self.links, self.words, self.quiet, self.form, self.select = [], [], [], 0, None, None
        self.title, self.in_title, self.href = "", False, None

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag in ("script", "style"):
            self.quiet += 1
        elif tag == "title":
            self.in_title = True
        elif tag == "a":
            self.href = a.get("href")
            self.links.append((self.href, ""))
        elif tag == "form":
            self.form = Form(a.get("action", ""), a.get("method", "get"))
            self.forms.append(self.form)
        elif self.form is not None:
            self.control(tag, a)

    def control(self, tag, a):
        name = a.get("name")
        if tag == "input" and a.get("type") in ("checkbox", "radio"):
            if name and "checked" in a:
                self.form.fields[name] = a.get("value", "on")
        elif tag in ("input", "textarea") and name:
            self.form.fields[name] = a.get("value", "")
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and (self.select not in self.form.fields or "selected" in a):
            self.form.fields[self.select] = a.get("value")
            self.option = (self.select, a.get("value"))
        elif tag == "button":
            self.form.buttons.append(a)

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self.quiet -= 1
        elif tag == "title":
            self.in_title = False
        elif tag == "form":
            self.form = None
        elif tag == "a":
            self.href = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data):
        if self.in_title:
            self.title += data
        elif not self.quiet and data.strip():
            self.words.append(data.strip())
            if self.href is not None:
                self.links[-1] = (self.href, (self.links[-1][1] + " " + data.strip()).strip())
            if self.form is not None and self.select and self.form.fields.get(self.select) is None:
                self.form.fields[self.select] = data.strip()


class Page:
    def __init__(self, status, headers, body, path):
        self.status, self.headers, self.body, self.path = status, headers, body, path
        self.text = body.decode("utf-8", "replace")
        self.reader = Reader()
        if "html" in headers.get("Content-Type", ""):
            self.reader.feed(self.text)
        self.words, self.links, self.title = " ".join(self.reader.words), self.reader.links, self.reader.title

    def json(self):
        return json.loads(self.text)

    def rows(self):
        """The rows of a list's JSON, whatever it calls them; a cell that has a text beside its level is that text."""
        found = next(v for v in self.json().values() if isinstance(v, list))
        return [{k: v["text"] if isinstance(v, dict) and "text" in v else v for k, v in row.items()} for row in found]

    def form(self, action, method="post"):
        for f in self.reader.forms:
            if urllib.parse.urlsplit(f.action).path == action and f.method == method:
                return f
        raise AssertionError(f"{self.path} ({self.status}) has no form {method} {action}; it says: {self.words[:1500]}")


class Person:
    def __init__(self, origin, ca_file, address=None):
        self.origin, self.url = origin, urllib.parse.urlsplit(origin)
        self.tls = ssl.create_default_context(cafile=ca_file)
        self.cookies, self.key, self.address = {}, None, address

    def request(self, method, path, body=None, headers=None, limit=120):  # seconds; nginx says 504 before that
        """One exchange, no redirects followed."""
        conn = http.client.HTTPSConnection(self.url.hostname, self.url.port, context=self.tls, timeout=limit,
                                           source_address=(self.address, 0) if self.address else None)
        try:
            h = dict(headers or {})
            if self.cookies and "Cookie" not in h and "Authorization" not in h:
                h["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
            conn.request(method, path, body, h)
            answer = conn.getresponse()
            data = answer.read()
            if "Cookie" not in (headers or {}):
                self.keep_cookies(answer.headers.get_all("Set-Cookie") or [])
            return Page(answer.status, answer.headers, data, path)
        finally:
            conn.close()

    def keep_cookies(self, lines):
        for line in lines:
            for name, m in http.cookies.SimpleCookie(line).items():
                if m.value == "" or m["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = m.value

    def follow(self, page):
        for _ in range(5):
            if page.status not in (301, 302, 303, 307, 308):
                return page
            to = urllib.parse.urljoin(self.origin + page.path, page.headers["Location"])
            if not to.startswith(self.origin + "/"):
                raise AssertionError(f"{page.path} leads away to {to}")
            page = self.request("GET", to[len(self.origin):])
        raise AssertionError("redirects go round in circles")

    def get(self, path, **kw):
        return self.follow(self.request("GET", path, **kw))

    def post(self, path, fields, follow=True):
        page = self.request("POST", path, urllib.parse.urlencode(fields, doseq=True),
                            {"Content-Type": "application/x-www-form-urlencoded"})
        return self.follow(page) if follow else page

    def submit(self, page, action, follow=True, **fields):
        form = page.form(action)
        return self.post(form.action, {**form.fields, **fields}, follow)

    def login(self, name, password, to="/"):
        page = self.get("/login")
        return self.submit(page, "/login", user=name, password=password)

    # ---- the API ----

    def token(self, name, password, **body):
        basic = base64.b64encode(f"{name}:{password}".encode()).decode()
        page = self.request("POST", "/api/v1/tokens", json.dumps(body),
                            {"Authorization": "Basic " + basic, "Content-Type": "application/json"})
        if page.status in (200, 201):
            self.key = page.json()["key"]
        return page

    def api(self, method, path, body=None, **headers):
        h = {"Authorization": "Bearer " + (self.key or ""), **{k.replace("_", "-"): v for k, v in headers.items()}}
        if body is not None:
            h["Content-Type"] = "application/json"
            body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return self.request(method, path, body, {k: v for k, v in h.items() if v})
