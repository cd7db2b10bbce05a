import { expect } from 'chai';
import { everyCheck } from '../../../src/saml/checkResults.ts';
import { type KeptMessages, sealMessages, sealRequest } from '../../../src/saml/messages/keep.ts';
import { shortenedXml } from '../../../src/saml/messages/shorten.ts';
import { type MessageView, messageView, type Reading } from '../../../src/saml/messages/view.ts';
import type { LoginContext } from '../../../src/saml/verify/check.ts';
import { loginChecks } from '../../../src/saml/verify/pipeline.ts';
import { placesRead } from '../../../src/saml/verify/places.ts';
import { deriveSecrets } from '../../../src/secrets.ts';
import type { ShownCheck } from '../../../src/store/loginActivity.ts';
import { parseFragment, parseXml } from '../../../src/xml/parse.ts';
import { namespacesInScope } from '../../../src/xml/scope.ts';
import type { XmlElement } from '../../../src/xml/tree.ts';
import { aLoginRequest } from '../../support/rows.ts';
import { seededBytes } from '../../support/testDeps.ts';
import { encryptionCases } from '../corpus/encryptions.ts';
import { formCases } from '../corpus/forms.ts';
import { honestCases } from '../corpus/honest.ts';
import { cut, encode, honest, signedLie, swap } from '../corpus/hostile.ts';
import { signatureCases } from '../corpus/signatures.ts';
import { signedResponseCases, statementCases } from '../corpus/statements.ts';
import { wrappingCases } from '../corpus/wrapping.ts';
import { contextWith, NOW, REQUEST_ID, verifyField } from '../support/context.ts';

const secrets = deriveSecrets(Buffer.alloc(32, 1), seededBytes('view'));
const REQUEST = `<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="${REQUEST_ID}" ForceAuthn="true"></p:AuthnRequest>`;

function viewOf(login: LoginContext): MessageView {
  const messageSealed = sealRequest({ secrets }, REQUEST);
  login.claimedRequest = aLoginRequest({ domainId: login.domainId, messageSealed });
  const kept: KeptMessages = JSON.parse(secrets.unseal(sealMessages({ secrets }, login) ?? ''));
  return messageView(kept, login.results as ShownCheck[]);
}

/** What a check read: the marked texts, and whether they are missing. */
function readBy(view: MessageView, check: string): (string | [string, 'missing'])[] {
  const marked = view.messages.flatMap(({ lines }) => lines.flatMap(({ pieces }) => pieces));
  return marked.flatMap(({ text, readings }) =>
    readings
      .filter(({ name }) => name === check)
      .map(({ isMissing }) => (isMissing ? ([text, 'missing'] as const) : text) as string),
  );
}

