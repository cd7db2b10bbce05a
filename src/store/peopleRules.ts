/** How a provider creates and updates people at their logins. Attributes have the names that the provider sends. */
export type PeopleRules = {
  create: boolean; // people who are not in the People Directory, at their first login
  update: boolean; // people that no profile source manages, at each login
  userNameFrom: string; // the attribute with the user name of a new person; '': the name that people are matched by
  mapping: SentMapping[];
  required: ValueRule; // without it nobody is created, and people that the provider created lose their access
  powerUser: ValueRule; // people that the provider creates become Power Users
  groupsFrom: string; // the attribute with names of groups, which are kept in step; '': none
};

/** `to` is a column of a CSV file of people. */
export type SentMapping = { from: string; to: string };

/** That an attribute has one of the values. There is no rule if the attribute is ''. */
export type ValueRule = { attribute: string; values: string[] };
