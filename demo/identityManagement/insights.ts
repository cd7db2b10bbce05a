import type { Deps } from '../deps.ts';
import { newId } from '../directory/id.ts';
import type { Application, InsightsEvent } from '../directory/types.ts';

/** The events of Directory Insights, as named in JumpCloud's article. */
export const eventNames = [
  'idm_integration_activate',
  'idm_integration_update',
  'idm_integration_reauth',
  'idm_integration_delete',
  'user_create_provision',
  'user_update_provision',
  'user_deprovision',
  'user_delete_provision',
  'user_lookup_provision',
  'group_create_provision',
  'group_update_provision',
  'group_delete_provision',
] as const;

export type EventName = (typeof eventNames)[number];

const maxEvents = 2000;

/** Records an event and keeps the latest 2,000. `detail` must not contain secrets. */
export function recordEvent(
  deps: Deps,
  application: Application,
  name: EventName,
  outcome: { success: boolean; subject: string; detail: string },
): void {
  const event = {
    id: newId(deps),
    at: deps.now(),
    name,
    applicationId: application.id,
    application: application.label,
  };
  deps.state.events = [{ ...event, ...outcome }, ...deps.state.events].slice(0, maxEvents);
}

/** Returns the matching events, newest first. An empty name, outcome or search matches all. */
export function searchEvents(
  events: InsightsEvent[],
  filter: { name: string; outcome: string; search: string },
): InsightsEvent[] {
  const wanted = filter.search.toLowerCase();
  return events.filter(
    (event) =>
      (!filter.name || event.name === filter.name) &&
      (!filter.outcome || event.success === (filter.outcome === 'success')) &&
      `${event.subject} ${event.application} ${event.detail}`.toLowerCase().includes(wanted),
  );
}
