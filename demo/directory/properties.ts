import type { PropertyKey } from './types.ts';

/** The properties of a person with their labels, in the order of the forms. */
export const properties: readonly { key: PropertyKey; label: string }[] = [
  { key: 'firstname', label: 'First Name' },
  { key: 'lastname', label: 'Last Name' },
  { key: 'username', label: 'Username' },
  { key: 'email', label: 'Company Email' },
  { key: 'employeeIdentifier', label: 'Employee ID' },
  { key: 'employeeType', label: 'Employee Type' },
  { key: 'jobTitle', label: 'Job Title' },
  { key: 'department', label: 'Department' },
  { key: 'company', label: 'Company' },
  { key: 'location', label: 'Location' },
  { key: 'preferredLanguage', label: 'Preferred Language' },
  { key: 'locale', label: 'Locale' },
  { key: 'workPhone', label: 'Work Phone' },
  { key: 'workStreetAddress', label: 'Work Street Address' },
  { key: 'workCity', label: 'Work City' },
  { key: 'workState', label: 'Work State' },
];

/** The keys of `properties`. */
export const propertyKeys: readonly PropertyKey[] = properties.map((property) => property.key);

/** Returns whether `key` names a property of a person. */
export function isPropertyKey(key: string): key is PropertyKey {
  return (propertyKeys as readonly string[]).includes(key);
}
