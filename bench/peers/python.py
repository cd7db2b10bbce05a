"""Verifies with lasso or python-xmlsec. The line "lasso one 100" runs 100 verifications and prints the nanoseconds.

The first line is the input as JSON. The first reply lists the available libraries with their versions.
"""
import base64
import json
import sys
import time

try:
    import lasso
except ImportError:
    lasso = None
try:
    import xmlsec
    from lxml import etree
except ImportError:
    xmlsec = None

inputs = json.loads(sys.stdin.readline())


def open_lasso():
    server = lasso.Server.newFromBuffers(inputs["ownMetadata"], inputs["ownKey"])
    server.addProviderFromBuffer(lasso.PROVIDER_ROLE_IDP, inputs["providerMetadata"])
    server.setEncryptionPrivateKey(inputs["ownKeyFile"])

    def verify(case):
        login = lasso.Login(server)
        login.processAuthnResponseMsg(inputs["fields"][case])
        login.acceptSso()
        return login.assertion.subject.nameId.content

    return verify


def open_xmlsec():
    key = xmlsec.Key.from_memory(inputs["certificate"], xmlsec.constants.KeyDataFormatCertPem)
    private = xmlsec.Key.from_memory(inputs["ownKey"], xmlsec.constants.KeyDataFormatPem)
    manager = xmlsec.KeysManager()
    manager.add_key(private)
    signature_path = etree.XPath("descendant-or-self::*/ds:Signature", namespaces={"ds": "http://www.w3.org/2000/09/xmldsig#"})
    data_path = etree.XPath("//xenc:EncryptedData", namespaces={"xenc": "http://www.w3.org/2001/04/xmlenc#"})

    def verify_all(root):
        for signature in signature_path(root):
            context = xmlsec.SignatureContext()
            context.key = key
            context.register_id(signature.getparent(), "ID")
            context.verify(signature)

    def verify(case):
        root = etree.fromstring(base64.b64decode(inputs["fields"][case]))
        verify_all(root)
        for data in data_path(root):
            verify_all(xmlsec.EncryptionContext(manager).decrypt(data))
        return True

    return verify


peers = {}
versions = {}
if lasso is not None:
    peers["lasso"] = open_lasso()
    versions["lasso"] = "python3-lasso"
if xmlsec is not None:
    peers["python-xmlsec"] = open_xmlsec()
    versions["python-xmlsec"] = xmlsec.__version__
print(json.dumps(versions), flush=True)

for line in sys.stdin:
    name, case, times = line.split()
    verify = peers[name]
    try:
        start = time.perf_counter_ns()
        for _ in range(int(times)):
            verify(case)
        print(time.perf_counter_ns() - start, flush=True)
    except Exception as error:
        print("failed %r" % (error,), flush=True)
