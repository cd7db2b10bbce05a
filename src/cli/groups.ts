import { type GroupFilter, listGroups } from '../store/groups.ts';
import { listProviders } from '../store/identityProviders.ts';
import { listSources } from '../store/profileSources.ts';
import { type Call, type Command, isoTime, type Output, Refused, table } from './command.ts';

const PAGE = 1_000;

export const groupCommands: Command[] = [
  {
    name: 'group list',
    operands: '',
    summary: 'List the groups in the People Directory by name.',
    options: {
      beginning: { value: 'TEXT', help: 'Only groups whose names start with this.' },
      'managed-by': {
        value: 'NAME',
        help: 'Only groups that this profile source or identity provider manages, by name or ID. none: the others.',
      },
    },
    run: listAll,
  },
];

async function listAll(call: Call): Promise<Output> {
  const { db } = call.deps.store;
  const managers = [...(await listSources(db)), ...(await listProviders(db))];
  const wanted = call.text('managed-by');
  const filter: GroupFilter = {
    beginning: call.text('beginning'),
    sourceId: wanted === undefined ? undefined : wanted === 'none' ? null : idOf(managers, wanted),
  };
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
  const rows = json.map(({ displayName, members, managedBy }) => [displayName, `${members}`, managedBy ?? '']);
  return { json, text: table(['NAME', 'MEMBERS', 'MANAGED BY'], rows, 'No groups.') };
}

function idOf(managers: { id: string; name: string }[], name: string): string {
  const found = managers.filter((one) => one.id === name || one.name.toLowerCase() === name.toLowerCase());
  if (found.length > 1) throw new Refused(`${found.length} sources and providers are called ${name}. Use the ID.`);
  if (!found[0]) throw new Refused(`There is no profile source or identity provider ${name}.`);
  return found[0].id;
}
