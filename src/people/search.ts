import { wordsOfAddress, wordsOfText } from '../store/searchWords.ts';
import type { AttributeList, PersonAttribute, UserAttributes } from './attribute.ts';
import { fromAttributes } from './attribute.ts';
import { listOf, textOf } from './values.ts';

const MAX_WORDS = 24;

const searchedIn = fromAttributes((attributes) => ({
  byWords: attributes.filter(({ searched, custom }) => searched === 'words' && !custom),
  byAddress: attributes.filter(({ searched }) => searched === 'address'),
  custom: attributes.filter(({ searched, custom }) => searched && custom),
}));

/** Returns the words that a person is found by: a search matches if each of its words is the start of one of them. */
export function searchWordsOf(person: UserAttributes, attributes: AttributeList): string[] {
  const { byWords, byAddress, custom } = searchedIn(attributes);
  const words = [
    ...byWords.flatMap((attribute) => textsOf(person, attribute)).flatMap(wordsOfText),
    ...byAddress.flatMap((attribute) => textsOf(person, attribute)).flatMap(wordsOfAddress),
  ];
  const standard = [...new Set(words)].slice(0, MAX_WORDS);
  if (custom.length === 0 || !person.profile.custom) return standard;
  const others = custom.flatMap((attribute) => wordsOfText(textOf(person, attribute)));
  return [...new Set([...standard, ...others])].slice(0, 2 * MAX_WORDS);
}

function textsOf(person: UserAttributes, attribute: PersonAttribute): string[] {
  if (attribute.type !== 'list') return [textOf(person, attribute)];
  return listOf(person, attribute).map(({ value = '' }) => value);
}
