import { type Erased, erasePerson, exportPerson } from '../people/personData.ts';
import { removeUser } from '../people/users.ts';
import { type Call, type Command, list, type Output, UsageError } from './command.ts';
import { userNamed } from './userNamed.ts';

export const personDataCommands: Command[] = [
  {
    name: 'person export',
    operands: 'NAME',
    summary: 'Print all that is stored about a person, as JSON.',
    run: async ({ deps, operands }) => {
      const json = await exportPerson(deps, await userNamed(deps, operands[0]));
      return { json, text: JSON.stringify(json, null, 2) };
    },
  },
  {
    name: 'person erase',
    operands: 'NAME',
    summary: 'Delete a person, and take them out of all logs.',
    options: { yes: { help: 'Required: this cannot be undone.' } },
    notes: 'A profile source that still has the person adds them again. Remove them there first.',
    run: erase,
  },
];

async function erase({ deps, operands, has }: Call): Promise<Output> {
  const user = await userNamed(deps, operands[0]);
  if (!has('yes'))
    throw new UsageError('This cannot be undone. Add --yes to delete the person and take them out of all logs.');
  await removeUser(deps, user.id);
  const erased = await erasePerson(deps, user);
  const warnings =
    user.sourceId === null
      ? []
      : ['A profile source managed this person, and adds them again unless they are removed there.'];
  return { json: { id: user.id, ...erased }, text: list(linesOf(erased)), warnings };
}

function linesOf(erased: Erased): [string, string][] {
  return [
    ['Login attempts', String(erased.logins)],
    ['SCIM requests', String(erased.scimRequests)],
    ['Events of webhooks', String(erased.webhookEvents)],
    ['Mails', String(erased.mails)],
    ['Lines of imports and bulk changes', String(erased.importsAndBulkChanges)],
    ['Audit entries', String(erased.auditEntries)],
  ];
}
