import { constants, type KeyObject } from 'node:crypto';
import type { CanonicalForm } from '../../xml/canonicalize.ts';
import { refuse } from './check.ts';
import { DS, XENC } from './elements.ts';

/** A signature algorithm: its name on screens, the keys that fit, and the arguments of `node:crypto`. */
export type SignatureAlgorithm = {
  label: string;
  keyTypes: readonly string[]; // of KeyObject.asymmetricKeyType
  hash: string;
  options?: { padding?: number; saltLength?: number; dsaEncoding?: 'ieee-p1363' };
};

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const MORE_2007 = 'http://www.w3.org/2007/05/xmldsig-more#';

// RFC 6931 2.3.10: the salt has the length of the digest.
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const P1363 = { dsaEncoding: 'ieee-p1363' } as const;

// Without options, node:crypto uses PKCS #1 v1.5 for keys of type 'rsa'.
const SIGNATURES = new Map<string, SignatureAlgorithm>(
  [256, 384, 512].flatMap((bits) => {
    const hash = `sha${bits}`;
    return [
      [`${MORE}rsa-${hash}`, { label: `RSA-SHA${bits}`, keyTypes: ['rsa'], hash }],
      [
        `${MORE_2007}${hash}-rsa-MGF1`,
        { label: `RSA-PSS-SHA${bits}`, keyTypes: ['rsa', 'rsa-pss'], hash, options: PSS },
      ],
      [`${MORE}ecdsa-${hash}`, { label: `ECDSA-SHA${bits}`, keyTypes: ['ec'], hash, options: P1363 }],
    ] as const;
  }),
);
const SIGNATURES_SHA1 = new Map<string, SignatureAlgorithm>([
  [`${DS}rsa-sha1`, { label: 'RSA-SHA1', keyTypes: ['rsa'], hash: 'sha1' }],
]);

const DIGESTS = new Map([
  [`${XENC}sha256`, 'sha256'],
  [`${MORE}sha384`, 'sha384'],
  [`${XENC}sha512`, 'sha512'],
]);
const DIGESTS_SHA1 = new Map([[`${DS}sha1`, 'sha1']]);

const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const C14N_1_1 = 'http://www.w3.org/2006/12/xml-c14n11';
const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

// docs/decisions/forms-that-are-the-same.md: without comments and xml: attributes, three forms are the same as these two.
const CANONICAL_FORMS = new Map<string, NamedForm>([
  [EXC_C14N, { exclusive: true }],
  [`${EXC_C14N}WithComments`, { exclusive: true, withComments: true }],
  [C14N, { exclusive: false }],
  [`${C14N}#WithComments`, { exclusive: false, withComments: true }],
  [C14N_1_1, { exclusive: false, withoutXmlAttributes: true }],
  [`${C14N_1_1}#WithComments`, { exclusive: false, withComments: true, withoutXmlAttributes: true }],
]);

/** A canonical form by its name. `withComments` and `withoutXmlAttributes`: only accepted for what has none of them. */
export type NamedForm = Pick<CanonicalForm, 'exclusive'> & { withComments?: true; withoutXmlAttributes?: true };

/** Returns the signature algorithm of an identifier (RFC 6931 2.3). Refuses one that is not on the list, and SHA-1 unless it is allowed. */
export function signatureAlgorithm(identifier: string, allowSha1: boolean): SignatureAlgorithm {
  const found = SIGNATURES.get(identifier) ?? (allowSha1 ? SIGNATURES_SHA1.get(identifier) : undefined);
  const expected = 'RSA, RSA-PSS or ECDSA with SHA-256, 384 or 512';
  return (
    found ??
    refuse('algorithm_forbidden', {
      cause: SIGNATURES_SHA1.has(identifier) ? 'sha1' : undefined,
      expected,
      received: identifier,
    })
  );
}

/** Returns the name in node:crypto of a digest. Refuses one that is not on the list, and SHA-1 unless it is allowed. */
export function digestAlgorithm(identifier: string, allowSha1: boolean): string {
  const found = DIGESTS.get(identifier) ?? (allowSha1 ? DIGESTS_SHA1.get(identifier) : undefined);
  const expected = 'SHA-256, 384 or 512';
  return (
    found ??
    refuse('algorithm_forbidden', {
      cause: DIGESTS_SHA1.has(identifier) ? 'sha1_digest' : 'digest',
      expected,
      received: identifier,
    })
  );
}

/** Returns the canonical form of an identifier, or undefined. */
export function canonicalForm(identifier: string): NamedForm | undefined {
  return CANONICAL_FORMS.get(identifier);
}

/** Returns the keys that fit an algorithm. */
export function fittingKeys(keys: readonly KeyObject[], algorithm: SignatureAlgorithm): KeyObject[] {
  return keys.filter((key) => algorithm.keyTypes.includes(key.asymmetricKeyType ?? ''));
}
