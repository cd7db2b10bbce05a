import type { Deps } from '../deps.ts';
import { type Checked, type FieldErrors, invalid } from '../errors.ts';
import type { AttributeList } from '../people/attribute.ts';
import { sentColumns } from '../people/csv.ts';
import { type IdentityProvider, writePeopleRules } from '../store/identityProviders.ts';
import type { PeopleRules, SentMapping, ValueRule } from '../store/peopleRules.ts';
import { getProvider } from './providers.ts';
import { recordedRules, recordProviderChange } from './recordProvider.ts';

const MOST_RULES = 60;
const MOST_VALUES = 100;
const LONGEST = 512;

/** The rules of a provider that creates and updates nobody. */
export const noPeopleRules: PeopleRules = {
  create: false,
  update: false,
  userNameFrom: '',
  mapping: [],
  required: { attribute: '', values: [] },
  powerUser: { attribute: '', values: [] },
  groupsFrom: '',
};

/** Saves how a provider creates and updates people. @throws NotFound */
export async function changePeopleRules(
  deps: Deps,
  id: string,
  entered: PeopleRules,
): Promise<Checked<IdentityProvider & { people: PeopleRules }>> {
  const read = readPeopleRules(entered, deps.attributes.list);
  if (!read.ok) return read;
  return deps.store.db.transaction().execute(async (trx) => {
    const provider = await getProvider(trx, id);
    await writePeopleRules(trx, id, read.value);
    const before = recordedRules(provider.people ?? noPeopleRules);
    await recordProviderChange(deps, trx, provider, before, recordedRules(read.value));
    return { ok: true, value: { ...provider, people: read.value } };
  });
}

/** Checks how a provider is to create and update people. Errors are keyed by field: `0.from`, `required.attribute`. */
function readPeopleRules(entered: PeopleRules, attributes: AttributeList): Checked<PeopleRules> {
  const rules: PeopleRules = {
    ...entered,
    userNameFrom: entered.userNameFrom.trim(),
    mapping: entered.mapping.map(trimmedMapping).filter(({ from, to }) => from !== '' || to !== ''),
    required: trimmedRule(entered.required),
    powerUser: trimmedRule(entered.powerUser),
    groupsFrom: entered.groupsFrom.trim(),
  };
  const errors: FieldErrors = {
    ...nameErrors('userNameFrom', rules.userNameFrom),
    ...mappingErrors(rules.mapping, attributes),
    ...ruleErrors('required', rules.required),
    ...ruleErrors('powerUser', rules.powerUser),
    ...nameErrors('groupsFrom', rules.groupsFrom),
  };
  return Object.keys(errors).length > 0 ? invalid(errors) : { ok: true, value: rules };
}

function trimmedMapping({ from, to }: SentMapping): SentMapping {
  return { from: from.trim(), to: to.trim() };
}

function trimmedRule({ attribute, values }: ValueRule): ValueRule {
  const all = values.map((value) => value.trim()).filter((value) => value !== '');
  return { attribute: attribute.trim(), values: [...new Set(all)] };
}

function mappingErrors(mapping: SentMapping[], attributes: AttributeList): FieldErrors {
  if (mapping.length > MOST_RULES) return { '0.from': `Use at most ${MOST_RULES} lines.` };
  const known = new Set(sentColumns(attributes).map(({ header }) => header));
  const errors: FieldErrors = {};
  for (const [index, { from, to }] of mapping.entries()) {
    if (from === '') errors[`${index}.from`] = 'Enter the name of an attribute, or clear the line.';
    else Object.assign(errors, nameErrors(`${index}.from`, from));
    if (!known.has(to)) errors[`${index}.to`] = 'Select where it goes.';
    else if (mapping.slice(0, index).some((earlier) => earlier.to === to))
      errors[`${index}.to`] = 'Two attributes would be written here, and one of the values would be lost.';
  }
  return errors;
}

function ruleErrors(field: string, { attribute, values }: ValueRule): FieldErrors {
  const where = `${field}.values`;
  if (attribute === '' && values.length > 0)
    return { [`${field}.attribute`]: 'Enter the attribute that has these values.' };
  if (attribute !== '' && values.length === 0)
    return { [where]: 'Enter at least one value. Without one, nobody would have it.' };
  if (values.length > MOST_VALUES) return { [where]: `Use at most ${MOST_VALUES} values.` };
  if (values.some((value) => value.length > LONGEST)) return { [where]: `Use at most ${LONGEST} characters.` };
  return nameErrors(`${field}.attribute`, attribute);
}

function nameErrors(field: string, name: string): FieldErrors {
  if (name.length > LONGEST) return { [field]: `Use at most ${LONGEST} characters.` };
  return /\p{Cc}/u.test(name) ? { [field]: 'Control characters are not allowed here.' } : {};
}
