"""A partner's system publishes a lead, then follows its inbox. Needs: pip install requests joserfc"""
import json, os, time, uuid
import requests
from joserfc import jwt
from joserfc.jwk import import_key

url, issuer, client = (os.environ[name] for name in ("CHAPPE_URL", "CHAPPE_ISSUER", "CHAPPE_CLIENT"))
key = import_key(json.load(open(os.environ["CHAPPE_KEY"])))  # a private key, as JWK; it never leaves you

def token():
    now, endpoint = int(time.time()), f"{issuer}/.well-known/openid-configuration"
    claims = {"iss": client, "sub": client, "aud": issuer, "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60}
    answer = requests.post(requests.get(endpoint, timeout=10).json()["token_endpoint"], timeout=10, data={
        "grant_type": "client_credentials", "client_id": client, "resource": "urn:chappe:api",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)})
    return answer.json()["access_token"]  # lives five minutes

def call(method, path, **more):
    headers = {"Authorization": f"Bearer {token()}", **more.pop("headers", {})}
    answer = requests.request(method, url + path, headers=headers, timeout=(10, 60), **more)
    answer.raise_for_status()
    return answer

def publish(message):
    random = os.urandom(9).hex()  # a UUIDv7: repeat a call with the same one, and the message exists once
    message["submissionId"] = str(uuid.UUID(f"{int(time.time() * 1000):012x}7{random[:3]}8{random[3:]}"))
    return call("POST", "/v1/messages", json=message).json()

def follow(after=None):
    headers = {"Accept": "text/event-stream", **({"Last-Event-ID": after} if after else {})}
    for line in call("GET", "/v1/inbox/stream", headers=headers, stream=True).iter_lines(decode_unicode=True):
        name, _, value = line.partition(": ")
        after = value if name == "id" else after  # keep it: with it you resume without loss or repetition
        if name == "data" and "messageId" in value:
            yield after, json.loads(value)

if __name__ == "__main__":
    print("published", publish(json.load(open("lead.json")))["reference"], flush=True)
    for _, item in follow():
        print("received", item["number"], item["kind"], item["messageId"], flush=True)
