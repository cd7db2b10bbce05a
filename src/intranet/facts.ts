import { type AttributeList, type PersonAttribute, personSections } from '../people/attribute.ts';
import { linesOfCustom } from '../people/customValue.ts';
import { nameOf } from '../people/users.ts';
import { listOf, storedValue, textOf } from '../people/values.ts';
import type { Address } from '../store/profile.ts';
import type { User } from '../store/users.ts';

/** The people named in custom attributes, by ID. */
type Named = ReadonlyMap<string, User>;

/** One line of a profile. With `href` the value is a link. */
type Fact = { label: string; value: string; href?: string };
type FactSection = { title: string; facts: Fact[] };

/** Returns what colleagues see of a person. */
export function factsForColleagues(user: User, attributes: AttributeList, named: Named): FactSection[] {
  return sectionsOf(user, attributes, named, ({ visibleTo }) => visibleTo === 'everyone');
}

/** Returns what a person sees of themselves. */
export function allFacts(user: User, attributes: AttributeList, named: Named): FactSection[] {
  return sectionsOf(user, attributes, named, ({ visibleTo }) => visibleTo !== 'powerUsers');
}

/** Returns the photo to show: a picture inside the value itself. A web address would tell another server who looks at the profile. */
export function photoOf(user: User): string | undefined {
  const photos = user.profile.photos ?? [];
  const values = [...photos.filter((photo) => photo.primary), ...photos].map((photo) => photo.value ?? '');
  return values.find((value) => /^data:image\/(png|jpeg|gif|webp);base64,[\w+/=]+$/.test(value));
}

function sectionsOf(
  user: User,
  attributes: AttributeList,
  named: Named,
  isVisible: (attribute: PersonAttribute) => boolean,
): FactSection[] {
  const visible = attributes.filter(isVisible);
  return Object.entries(personSections)
    .map(([id, title]) => ({
      title,
      facts: visible.filter(({ section }) => section === id).flatMap((attribute) => factsOf(user, attribute, named)),
    }))
    .filter(({ facts }) => facts.length > 0);
}

/** The photo and the manager are shown beside the facts. */
function factsOf(user: User, attribute: PersonAttribute, named: Named): Fact[] {
  const { type, label } = attribute;
  if (attribute.custom) return customFacts(user, attribute, named);
  switch (type) {
    case 'photo':
    case 'person':
      return [];
    case 'boolean':
      return storedValue(user, attribute) === true ? [{ label, value: 'yes' }] : [];
    case 'list':
      return listFacts(user, attribute);
    case 'addresses':
      return (user.profile.addresses ?? []).flatMap((address) => {
        const value = addressText(address);
        return value === '' ? [] : [{ label: withKind(attribute, address.type), value }];
      });
    default: {
      const value = textOf(user, attribute);
      return value === '' ? [] : [{ label, value, ...webLink(value) }];
    }
  }
}

/** Links and people have a line each. Colleagues who were deactivated are not shown. */
function customFacts(user: User, attribute: PersonAttribute, named: Named): Fact[] {
  const { label, type } = attribute;
  const text = textOf(user, attribute);
  const lines = linesOfCustom(attribute, text);
  if (type === 'link') return lines.map((value) => ({ label, value, ...webLink(value) }));
  if (type !== 'person') return text === '' ? [] : [{ label, value: text }];
  const people = lines.flatMap((id) => named.get(id) ?? []).filter(({ active }) => active);
  return people.map((person) => ({ label, value: nameOf(person), href: `/people/${person.id}` }));
}

/** The primary value comes first. */
function listFacts(user: User, attribute: PersonAttribute): Fact[] {
  const { linkTo } = attribute;
  const values = listOf(user, attribute);
  const sorted = [...values.filter(({ primary }) => primary), ...values.filter(({ primary }) => !primary)];
  return sorted.flatMap(({ value, display, type }) => {
    if (!value) return [];
    const target = linkTo === 'tel:' ? value.replace(/[^+\d]/g, '') : value;
    const fact = { label: withKind(attribute, type), value: display ?? value };
    return [linkTo ? { ...fact, href: linkTo + target } : fact];
  });
}

/** Only a web address becomes a link: never `javascript:` and the like. */
function webLink(value: string): { href?: string } {
  return /^https?:\/\//i.test(value) && URL.canParse(value) ? { href: new URL(value).href } : {};
}

function withKind({ label, one = label }: PersonAttribute, kind: string | undefined): string {
  return kind ? `${one} (${kind})` : one;
}

function addressText({ formatted, streetAddress, postalCode, locality, region, country }: Address): string {
  const parts = [streetAddress, [postalCode, locality].filter(Boolean).join(' '), region, country].filter(Boolean);
  return parts.join(', ') || (formatted ?? '');
}
