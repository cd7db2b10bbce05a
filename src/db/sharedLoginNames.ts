import type { Engine } from './open.ts';

/** The messages of the errors when one person's user name is the e-mail address of another. */
export const USER_NAME_IS_EMAIL = 'userNameIsEmail';
export const EMAIL_IS_USER_NAME = 'emailIsUserName';

const ADVISORY_LOCK = 7_264_913; // an arbitrary number that nothing else locks

const emailOfAnother = `exists (select 1 from "userEmails" where "valueKey" = new."userNameKey" and "userId" <> new."id")`;
const userNameOfAnother = `exists (select 1 from "users" where "userNameKey" = new."valueKey" and "id" <> new."userId")`;

/**
 * Returns the statements that keep user names and other people's e-mail addresses apart. No unique index can, because several people may
 * share an address. They are triggers so that this costs no query, and holds if two people are written at once.
 */
export function sharedLoginNameTriggers(engine: Engine): string[] {
  const checks = [
    { name: 'userNameInserted', event: 'insert on "users"', column: 'userNameKey', taken: emailOfAnother },
    {
      name: 'userNameChanged',
      event: 'update of "userNameKey" on "users"',
      column: 'userNameKey',
      taken: emailOfAnother,
    },
    { name: 'emailInserted', event: 'insert on "userEmails"', column: 'valueKey', taken: userNameOfAnother },
  ];
  return checks.flatMap(({ name, event, column, taken }) => {
    const message = column === 'valueKey' ? EMAIL_IS_USER_NAME : USER_NAME_IS_EMAIL;
    const changed = name === 'userNameChanged' ? `new."${column}" <> old."${column}"` : undefined;
    return engine === 'sqlite'
      ? [
          `create trigger "${name}" before ${event} when ${[changed, taken].filter(Boolean).join(' and ')}
            begin select raise(abort, '${message}'); end`,
        ]
      : [
          // The lock lasts until the end of the transaction: another one that writes the same name waits, and then sees it.
          `create function "${name}"() returns trigger language plpgsql as $$ begin
            perform pg_advisory_xact_lock(${ADVISORY_LOCK}, hashtext(new."${column}"));
            if ${taken} then raise unique_violation using message = '${message}'; end if;
            return new;
          end $$`,
          `create trigger "${name}" before ${event} for each row ${changed ? `when (${changed})` : ''} execute function "${name}"()`,
        ];
  });
}
