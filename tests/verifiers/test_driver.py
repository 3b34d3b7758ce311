import json
import pathlib
import subprocess
import sys
import time
import unittest

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from driver import answer

SECRET = "a secret of sixty-four characters, enough for every HMAC length."
CLAIMS = {"iss": "https://issuer.test", "aud": "talk", "sub": "reader-1", "jti": "5f1c"}


def pem_pair(private):
    return (
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        private.public_key()
        .public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        .decode(),
    )


RSA = pem_pair(rsa.generate_private_key(65537, 2048))
KEYS = {
    **dict.fromkeys(("HS256", "HS384", "HS512"), (SECRET, SECRET)),
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), RSA),
    "ES256": pem_pair(ec.generate_private_key(ec.SECP256R1())),
    "ES384": pem_pair(ec.generate_private_key(ec.SECP384R1())),
    "ES512": pem_pair(ec.generate_private_key(ec.SECP521R1())),
    "EdDSA": pem_pair(ed25519.Ed25519PrivateKey.generate()),
}


def ask(op, algorithm, **more):
    request = {"op": op, "library": "pyjwt", "algorithm": algorithm, **more}
    return answer(json.dumps(request))


class PyJwt(unittest.TestCase):
    def signed(self, algorithm, **claims):
        claims = {**CLAIMS, "exp": int(time.time()) + 600, **claims}
        said = ask("sign", algorithm, key=KEYS[algorithm][0], kid="k1", claims=claims)
        self.assertTrue(said["ok"], said)
        return said["token"]

    def refused(self, token, error, algorithm="HS256", key=SECRET, **more):
        said = ask("verify", algorithm, key=key, token=token, **more)
        self.assertFalse(said["ok"])
        self.assertIn(error, said["error"])

    def test_verifies_what_it_signs_with_every_algorithm(self):
        for algorithm, (_, public) in KEYS.items():
            with self.subTest(algorithm):
                token = self.signed(algorithm)
                said = ask("verify", algorithm, key=public, token=token,
                           issuer=CLAIMS["iss"], audience="talk")
                self.assertTrue(said["ok"], said)
                self.assertEqual(said["claims"] | CLAIMS, said["claims"])

    def test_checks_issuer_and_audience_only_where_given(self):
        token = self.signed("HS256")
        self.assertTrue(ask("verify", "HS256", key=SECRET, token=token)["ok"])
        self.refused(token, "InvalidIssuerError", issuer="https://issuer.test/")
        self.refused(token, "InvalidAudienceError", audience="other")

    def test_refuses_a_wrong_key_a_wrong_algorithm_and_a_lapsed_token(self):
        token = self.signed("HS256")
        self.refused(token, "InvalidSignatureError", key=SECRET + "!")
        self.refused(token, "InvalidAlgorithmError", algorithm="HS384")
        self.refused(self.signed("HS256", exp=1), "ExpiredSignatureError")

    def test_answers_each_line_in_order_and_outlives_a_bad_one(self):
        sign = {"op": "sign", "library": "pyjwt", "algorithm": "HS256", "key": SECRET}
        lines = ["nonsense", "{}", json.dumps({**sign, "claims": CLAIMS})]
        driver = pathlib.Path(__file__).with_name("driver.py")
        run = subprocess.run([sys.executable, driver], input="\n".join(lines) + "\n",
                             capture_output=True, text=True, check=True)
        said = [json.loads(line)["ok"] for line in run.stdout.splitlines()]
        self.assertEqual(said, [False, False, True])


if __name__ == "__main__":
    unittest.main()
