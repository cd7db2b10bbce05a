import { type Erased, erasePerson, exportPerson } from '../people/personData.ts';
import { removeUser } from '../people/users.ts';
import { command, UsageError } from './command.ts';
import { flag } from './options.ts';
import { list } from './print.ts';
import { person } from './targets.ts';

export const personDataCommands = [
  command({
    name: 'person export',
    operands: [person],
    summary: 'Print all that is stored about a person, as JSON.',
    run: async ({ deps }, user) => ({ json: await exportPerson(deps, user) }),
  }),
  command({
    name: 'person erase',
    operands: [person],
    summary: 'Delete a person, and take them out of all logs.',
    options: { yes: flag('Required: this cannot be undone.') },
    notes: 'A profile source that still has the person adds them again. Remove them there first.',
    async run({ deps, options }, user) {
      if (!options.yes)
        throw new UsageError('This cannot be undone. Add --yes to delete the person and take them out of all logs.');
      await removeUser(deps, user.id);
      const erased = await erasePerson(deps, user);
      const warning = 'A profile source managed this person, and adds them again unless they are removed there.';
      return {
        json: { id: user.id, ...erased },
        text: textOf(erased),
        warnings: user.sourceId === null ? [] : [warning],
      };
    },
  }),
];

function textOf(erased: Erased): string {
  return list([
    ['Login attempts', erased.logins],
    ['SCIM requests', erased.scimRequests],
    ['Events of webhooks', erased.webhookEvents],
    ['Mails', erased.mails],
    ['Lines of imports and bulk changes', erased.importsAndBulkChanges],
    ['Audit entries', erased.auditEntries],
  ]);
}
