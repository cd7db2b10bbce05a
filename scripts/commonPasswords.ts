// node scripts/commonPasswords.ts LIST: writes src/login/commonPasswords.bin from a list of passwords, one a line, the most common first.
// Today's is the first million of SecLists (github.com/danielmiessler/SecLists, Passwords/Common-Credentials).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIN_PASSWORD_LENGTH, passwordDigest } from '../src/login/commonPasswords.ts';

const [list = ''] = process.argv.slice(2);
const passwords = readFileSync(list, 'utf8')
  .split(/\r?\n/)
  .filter((password) => password.length >= MIN_PASSWORD_LENGTH);
const digests = [...new Set(passwords.map((password) => passwordDigest(password).toString('hex')))].sort();
writeFileSync(
  join(import.meta.dirname, '..', 'src', 'login', 'commonPasswords.bin'),
  Buffer.from(digests.join(''), 'hex'),
);
