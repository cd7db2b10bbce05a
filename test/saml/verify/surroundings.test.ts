import { expect } from 'chai';
import type { AssertionContent } from '../../../src/saml/verify/assertion.ts';
import { encode } from '../corpus/hostile.ts';
import { verifyField } from '../support/context.ts';
import { randomNumbers } from '../support/mutate.ts';
import { axes, type Choice, encryptedMessage, plainMessage } from '../support/surroundings.ts';

const RANDOM = 1_000;

describe('an encrypted Assertion in any surroundings', () => {
  it('says what it says when sent plainly, or is refused', () => {
    const accepted = new Map<string, number>();
    const refused = new Map<string, number>();
    for (const choice of [...declared(), ...random(20261129)]) {
      const xml = encryptedMessage(choice);
      const { refusal, content } = verifyField(encode(xml));
      const [outcome, key] = refusal ? [refused, refusal.reason] : [accepted, choice.style];
      outcome.set(key, (outcome.get(key) ?? 0) + 1);
      if (!refusal) expect(textOf(content), `${JSON.stringify(choice)}\n${xml}`).to.equal(sentPlainly(choice));
    }
    expect([...accepted.keys()].sort()).to.deep.equal([...axes.style].sort());
    expect([...refused.keys()]).to.include.members(['namespace_unsigned', 'signature_invalid', 'response_malformed']);
  }).timeout(120_000);
});

const plain = new Map<string, string>();

function sentPlainly(choice: Choice): string {
  const key = `${choice.content} ${choice.style} ${choice.signed}`;
  const known = plain.get(key);
  if (known !== undefined) return known;
  const { refusal, content } = verifyField(encode(plainMessage(choice)));
  expect(refusal, key).to.equal(undefined);
  plain.set(key, textOf(content));
  return textOf(content);
}

/** Every content in every style with every addition, at the places and with the wrappers in turn. */
function* declared(): Generator<Choice> {
  const fixed = { rewrite: 'nothing', signed: 'assertion', addedBy: 'an attacker' } as const;
  let made = 0;
  const next = <Entry>(entries: readonly Entry[], step: number) => entries[Math.floor(made / step) % entries.length];
  for (const content of axes.content)
    for (const style of axes.style)
      for (const addition of axes.addition) {
        const [place, wrapper] = [next(axes.place, 1), next(axes.wrapper, 3)];
        made += 1;
        if (place && wrapper) yield { ...fixed, content, style, addition, place, wrapper };
      }
}

function* random(seed: number): Generator<Choice> {
  const numbers = randomNumbers(seed);
  const pick = <Entry>(entries: readonly Entry[]) => entries[numbers() % entries.length] as Entry;
  for (let made = 0; made < RANDOM; made++)
    yield {
      content: pick(axes.content),
      style: pick(axes.style),
      addition: pick(axes.addition),
      rewrite: pick(axes.rewrite),
      place: pick(axes.place),
      wrapper: pick(axes.wrapper),
      signed: pick(axes.signed),
      addedBy: pick(axes.addedBy),
    };
}

function textOf(content: AssertionContent | undefined): string {
  return JSON.stringify({ ...content, attributes: [...(content?.attributes ?? [])] });
}