describe('saml/messages/view', () => {
  it('marks what each check read, and links each check to it', () => {
    const forced = { id: REQUEST_ID, forceAuthn: true, issuedAt: NOW - 60_000 };
    const view = viewOf(verifyField(encode(honest()), contextWith({ expectedRequest: forced })));
    expect(readBy(view, 'Destination')).to.deep.equal(['https://intranet.acme.com/saml/acs']);
    expect(readBy(view, 'Audience')).to.deep.equal(['https://intranet.acme.com/saml/metadata']);
    expect(readBy(view, 'InResponseTo')).to.deep.equal([REQUEST_ID, REQUEST_ID, REQUEST_ID]);
    expect(readBy(view, 'Fresh login')).to.include('true');
    expect(readBy(view, 'Subject')).to.deep.equal(['ada@acme.com']);
    expect(readBy(view, 'Place of the signature')).to.deep.equal(['ds:Signature']);
    const anchors = view.messages
      .flatMap(({ lines }) => lines.flatMap(({ pieces }) => pieces.flatMap(({ readings }) => readings)))
      .map(({ id }: Reading) => `#${id}`);
    expect(new Set(anchors).size).to.equal(anchors.length);
    expect([...view.links.values()].flat().map(({ href }) => href)).to.have.members(anchors);
    expect(view.links.get('Destination')).to.deep.equal([{ href: '#read-15-1', text: 'Response/@Destination' }]);
  });

  it('marks the attribute that names the person, and nothing that was not reached', () => {
    const settings = { matchAttribute: 'mail' };
    const view = viewOf(verifyField(encode(honest()), contextWith({ settings })));
    expect(readBy(view, 'Subject')).to.deep.equal(['ada@acme.com']);
    expect(view.links.get('Subject')?.[0]?.text).to.equal('Attribute/AttributeValue');
    const early = viewOf(verifyField(encode(honest()), contextWith({ signingKeys: [] })));
    expect([...early.links.keys()].at(-1)).to.equal('Signature');
  });

  it('shows where something is missing that a failed check wants', () => {
    const view = viewOf(
      verifyField(
        encode(
          signedLie(
            ({ conditions }) => ({ conditions: swap(conditions, cut(conditions, 'saml:AudienceRestriction'), '') }),
            'assertion',
          ),
        ),
      ),
    );
    expect(readBy(view, 'Audience')).to.deep.equal([['saml:Conditions', 'missing']]);
    const destination = signedLie(
      ({ responseAttributes }) => ({ responseAttributes: swap(responseAttributes, / Destination="[^"]*"/, '') }),
      'response',
    );
    expect(readBy(viewOf(verifyField(encode(destination))), 'Destination')).to.deep.equal([
      ['samlp:Response', 'missing'],
    ]);
  });

  it('shows where the name of the person is missing, and not at a NameID that people are not matched by', () => {
    const subjectOf = (field: string, settings?: { matchAttribute: string }) =>
      readBy(viewOf(verifyField(field, contextWith(settings && { settings }))), 'Subject');
    const withoutNameId = signedLie(
      ({ subject }) => ({ subject: swap(subject, cut(subject, 'saml:NameID'), '') }),
      'assertion',
    );
    expect(subjectOf(encode(withoutNameId))).to.deep.equal([['saml:Subject', 'missing']]);
    expect(subjectOf(encode(honest()), { matchAttribute: 'uid' })).to.deep.equal([
      ['saml:AttributeStatement', 'missing'],
    ]);
  });

  it('says which Assertion was decrypted', () => {
    const { field, context } = honestCases().find(({ name }) => name.includes('ncrypted')) ?? { field: '' };
    const { messages } = viewOf(verifyField(field, context));
    const notes = messages.flatMap(({ lines }) =>
      lines.flatMap(({ pieces }) => pieces.filter(({ kind }) => kind === 'note')),
    );
    expect(notes.map(({ text }) => text)).to.deep.equal(['decrypted:']);
  });

  it('shows every message of the corpus, whatever it was refused for', () => {
    const hostile = [
      wrappingCases(),
      signatureCases(),
      statementCases(),
      signedResponseCases(),
      formCases(),
      encryptionCases(),
    ];
    for (const { name, field, context } of [...hostile.flat(), ...honestCases()]) {
      const { messages, unreadable } = viewOf(verifyField(field, context));
      const text = JSON.stringify(messages);
      expect(
        messages.some((message) => message.name === 'response') || unreadable || !verifyField(field, context).octets,
        name,
      ).to.be.ok;
      expect(text.length, name).to.be.below(1_000_000);
    }
  });

  it('shows a decrypted Assertion that is within the limits of a message, in a Response that is too', () => {
    const declared = Array.from({ length: 11 }, (_, index) => `xmlns:n${index}="urn:n"`).join(' ');
    const encrypted = `<s:EncryptedAssertion xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion" ${declared}></s:EncryptedAssertion>`;
    const root = parseXml(Buffer.from(`<R ${declared}>${encrypted}</R>`));
    const [around] = root.children as [XmlElement];
    const assertion = Buffer.from(`<s:Assertion ${declared}></s:Assertion>`);
    const { root: decrypted } = parseFragment(assertion, namespacesInScope(around));
    const response = shortenedXml(root, 10_000, decrypted);
    expect(JSON.stringify(messageView({ response, named: '' }, []))).to.contain('s:Assertion');
  });

  it('has the places of every check, of the right form, and of no other', () => {
    expect(Object.keys(placesRead).map(Number)).to.deep.equal(
      everyCheck.map(({ number }) => number).toSorted((one, other) => one - other),
    );
    for (const place of Object.values(placesRead).flat())
      expect(place).to.match(/^(AuthnRequest|Response|Assertion|Logout)(\/[A-Z]\w+)*(\/@[A-Z]\w+|\/…)?\??$/);
    for (const check of [...loginChecks.verify, ...loginChecks.match])
      expect(check.reads, check.name).to.not.deep.equal([]);
  });
});
