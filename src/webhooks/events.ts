/** The events that a webhook can select, with what they report. docs/webhooks.md has the JSON of each. */
export const eventTypes = [
  ['person.created', 'A person was added.'],
  ['person.updated', 'Attributes of a person changed.'],
  ['person.deactivated', 'A person was deactivated.'],
  ['person.activated', 'A person was activated.'],
  ['person.deleted', 'A person was deleted.'],
  ['group.created', 'A group was added.'],
  ['group.updated', 'A group was renamed, or its external ID changed.'],
  ['group.members_changed', 'People or groups were added to a group or removed from it.'],
  ['group.deleted', 'A group was deleted.'],
  ['login.succeeded', 'A person logged in.'],
  ['login.refused', 'A login was refused.'],
  ['login.ended', 'A person logged out, here or at the identity provider.'],
  ['attention.started', 'Something started to need attention.'],
  ['attention.reminder', 'Something that expires comes nearer: 14, 7 and 1 days, and when it expired.'],
  ['attention.ended', 'Something no longer needs attention.'],
  ['audit.recorded', 'The audit log has a new entry, with the values before and after.'],
] as const;

export type EventType = (typeof eventTypes)[number][0];

/** The type of a test event, which no webhook can select. */
export const TEST_EVENT = 'webhook.test';

/** Returns whether a text is the type of an event. */
export function isEventType(text: string): text is EventType {
  return eventTypes.some(([type]) => type === text);
}
