#!/usr/bin/env python3
"""Drives a page in headless Chromium: browse.py FILE|ADDRESS < steps.json > answers.json

Steps are a JSON list, done one after the other:
  {"size": [W, H]}      the window
  {"scheme": "dark"}    what the system prefers
  {"scripts": false}    whether scripts may run, from the next load on
  {"load": "#hash"}     load the page; behind an address, its path
  {"wait": "JS"}        until the expression is true
  {"eval": "JS"}        its value is an answer
  {"click": "CSS"}      a real click in the middle of the first match
  {"type": "text"}      real key strokes; one of "Escape", "Enter", "Tab" is that key
  {"shot": "FILE.png"}  a picture of the window
Answers: {"values": […], "complaints": […]}, the latter being errors and violations of the page's policy.
Speaks the DevTools protocol over a pipe, so there is no port and nothing to install beside the browser.
"""
import base64
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE = 240  # seconds for anything; a loaded machine is slow, not broken


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="faultline-browser-")
        to_browser, self.out = os.pipe()
        self.inn, from_browser = os.pipe()

        def descriptors():
            # The protocol wants its ends at 3 and 4; what is there now moves out of the way first.
            read, write = os.dup(to_browser), os.dup(from_browser)
            while read < 5:
                read = os.dup(read)
            while write < 5:
                write = os.dup(write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--disable-extensions", "--disable-background-networking", "--disable-dev-shm-usage",
             f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=descriptors, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self.pending = b""
        self.number = 0
        self.session = None
        self.complaints = []
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(one for one in targets if one["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self):
        end = time.monotonic() + PATIENCE
        while b"\0" not in self.pending:
            if not select.select([self.inn], [], [], max(0, end - time.monotonic()))[0]:
                raise SystemExit(f"Chromium said nothing for {PATIENCE} s")
            data = os.read(self.inn, 1 << 16)
            if not data:
                raise SystemExit("Chromium went away")
            self.pending += data
        one, self.pending = self.pending.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, **params):
        self.number += 1
        request = {"id": self.number, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.out, json.dumps(request).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    raise SystemExit(f"{method}: {message['error']}")
                return message["result"]
            self.note(message)

    def note(self, message):
        params = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        if message.get("method") == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])

    def value(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise SystemExit(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, script):
        end = time.monotonic() + PATIENCE
        while not self.value(script):
            if time.monotonic() > end:
                raise SystemExit(f"still not true after {PATIENCE} s: {script}")
            time.sleep(0.1)

    def load(self, address):
        self.call("Page.navigate", url="about:blank")
        self.wait("location.href === 'about:blank'")
        self.call("Page.navigate", url=address)
        self.wait("location.protocol !== 'about:' && document.readyState === 'complete'")

    def click(self, selector):
        found = self.value(
            "(() => { const one = document.querySelector(%s); if (!one) return null;"
            "one.scrollIntoView({block: 'center', inline: 'nearest'}); const box = one.getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2]; })()" % json.dumps(selector))
        if not found:
            raise SystemExit(f"nothing to click: {selector}")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=found[0], y=found[1], button="left", clickCount=1)

    def type(self, text):
        named = {"Escape": 27, "Enter": 13, "Tab": 9}
        for key in [text] if text in named else text:
            event = {"key": key, "windowsVirtualKeyCode": named.get(key, ord(key[0].upper()))}
            if key not in named:
                event["text"] = key
            if key == "Enter":
                event["text"] = "\r"
            self.call("Input.dispatchKeyEvent", type="keyDown", **event)
            event.pop("text", None)
            self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def step(self, step, page):
        (verb, what), = step.items()
        if verb == "size":
            self.call("Emulation.setDeviceMetricsOverride", width=what[0], height=what[1], deviceScaleFactor=1,
                      mobile=False)
        elif verb == "scheme":
            self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": what}])
        elif verb == "scripts":
            self.call("Emulation.setScriptExecutionDisabled", value=not what)
        elif verb == "load":
            self.load(page + what)
        elif verb == "shot":
            picture = self.call("Page.captureScreenshot", format="png")
            pathlib.Path(what).write_bytes(base64.b64decode(picture["data"]))
        elif verb == "eval":
            return [self.value(what)]
        else:
            {"wait": self.wait, "click": self.click, "type": self.type}[verb](what)
        return []


def main():
    steps = json.load(sys.stdin)
    page = sys.argv[1] if sys.argv[1].startswith("http://") else pathlib.Path(sys.argv[1]).resolve().as_uri()
    browser = Browser()
    try:
        values = [value for step in steps for value in browser.step(step, page)]
    finally:
        browser.close()
    json.dump({"values": values, "complaints": browser.complaints}, sys.stdout)


main()
