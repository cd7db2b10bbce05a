import { contextWith, verifyField } from '../../test/saml/support/context.ts';
import { hereAtOnce } from '../measure.ts';
import type { Inputs } from '../messages.ts';
import type { Peer } from './peer.ts';

/** Returns Anteroom's verifier with all checks. */
export function anteroomPeer({ fields, provider, own }: Inputs): Peer {
  const context = contextWith({ decryptionKeys: [own.privateKey], signingKeys: [provider.publicKey] });
  const runner = (field: string) =>
    hereAtOnce(() => {
      const { refusal } = verifyField(field, context);
      if (refusal) throw refusal;
    });
  const runners = {
    one: runner(fields.one),
    both: runner(fields.both),
    groups200: runner(fields.groups200),
    encrypted: runner(fields.encrypted),
    encryptedInSigned: runner(fields.encryptedInSigned),
  };
  return { name: 'anteroom', version: 'this', runners, close: () => {} };
}
