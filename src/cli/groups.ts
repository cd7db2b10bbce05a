import { type GroupFilter, listGroups } from '../store/groups.ts';
import { listProviders } from '../store/identityProviders.ts';
import { listSources } from '../store/profileSources.ts';
import { command } from './command.ts';
import { text } from './options.ts';
import { isoTime, table } from './print.ts';
import { oneNamed } from './targets.ts';

const PAGE = 1_000;

export const groupCommands = [
  command({
    name: 'group list',
    summary: 'List the groups in the People Directory by name.',
    options: {
      beginning: text('TEXT', 'Only groups whose names start with this.'),
      managedBy: text(
        'NAME',
        'Only groups that this profile source or identity provider manages, by name or ID. none: the others.',
      ),
    },
    async run({ deps, options: { beginning, managedBy } }) {
      const { db } = deps.store;
      const managers = [...(await listSources(db)), ...(await listProviders(db))];
      const filter: GroupFilter = { beginning };
      if (managedBy === 'none') filter.sourceId = null;
      else if (managedBy !== undefined)
        filter.sourceId = oneNamed(managers, managedBy, 'profile source or identity provider').id;
      const groups = [];
      for (let total = 1; groups.length < total; ) {
        const page = await listGroups(db, filter, { limit: PAGE, offset: groups.length });
        total = page.rows.length === 0 ? 0 : page.total;
        groups.push(...page.rows);
      }
      const json = groups.map(({ id, displayName, externalId, sourceId, members, modifiedAt }) => ({
        ...{ id, displayName, externalId, members },
        managedBy: managers.find((manager) => manager.id === sourceId)?.name ?? null,
        modifiedAt: isoTime(modifiedAt),
      }));
      const rows = json.map(({ displayName, members, managedBy }) => ({
        ...{ NAME: displayName, MEMBERS: members, 'MANAGED BY': managedBy },
      }));
      return { json, text: table(rows, 'No groups.') };
    },
  }),
];
