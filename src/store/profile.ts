/**
 * The attributes of a person that have no column (see people/attributes.ts). Names and nesting are those of SCIM (RFC 7643 4.1, 4.3
 * and the intranet vendor's extension).
 */
export type Profile = {
  name?: { formatted?: string; middleName?: string; honorificPrefix?: string; honorificSuffix?: string };
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
  enterprise?: {
    employeeNumber?: string;
    costCenter?: string;
    organization?: string;
    division?: string;
    manager?: { value: string }; // the manager's id
  };
  interact?: {
    location?: string;
    omitFromSearch?: boolean;
    forcePasswordReset?: boolean;
    name?: { title?: string; initials?: string };
    pronouns?: string;
    dateOfBirth?: string;
    jobStartDate?: string;
    jobEndDate?: string;
    bio?: string;
    facebookID?: string;
    linkedInId?: string;
    twitterTag?: string;
    instagramTag?: string;
  };
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
