import type { Deps } from '../deps.ts';
import { createCertificate } from '../saml/keyPair.ts';
import { newId } from './id.ts';
import type { ApplicationTemplate } from './templates.ts';
import type { Application, Person, SsoSettings, State } from './types.ts';

export type ApplicationInput = { label: string; description: string; showInPortal: boolean };

export const nameIdFormats = {
  unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  emailAddress: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
} as const;

/** Returns the application with this id, or undefined. */
export function findApplication(state: State, id: string): Application | undefined {
  return state.applications.find((application) => application.id === id);
}

/** Returns the applications whose label or description contains the search text; '' matches all. */
export function searchApplications(state: State, search: string): Application[] {
  const wanted = search.toLowerCase();
  return state.applications.filter(({ label, description }) =>
    `${label} ${description}`.toLowerCase().includes(wanted),
  );
}

/** Adds an application with its own signing key and certificate. People cannot use it until a group is bound to it. */
export async function addApplication(
  deps: Deps,
  template: ApplicationTemplate,
  input: ApplicationInput,
): Promise<Application> {
  const keyPair = await deps.createKeyPair();
  const application: Application = {
    id: newId(deps),
    template: template.key,
    ...input,
    groupIds: [],
    sso: initialSso(template),
    privateKey: keyPair.privateKey,
    certificate: await createCertificate(keyPair, input.label, deps.now()),
    identityManagement: { active: false, baseUrl: '', token: '', manageGroups: false, people: {}, groups: {} },
  };
  deps.state.applications.push(application);
  deps.save();
  return application;
}

/** Returns whether the person is in a group that is bound to the application. Everyone else is implicitly denied. */
export function mayUse(state: State, application: Application, person: Person): boolean {
  return state.groups.some((group) => application.groupIds.includes(group.id) && group.memberIds.includes(person.id));
}

/** Returns the applications that the person's User Console shows as tiles. */
export function tilesOf(state: State, person: Person): Application[] {
  return state.applications.filter(
    (application) =>
      application.showInPortal && application.sso.status === 'active' && mayUse(state, application, person),
  );
}

/** Binds exactly these groups to the application. */
export function bindGroups(deps: Deps, application: Application, groupIds: string[]): void {
  application.groupIds = deps.state.groups.map((group) => group.id).filter((id) => groupIds.includes(id));
  deps.save();
}

/** Deletes applications by id. */
export function deleteApplications(deps: Deps, ids: string[]): void {
  deps.state.applications = deps.state.applications.filter((application) => !ids.includes(application.id));
  deps.save();
}

function initialSso(template: ApplicationTemplate): SsoSettings {
  return {
    status: 'new',
    ...template.sso,
    sloUrl: '',
    spCertificate: '',
    wantSignedRequests: false,
    defaultRelayState: '',
    nameId: 'email',
    nameIdFormat: nameIdFormats.unspecified,
    sign: 'assertion',
    attributes: [
      { name: 'email', property: 'email' },
      { name: 'firstname', property: 'firstname' },
      { name: 'lastname', property: 'lastname' },
      { name: 'username', property: 'username' },
    ],
    groupAttribute: 'memberOf',
  };
}
