import type { XmlElement } from '../../xml/tree.ts';
import type { AssertionContent } from './assertion.ts';
import { refuse } from './refusal.ts';
import type { ResponseParts } from './structure.ts';
import type { VerifyContext } from './verdict.ts';

/** What is known of a Response while it is judged; each check may rely on what those before it filled in. */
export type Hearing = {
  root: XmlElement;
  parts?: ResponseParts;
  responseSigned?: boolean; // and verified
  assertion?: XmlElement; // verified: the Response around it was signed, or it was itself
  content?: AssertionContent;
};

/** One check of the verdict: its name as a Power User reads it, and the judgement, which gives a detail or throws a Refusal. */
export type Step = { name: string; judge: (hearing: Hearing, context: VerifyContext) => string | undefined };

/** The parts of the Response; the check of its structure comes first. */
export function partsIn(hearing: Hearing): ResponseParts {
  return hearing.parts ?? refuse('response_malformed');
}

/** What the verified Assertion says. Refuses where none was verified: no check after it can be passed by leaving one out. */
export function contentIn(hearing: Hearing): AssertionContent {
  return hearing.content ?? refuse('signature_missing');
}
