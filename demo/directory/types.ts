/** A person in Cloud Directory. Missing properties are ''. */
export type Person = {
  id: string;
  username: string;
  email: string;
  firstname: string;
  lastname: string;
  active: boolean;
  employeeType: string;
  employeeIdentifier: string;
  jobTitle: string;
  department: string;
  company: string;
  location: string;
  preferredLanguage: string;
  locale: string;
  workPhone: string;
  workStreetAddress: string;
  workCity: string;
  workState: string;
  passwordHash: string; // '' if the person has no password
};

export type Group = { id: string; name: string; description: string; memberIds: string[] };

export type AttributeMapping = { name: string; property: PropertyKey };

export type NameIdSource = 'email' | 'username' | 'employeeIdentifier';
export type SignedPart = 'assertion' | 'response' | 'both';

export type SsoSettings = {
  status: 'new' | 'active' | 'inactive'; // new: never saved
  spEntityId: string;
  acsUrl: string;
  sloUrl: string;
  spCertificate: string; // PEM; verifies the signatures of its requests
  wantSignedRequests: boolean; // refuse AuthnRequests without a signature
  defaultRelayState: string;
  nameId: NameIdSource;
  nameIdFormat: string;
  sign: SignedPart;
  attributes: AttributeMapping[];
  groupAttribute: string; // '' sends no groups
};

/** The Identity Management (SCIM) connection of an application, and what was last sent over it. */
export type IdentityManagement = {
  active: boolean;
  baseUrl: string;
  token: string;
  manageGroups: boolean;
  people: Record<string, ProvisionedPerson>; // by the person's id here
  groups: Record<string, ProvisionedGroup>; // by the group's id here
};

export type ProvisionedPerson = { remoteId: string; active: boolean; attributes: Record<string, string> };
export type ProvisionedGroup = { remoteId: string; name: string; members: string[] }; // members: the people's ids here

export type Application = {
  id: string;
  template: string;
  label: string;
  description: string;
  showInPortal: boolean;
  groupIds: string[];
  sso: SsoSettings;
  privateKey: string; // PEM
  certificate: string; // PEM
  identityManagement: IdentityManagement;
};

/** One line of Directory Insights. */
export type InsightsEvent = {
  id: string;
  at: number; // epoch milliseconds
  name: string;
  success: boolean;
  applicationId: string;
  application: string;
  subject: string; // the person, group or connection concerned
  detail: string; // request and response, without secrets
};

export type State = { people: Person[]; groups: Group[]; applications: Application[]; events: InsightsEvent[] };

/** The text properties of a person, as named in the Admin Portal, SAML attributes and provisioning. */
export type PropertyKey = Exclude<keyof Person, 'id' | 'active' | 'passwordHash'>;
