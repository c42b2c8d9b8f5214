# SPDX-License-Identifier: Apache-2.0
"""A text browser in a real terminal (tmux, a server of its own), driven by keys.

    with Terminal(["elinks", url]) as t:
        t.wait("Log in")
        t.to("Login name"); t.press("Enter"); t.type("ana")

`to` presses the key that goes to the next link until the cursor stands in a line with that text.
"""
import os, pathlib, re, shlex, shutil, subprocess, tempfile, time


class Terminal:
    def __init__(self, command, env=None, next_key="Down", width=110, height=60):
        self.command, self.env, self.next_key = command, env or {}, next_key
        self.width, self.height = width, height

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larch-term."))
        self.socket = str(self.folder / "tmux")
        self.said = ""
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", "TZ": "UTC", **self.env}
        line = "exec env -i " + " ".join(shlex.quote(f"{k}={v}") for k, v in env.items()) + " " + shlex.join(map(str, self.command))
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(self.width), "-y", str(self.height), line)
        return self

    def __exit__(self, *_):
        self.tmux("kill-server", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def tmux(self, *args, check=True):
        done = subprocess.run(["tmux", "-S", self.socket, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm"})
        if check and done.returncode != 0:
            raise AssertionError(f"tmux {args[0]}: {done.stderr.strip()}; last seen:\n{self.said}")
        return done.stdout

    def screen(self):
        self.said = self.tmux("capture-pane", "-p")
        return self.said

    def cursor(self):
        x, y = self.tmux("display", "-p", "#{cursor_x} #{cursor_y}").split()
        return int(x), int(y)

    def line(self):
        lines, y = self.screen().splitlines(), self.cursor()[1]
        return lines[y] if y < len(lines) else ""

    def press(self, *keys):
        """Keys, and until the browser has drawn what they did: something has changed, and the screen rests."""
        self.send("send-keys", *keys)

    def type(self, text):
        self.send("send-keys", "-l", text)

    def send(self, *words, limit=3):
        before, end = self.seen(), time.monotonic() + limit  # some keys change nothing: to the top of a page that is there
        self.tmux(*words)
        while self.seen() == before and time.monotonic() < end:
            time.sleep(0.01)
        self.rest()

    def seen(self):
        return self.screen(), self.cursor()

    def rest(self, still=0.12, limit=5):
        end, before, since = time.monotonic() + limit, None, time.monotonic()
        while time.monotonic() < end:
            now = self.seen()
            if now != before:
                before, since = now, time.monotonic()
            elif time.monotonic() - since >= still:
                return
            time.sleep(0.03)

    def wait(self, *texts, limit=60):
        """Until one of the texts is on the screen; which."""
        end = time.monotonic() + limit
        while True:
            seen = self.screen()
            for text in texts:
                if text in seen:
                    return text
            if time.monotonic() > end:
                raise AssertionError(f"none of {texts} came on the screen of {self.command[0]}:\n{seen}")
            time.sleep(0.05)

    def until(self, pattern, limit=60):
        end = time.monotonic() + limit
        while not re.search(pattern, self.screen(), re.M):
            if time.monotonic() > end:
                raise AssertionError(f"/{pattern}/ did not come on the screen of {self.command[0]}:\n{self.said}")
            time.sleep(0.05)

    def to(self, text, most=150):
        for _ in range(most):
            if text in self.line():
                return self
            self.press(self.next_key)
        raise AssertionError(f"the cursor of {self.command[0]} does not come to {text!r}:\n{self.screen()}")
