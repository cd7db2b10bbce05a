import type { Anteroom } from './anteroom.ts';

/** The demo's Power User, who can log in to Anteroom with a password right away. */
export const powerUser = { userName: 'maya.koch', password: 'anteroom-demo' };

const people = [
  { userName: powerUser.userName, givenName: 'Maya', familyName: 'Koch' },
  { userName: 'anna.berg', givenName: 'Anna', familyName: 'Berg' },
  { userName: 'ben.okafor', givenName: 'Ben', familyName: 'Okafor' },
];

/** Adds people to Anteroom's directory, because single sign-on requires them there. Dora Novák is missing, so that her login is refused. */
export async function fillDirectory(anteroom: Anteroom): Promise<void> {
  for (const { userName, givenName, familyName } of people) {
    const isPowerUser = userName === powerUser.userName;
    const identity = ['--user-name', userName, '--email', `${userName}@acme.example`];
    const name = ['--given-name', givenName, '--family-name', familyName];
    const more = isPowerUser ? ['--type', 'Power User', '--password-stdin'] : [];
    await anteroom.run(['user', 'add', ...identity, ...name, ...more], isPowerUser ? powerUser.password : '');
  }
}
