import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { Conflict } from '../../src/errors.ts';
import {
  cancelNextKey,
  createNextKey,
  findMetadataKeys,
  findPrivateKeys,
  findSigningKey,
  retireKey,
  switchBack,
  switchToNextKey,
} from '../../src/federation/domainKeys.ts';
import { ensureFirstDomain, setUpDomain } from '../../src/federation/domains.ts';
import { type Domain, listDomainKeys, listDomains } from '../../src/store/domains.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('federation/domainKeys', () => {
  withStores((open) => {
    let deps: TestDeps;
    let domain: Domain;
    let first: string; // the certificate of the setup

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      await ensureFirstDomain(deps);
      const [{ id = '' } = {}] = await listDomains(deps.store.db);
      domain = await setUpDomain(deps, id);
      first = await signs();
      deps.clock.advance(1);
    });

    it('publishes the next key at once, encrypts for it and signs with the one before', async () => {
      await createNextKey(deps, domain);
      const next = await certificateOf('next');
      expect(new X509Certificate(next).subject).to.equal('CN=localhost');
      expect(await published()).to.deep.equal({ signing: [first, next], encryption: next });
      expect(await signs()).to.equal(first);
      expect(await findPrivateKeys(deps, domain.id)).to.have.lengthOf(2);
      const [{ privateKeySealed = '' } = {}] = await listDomainKeys(deps.store.db, domain.id);
      expect(privateKeySealed).not.to.contain('PRIVATE KEY');
    });

    it('switches to the next key, and back', async () => {
      await createNextKey(deps, domain);
      const next = await certificateOf('next');
      await switchToNextKey(deps, domain);
      expect(await signs()).to.equal(next);
      expect(await published()).to.deep.equal({ signing: [next, first], encryption: next });
      await switchBack(deps, domain);
      expect(await signs()).to.equal(first);
      expect(await published()).to.deep.equal({ signing: [first, next], encryption: next });
      expect(await findPrivateKeys(deps, domain.id)).to.have.lengthOf(2);
    });

    it('forgets the old key when it is retired, and then there can be a next one', async () => {
      await createNextKey(deps, domain);
      await switchToNextKey(deps, domain);
      const next = await signs();
      await retireKey(deps, domain);
      expect(await published()).to.deep.equal({ signing: [next], encryption: next });
      expect(await findPrivateKeys(deps, domain.id)).to.have.lengthOf(1);
      await createNextKey(deps, domain);
      expect(await findPrivateKeys(deps, domain.id)).to.have.lengthOf(2);
    });

    it('decrypts with a cancelled key until it is retired, because a provider may have it', async () => {
      await createNextKey(deps, domain);
      await cancelNextKey(deps, domain);
      expect(await published()).to.deep.equal({ signing: [first], encryption: first });
      expect(await findPrivateKeys(deps, domain.id)).to.have.lengthOf(2);
      await retireKey(deps, domain);
      expect(await findPrivateKeys(deps, domain.id)).to.have.lengthOf(1);
    });

    it('refuses every step out of order, and has two keys at most', async () => {
      for (const step of [switchToNextKey, switchBack, cancelNextKey, retireKey])
        expect(await failure(step(deps, domain)), step.name).to.be.instanceOf(Conflict);
      await createNextKey(deps, domain);
      for (const step of [switchBack, retireKey])
        expect(await failure(step(deps, domain)), step.name).to.be.instanceOf(Conflict);
      expect(await failure(createNextKey(deps, domain))).to.be.instanceOf(Conflict);
      await switchToNextKey(deps, domain);
      for (const step of [switchToNextKey, cancelNextKey])
        expect(await failure(step(deps, domain)), step.name).to.be.instanceOf(Conflict);
      expect(await failure(createNextKey(deps, domain))).to.be.instanceOf(Conflict);
    });

    it('creates one next key, and switches once, of several at the same time', async () => {
      const created = await Promise.all([1, 2, 3].map(() => failure(createNextKey(deps, domain))));
      expect(created.filter((error) => error === undefined)).to.have.lengthOf(1);
      const switched = await Promise.all([1, 2, 3].map(() => failure(switchToNextKey(deps, domain))));
      expect(switched.filter((error) => error === undefined)).to.have.lengthOf(1);
      const roles = (await listDomainKeys(deps.store.db, domain.id)).map(({ role }) => role);
      expect(roles.sort()).to.deep.equal(['current', 'old']);
    });

    async function signs(): Promise<string> {
      return (await findSigningKey(deps, domain.id))?.certificate ?? '';
    }

    async function published() {
      const keys = await findMetadataKeys(deps, domain.id);
      expect(keys?.certificate, 'the first certificate is that of the key that signs').to.equal(keys?.forSigning[0]);
      return { signing: keys?.forSigning, encryption: keys?.forEncryption };
    }

    async function certificateOf(role: string): Promise<string> {
      return (await listDomainKeys(deps.store.db, domain.id)).find((key) => key.role === role)?.certificate ?? '';
    }
  });
});

function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
