import type { Application, State } from '../directory/types.ts';
import { rememberedAt } from './connection.ts';
import type { EventName } from './insights.ts';
import { type GroupStep, planArrivals, planDepartures, planGroups, type UserStep } from './plan.ts';
import { userAttributes, userResource } from './userAttributes.ts';

/** One step that would be sent, as it would be in Directory Insights. `detail` is what the request would contain. */
export type PreviewedStep = { name: EventName; subject: string; detail: string };

/**
 * Returns what the next synchronization would send to an application, in order, or the first one after Activate if it is not connected.
 * Nothing is sent.
 */
export function previewSteps(state: State, application: Application): PreviewedStep[] {
  const { identityManagement: settings } = application;
  const remembered = settings.active ? settings : { ...settings, ...rememberedAt(settings, settings.baseUrl) };
  const planned = { ...application, identityManagement: remembered };
  const arrivals = planArrivals(state, planned, new Map());
  const arriving = arrivals.flatMap((step) => (step.kind === 'provision' ? [step.person.id] : []));
  const departures = planDepartures(state, planned);
  const nameOf = (id: string) =>
    state.people.find((person) => person.id === id)?.username ?? remembered.people[id]?.attributes.userName ?? id;
  return [
    ...arrivals.map((step) => previewedPerson(step, nameOf)),
    ...planGroups(state, planned, arriving).map((step) => previewedGroup(step, planned, nameOf)),
    ...departures.map((step) => previewedPerson(step, nameOf)),
  ];
}

function previewedPerson(step: UserStep, nameOf: (id: string) => string): PreviewedStep {
  switch (step.kind) {
    case 'provision': {
      const { person } = step;
      const resource = userResource(userAttributes(person), undefined);
      return { name: 'user_create_provision', subject: person.username, detail: shown(resource) };
    }
    case 'update':
      return { name: 'user_update_provision', subject: step.person.username, detail: lines(step.operations) };
    case 'deprovision': {
      const detail = lines([{ op: 'replace', path: 'active', value: false }]);
      return { name: 'user_deprovision', subject: nameOf(step.personId), detail };
    }
    default:
      return { name: 'user_delete_provision', subject: nameOf(step.personId), detail: '' };
  }
}

function previewedGroup(step: GroupStep, { identityManagement }: Application, nameOf: (id: string) => string) {
  if (step.kind === 'provision') {
    const detail = shown({ displayName: step.group.name, members: step.members.map(nameOf) });
    return { name: 'group_create_provision', subject: step.group.name, detail } as const;
  }
  if (step.kind === 'update') {
    const [added, removed] = [step.added.map(nameOf), step.removed.map(nameOf)];
    const detail = shown({ ...(step.renamed ? { displayName: step.group.name } : {}), added, removed });
    return { name: 'group_update_provision', subject: step.group.name, detail } as const;
  }
  const subject = identityManagement.groups[step.groupId]?.name || step.groupId;
  return { name: 'group_delete_provision', subject, detail: '' } as const;
}

function shown(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

function lines(values: unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join('\n');
}
