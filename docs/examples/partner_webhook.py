"""A partner's system is told of new items by a webhook. Needs partner.py beside it."""
import base64, hashlib, hmac, http.server, json, os, threading, time
from partner import call

secret, seen = b"", set()

class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        event, at = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        mac = base64.b64encode(hmac.digest(secret, f"{event}.{at}.".encode() + body, hashlib.sha256)).decode()
        signed = any(hmac.compare_digest(each, f"v1,{mac}") for each in self.headers["webhook-signature"].split())
        valid, answer = signed and abs(time.time() - int(at)) < 300, b""
        word = json.loads(body) if valid else {"type": "forged"}
        if word["type"] == "webhook.challenge":
            answer = json.dumps({"challenge": word["data"]["challenge"]}).encode()
        elif word["type"] == "inbox.item" and event not in seen:  # the same id may come twice: count it once
            item = call("GET", "/v1/inbox/" + word["data"]["messageId"]).json()
            print("told of", item["number"], item["kind"], word["data"].get("reference", "-"), flush=True)
            seen.add(event)
        self.send_response(200 if valid else 401)  # after the work: what was not answered comes again
        self.end_headers()
        self.wfile.write(answer)

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
threading.Thread(target=server.serve_forever, daemon=True).start()
hook = os.environ.get("HOOK_URL", f"http://127.0.0.1:{server.server_port}/")  # elsewhere: your public https address
made = call("POST", "/v1/webhooks", json={"url": hook, "purpose": "files what concerns us"}).json()
secret = base64.b64decode(made["secret"]["value"].removeprefix("whsec_"))  # shown this once: keep it safe
call("POST", f"/v1/webhooks/{made['webhook']['webhookId']}/verification")
print("listening", made["webhook"]["webhookId"], flush=True)
threading.Event().wait()
