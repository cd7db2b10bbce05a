import type { ReasonCode } from '../reasons.ts';

/** How one product is set up as the identity provider of a domain, in the words and the order of its own screens. */
export type ProviderGuide = {
  id: string; // in URLs, and for --provider
  name: string;
  recognizedBy: RegExp; // matches the EntityID, the metadata URL or a login URL of its identity providers
  forms: GuideForm[];
  metadata: string; // where its metadata is
  access: string; // how its people are allowed to log in
  start: string; // how the tile opens a page of the intranet
  pitfalls: Pitfall[];
};

/** A form of the product. There is a drawing of each in public/guides/. */
export type GuideForm = { title: string; where: string; note?: string; fields: GuideField[] };

/**
 * A field with the product's own label, and what goes into it: text with the values of the domain in braces, one line (`enter`) or several
 * (`code`); an option to select (`choose`); a box to tick or to clear; a file to upload; or nothing.
 */
export type GuideField = { label: string; note?: string } & (
  | { enter: string }
  | { code: string }
  | { choose: string }
  | { tick: boolean }
  | { file: 'certificate' | 'metadata' }
  | { empty: true }
);

/** What often goes wrong, and the reason with which it is refused here. Without one, the product shows an error page of its own. */
export type Pitfall = { text: string; reason?: ReasonCode };
