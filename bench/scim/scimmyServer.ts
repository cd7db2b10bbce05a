import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { DatabaseSync } from 'node:sqlite';

// scimmy-routers with indexed lookups on SQLite with synchronous=FULL. Members are rows.
const { PORT = '0', FILE = '', TOKEN = '' } = process.env;
const require = createRequire(new URL('../package.json', import.meta.url));
const express = require('express');
const scimmyModule = require('scimmy');
const SCIMMY = scimmyModule.default ?? scimmyModule;
const routersModule = require('scimmy-routers');
const Routers = routersModule.default ?? routersModule;

type Json = Record<string, unknown>;
type Resource = {
  id?: string;
  filter?: { expression?: string };
  constraints?: { startIndex?: number; count?: number };
};
type Row = { id: string; json: string };

const db = new DatabaseSync(FILE);
db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
  create table if not exists users (id text primary key, userName text not null unique, json text not null);
  create table if not exists groups (id text primary key, json text not null);
  create table if not exists members (groupId text not null, userId text not null, primary key (groupId, userId)) without rowid`);
const statements = {
  user: db.prepare('select id, json from users where id = ?'),
  byName: db.prepare('select id, json from users where userName = ?'),
  users: db.prepare('select id, json from users order by id limit ? offset ?'),
  putUser: db.prepare(
    'insert into users (id, userName, json) values (?, ?, ?) on conflict (id) do update set userName = excluded.userName, json = excluded.json',
  ),
  group: db.prepare('select id, json from groups where id = ?'),
  groups: db.prepare('select id, json from groups limit ? offset ?'),
  putGroup: db.prepare(
    'insert into groups (id, json) values (?, ?) on conflict (id) do update set json = excluded.json',
  ),
  members: db.prepare('select userId as value from members where groupId = ?'),
  clearMembers: db.prepare('delete from members where groupId = ?'),
  addMember: db.prepare('insert or ignore into members (groupId, userId) values (?, ?)'),
};
const parsed = (row: unknown): Json => ({ ...JSON.parse((row as Row).json), id: (row as Row).id });
const withMembers = (group: Json): Json => ({ ...group, members: statements.members.all(String(group.id)) });

SCIMMY.Resources.declare(SCIMMY.Resources.User, {
  egress(resource: Resource) {
    if (resource.id) {
      const row = statements.user.get(resource.id);
      if (!row) throw new SCIMMY.Types.Error(404, null, 'not found');
      return parsed(row);
    }
    const name = /^userName eq "([^"]*)"$/i.exec(resource.filter?.expression ?? '')?.[1];
    if (name !== undefined) return [statements.byName.get(name.toLowerCase())].filter(Boolean).map(parsed);
    const { startIndex = 1, count = 20 } = resource.constraints ?? {};
    return statements.users.all(count, startIndex - 1).map(parsed);
  },
  ingress(resource: Resource, instance: Json) {
    const id = resource.id ?? randomUUID();
    const json = JSON.parse(JSON.stringify(instance));
    statements.putUser.run(id, String(instance.userName).toLowerCase(), JSON.stringify(json));
    return { ...json, id };
  },
  degress: () => undefined,
});
SCIMMY.Resources.declare(SCIMMY.Resources.Group, {
  egress(resource: Resource) {
    if (resource.id) {
      const row = statements.group.get(resource.id);
      if (!row) throw new SCIMMY.Types.Error(404, null, 'not found');
      return withMembers(parsed(row));
    }
    return statements.groups.all(20, 0).map((row) => withMembers(parsed(row)));
  },
  ingress(resource: Resource, instance: Json) {
    const id = resource.id ?? randomUUID();
    const { members = [], ...json } = JSON.parse(JSON.stringify(instance));
    db.exec('BEGIN IMMEDIATE');
    statements.putGroup.run(id, JSON.stringify(json));
    statements.clearMembers.run(id);
    for (const { value } of members as { value: string }[]) statements.addMember.run(id, value);
    db.exec('COMMIT');
    return withMembers({ ...json, id });
  },
  degress: () => undefined,
});

const app = express();
// Express 5 parses the query at each access, but the routers modify it in place, as Express 4 allowed.
app.use((req: { query: unknown }, _res: unknown, next: () => void) => {
  Object.defineProperty(req, 'query', { value: req.query });
  next();
});
app.use(
  '/scim',
  new Routers({
    type: 'bearer',
    handler: (request: { header(name: string): string | undefined }) => {
      if (request.header('Authorization') !== `Bearer ${TOKEN}`) throw new Error('wrong token');
      return 'bench';
    },
  }),
);
app.listen(Number(PORT), '127.0.0.1');
