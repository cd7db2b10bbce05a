import { allLogoutChecks } from './logout/pipeline.ts';
import { allChecks } from './verify/pipeline.ts';

/** The checks of logins and of logouts. Their names are unique, and so are their numbers. */
export const everyCheck = [...allChecks, ...allLogoutChecks];
