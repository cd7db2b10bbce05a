import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import { provider } from './keys.ts';
import { type SignOptions, signAt } from './sign.ts';

/** Returns metadata with an enveloped signature as the first child of an element, by the key of `provider` unless the options say otherwise. */
export function signMetadata(
  xml: string,
  local: 'EntityDescriptor' | 'EntitiesDescriptor' = 'EntityDescriptor',
  options: Partial<SignOptions> = {},
): string {
  const marked = xml.replace(new RegExp(`(<(?:\\w+:)?${local}\\b)([^>]*>)`), '$1 ID="_signed"$2@@RESPONSE@@');
  return signAt(marked, '@@RESPONSE@@', local, options);
}

/** Returns a certificate in PEM for a key pair of the tests. */
export async function certificateOf({ privateKey, publicKey } = provider, name = 'federation'): Promise<string> {
  const pem = {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
  const { cert } = await generate([{ name: 'commonName', value: name }], { keyPair: pem, algorithm: 'sha256' });
  return new X509Certificate(cert).toString();
}
