/**
 * The attributes of a person that have no column. Names and nesting are those of SCIM (RFC 7643 4.1, 4.3 and the intranet vendor's
 * extension). Of the parts of a name and the attributes of extensions, which people/attributes.ts lists, only those are here that have a
 * meaning of their own.
 */
export type Profile = {
  name?: Record<string, unknown>;
  nickName?: string;
  profileUrl?: string;
  preferredLanguage?: string;
  locale?: string;
  timezone?: string;
  emails?: MultiValue[]; // all of them; the primary one is also in the column `email`
  phoneNumbers?: MultiValue[];
  ims?: MultiValue[];
  photos?: MultiValue[];
  entitlements?: MultiValue[];
  roles?: MultiValue[];
  x509Certificates?: MultiValue[];
  addresses?: Address[];
  custom?: Record<string, CustomValue>; // by the attribute's ID
  writers?: string[]; // IDs of the sources that have written the person without managing them
  unassigned?: { active?: boolean; userType?: string }; // attributes that a SCIM client removed, with the values in effect
  enterprise?: { manager?: { value: string }; [name: string]: unknown }; // the manager's id
  interact?: { omitFromSearch?: boolean; forcePasswordReset?: boolean; [name: string]: unknown };
};

/** The value of a custom attribute: a text, a number, a person, or several of them. */
export type CustomValue = string | number | { value: string } | { value: string | number }[];

/** One value of a multi-valued attribute (RFC 7643 2.4). */
export type MultiValue = { value?: string; display?: string; type?: string; primary?: boolean };

export type Address = {
  formatted?: string;
  streetAddress?: string;
  locality?: string;
  region?: string;
  postalCode?: string;
  country?: string;
  type?: string;
  primary?: boolean;
};
