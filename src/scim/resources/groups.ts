import { addGroupIn, changeGroupIn, deleteGroupIn } from '../../people/groups.ts';
import { recordMemberChange } from '../../people/recordGroup.ts';
import { countMembers } from '../../store/groupMembers.ts';
import { findGroup, findGroupByName, type Group, updateGroup } from '../../store/groups.ts';
import type { Change } from '../../store/scimLog.ts';
import { selectGroups } from '../../store/selection.ts';
import type { Call } from '../http/call.ts';
import { changesBetween } from '../http/log.ts';
import { applyPatch, type PatchStep } from '../protocol/patch.ts';
import type { Json } from '../schema/json.ts';
import { groupType } from '../schema/schema.ts';
import { groupJson, groupsJson } from './groupResource.ts';
import { addMembers, type MemberChange, memberIds, patchMembers, replaceMembers } from './members.ts';
import { type Model, type Update, versionTag } from './operations.ts';

const LARGE_GROUP = 1_000; // members
const MAX_LOGGED_IDS = 100;

type Fields = Pick<Group, 'displayName' | 'externalId'>;

/** Groups as SCIM resources. Members are rows of their own: they are changed one by one and never read as a whole. */
export const groups: Model<Group> = {
  typeOf: () => groupType,
  table: 'groups',
  uniqueAttribute: 'displayName',
  hasOwners: false,
  nameOf: ({ displayName }) => displayName,
  find: findGroup,
  findByName: findGroupByName,
  select: selectGroups,
  lock: (db, id) => updateGroup(db, id, undefined, undefined),
  async create(call, resource) {
    const { deps, source } = call;
    const fields = fieldsOf(resource);
    const ids = memberIds(resource.members);
    return async (db) => {
      const row = await addGroupIn(db, deps, { ...fields, sourceId: source.id });
      const members = await addMembers(db, call, row.id, ids);
      await recordMemberChange(db, deps, row, members);
      return { row, changes: [...changesBetween({}, attributesOf(row)), ...memberChanges(members)] };
    };
  },
  async replace(call, resource) {
    const ids = memberIds(resource.members);
    return updateOf(
      call,
      () => fieldsOf(resource),
      (db, { id }) => replaceMembers(db, call, id, ids),
    );
  },
  async patch(call, steps) {
    const isMembers = ({ attribute }: PatchStep) => attribute.name === 'members';
    const [memberSteps, ownSteps] = [steps.filter(isMembers), steps.filter((step) => !isMembers(step))];
    return updateOf(
      call,
      (before) => fieldsOf(applyPatch(groupType, attributesOf(before), ownSteps)),
      (db, { id }) => patchMembers(db, call, id, memberSteps),
    );
  },
  // The members stay active: the client deactivates them itself.
  delete: (db, { deps }, group) => deleteGroupIn(db, deps, group),
  isLarge: async ({ deps }, { id }) => (await countMembers(deps.store.db, id, LARGE_GROUP + 1)) > LARGE_GROUP,
  represent: async (call, group, projection) => ({
    version: versionTag(group.version),
    body: groupJson(call, group, projection),
  }),
  writeJson: groupsJson,
};

function updateOf(
  { deps, source }: Call,
  change: (before: Group) => Fields,
  changeMembers: (...[db, before]: Parameters<Update<Group>>) => Promise<MemberChange>,
): Update<Group> {
  return async (db, before) => {
    const fields = change(before);
    const members = await changeMembers(db, before);
    const changes = changesBetween(attributesOf(before), attributesOf(fields));
    return {
      changes: [...changes, ...memberChanges(members)],
      save: async () => {
        const { displayName, ...others } = fields;
        const renamed = displayName === before.displayName ? {} : { displayName };
        const written = { ...others, ...renamed, sourceId: source.id };
        const after = await changeGroupIn(db, deps, before, written);
        if (after) await recordMemberChange(db, deps, after, members);
        return after;
      },
    };
  };
}

function attributesOf({ displayName, externalId }: Fields): Json {
  return { displayName, ...(externalId === null ? {} : { externalId }) };
}

function fieldsOf({ displayName, externalId }: Json): Fields {
  return { displayName: String(displayName), externalId: typeof externalId === 'string' ? externalId : null };
}

function memberChanges({ added, removed }: MemberChange): Change[] {
  if (added.length === 0 && removed.length === 0) return [];
  const shown = (ids: string[]) =>
    ids.length > MAX_LOGGED_IDS ? [...ids.slice(0, MAX_LOGGED_IDS), `and ${ids.length - MAX_LOGGED_IDS} more`] : ids;
  return [
    {
      attribute: 'members',
      ...(removed.length > 0 ? { before: shown(removed) } : {}),
      ...(added.length > 0 ? { after: shown(added) } : {}),
    },
  ];
}
