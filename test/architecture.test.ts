import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What may happen to people, sources and providers, from a screen, the command line or SCIM. */
const domain = ['people', 'sources', 'login', 'jobs', 'federation'];

/** What each part may import, beside itself and the plain modules at the top of src/ (config, deps, errors, …). */
const mayImport: Record<string, string[]> = {
  db: [],
  xml: [],
  store: ['db'],
  // One layer: they may use each other, as long as no circle of files comes of it.
  people: ['store', ...domain],
  sources: ['store', ...domain],
  login: ['store', ...domain],
  jobs: ['store', ...domain],
  federation: ['store', 'xml', ...domain],
  web: ['store', ...domain],
  saml: ['store', 'xml', 'web', ...domain],
  scim: ['store', 'web', ...domain],
  admin: ['store', 'web', ...domain],
  intranet: ['store', 'web', ...domain],
  'app.ts': ['web', 'saml', 'scim', 'admin', 'intranet'],
  'openDeps.ts': ['db', 'federation', 'login'],
  'main.ts': ['app.ts', 'openDeps.ts', 'store', ...domain],
  'cli.ts': ['cli', 'openDeps.ts', 'store', ...domain],
  cli: ['openDeps.ts', 'store', ...domain],
};

/** Files at the top of src/ that everything may import, and that import only each other. Types alone may come from below. */
const plain = ['config.ts', 'deps.ts', 'errors.ts', 'identifier.ts', 'network.ts', 'secrets.ts'];

/** Values of db/ that are no driver and that others than store/ need: what an error of the engine means. */
const openToAll = ['db/uniqueViolation.ts'];

/** Packages that only some may import. */
const owners: [RegExp, RegExp][] = [
  [/^(node:sqlite|pg)$/, /^db\//],
  [/^kysely$/, /^(db|store|scim)\//],
  [/^(@node-saml\/|passport-saml)/, /^saml\/request\/serviceProvider\.ts$/],
  [/^ipaddr\.js$/, /^network\.ts$/],
  [/^xml2js$/, /^federation\/metadata\//],
  [/^(express|express-session|ejs|helmet|passport)$/, /^(web|saml|scim|admin|intranet|app\.ts)/],
];

/** The files where the outside comes in: the environment, the time, randomness, addresses. */
const edges = {
  'process.env': ['main.ts', 'cli.ts'],
  'Date.now': ['openDeps.ts'],
  'new Date()': [],
  'Math.random': [],
  'performance.now': [],
  'crypto.randomBytes': ['openDeps.ts'],
  'isIP(': ['network.ts'],
  BlockList: [],
};

/** Files past 250 lines, with the reason. */
const long: Record<string, string> = {
  'db/firstSchema.ts': 'the tables of the first release, a column a line',
};

type Import = { file: string; from: string; typeOnly: boolean };

const files = sourceFiles('src');
const imports = files.flatMap((file) => importsOf(file));

describe('architecture', () => {
  it('knows every part of src/', () => {
    const parts = new Set(files.map(partOf));
    expect([...parts].filter((part) => !(part in mayImport) && !plain.includes(part))).to.deep.equal([]);
  });

  it('lets imports run one way', () => {
    expect(
      imports
        .filter((entry) => entry.from.startsWith('.'))
        .filter(isAgainstTheRule)
        .map(asLine),
    ).to.deep.equal([]);
  });

  it('has no circle of files that import each other', () => {
    expect(circles()).to.deep.equal([]);
  });

  it('keeps each package where it belongs', () => {
    const astray = imports.filter(({ file, from }) =>
      owners.some(([name, place]) => name.test(from) && !place.test(file)),
    );
    expect(astray.map(asLine)).to.deep.equal([]);
  });

  it('takes the environment, the time and randomness at the edges alone', () => {
    const found = files.flatMap((file) => outsideIn(file).map((what) => `${file}: ${what}`));
    expect(found).to.deep.equal([]);
  });

  it('keeps the stand-in identity provider and the app apart', () => {
    const crossing = (folder: string, forbidden: RegExp) =>
      sourceFiles(folder).flatMap((file) =>
        importsOf(file, folder).filter(({ from }) => forbidden.test(resolved(join(folder, file), from))),
      );
    expect(crossing('src', /^(demo|test|bench|scripts)\//).map(asLine)).to.deep.equal([]);
    expect(crossing('demo', /^(src|test|bench|scripts)\//).map(asLine)).to.deep.equal([]);
  });

  it('keeps SQL in store/ and db/', () => {
    const outside = files.filter((file) => !/^(store|db)\//.test(file));
    expect(
      outside.filter((file) => /\b(selectFrom|insertInto|updateTable|deleteFrom|insertRows)\(/.test(code(file))),
    ).to.deep.equal([]);
  });

  it('writes each table in one module of store/', () => {
    const inStore = files.filter((file) => file.startsWith('store/'));
    const writes = inStore.flatMap((file) => [...new Set(tablesWritten(file))].map((table) => ({ table, file })));
    const writers = Object.groupBy(writes, ({ table }) => table);
    const shared = Object.values(writers).filter((modules) => modules && modules.length > 1);
    expect(shared).to.deep.equal([]);
    expect(Object.keys(writers).sort()).to.deep.equal(tables());
  });

  it('writes users only through people/users.ts', () => {
    const callers = imports.filter(({ from, typeOnly }) => from.endsWith('/writeUsers.ts') && !typeOnly);
    expect(callers.map(({ file }) => file)).to.deep.equal(['people/users.ts', 'people/users.ts']);
  });

  it('keeps files short, or says why not', () => {
    const tooLong = files.filter((file) => lines('src', file) > 250);
    expect(tooLong.filter((file) => !(file in long))).to.deep.equal([]);
    expect(
      Object.keys(long).filter((file) => !tooLong.includes(file)),
      'listed and short again',
    ).to.deep.equal([]);
  });
});

function isAgainstTheRule({ file, from, typeOnly }: Import): boolean {
  const target = posix.relative('src', resolved(join('src', file), from));
  const [own, other] = [partOf(file), partOf(target)];
  if (own === other || plain.includes(other) || openToAll.includes(target)) return false;
  if (typeOnly && (other === 'db' || plain.includes(own))) return false;
  return !(mayImport[own] ?? []).includes(other);
}

function circles(): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const next = new Map(files.map((file) => [file, valueImportsOf(file)]));
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    if (finished.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    finished.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

function valueImportsOf(file: string): string[] {
  const own = importsOf(file).filter(({ from, typeOnly }) => from.startsWith('.') && !typeOnly);
  return own.map(({ from }) => posix.relative('src', resolved(join('src', file), from)));
}

function outsideIn(file: string): string[] {
  const code = withoutComments(read('src', file));
  const found = Object.keys(edges).filter((what) => code.includes(what));
  const fromCrypto = /import \{([^}]*)\} from 'node:crypto'/.exec(code)?.[1] ?? '';
  if (/\b(random\w+|generateKey\w*|getRandomValues|webcrypto)\b/.test(fromCrypto)) found.push('crypto.randomBytes');
  return found.filter((what) => !edges[what as keyof typeof edges].some((place) => place === file));
}

/** The tables that a file writes. One that is not named in the call itself is given as it is written there. */
function tablesWritten(file: string): string[] {
  const calls = code(file).matchAll(/\b(?:insertInto\(|updateTable\(|deleteFrom\(|insertRows\(\s*\w+,)\s*([^,)]*)/g);
  const statements = code(file).matchAll(/\b(?:insert into|update|delete from)\s+("?\w+"?)/g);
  return [...calls, ...statements].map(([, table = '']) => table.trim().replace(/^(['"])(\w+)\1$/, '$2'));
}

/** All tables, by the type that lists them. */
function tables(): string[] {
  const [, schema = ''] = /export type Schema = \{([\s\S]*?)\n\};/.exec(read('src', 'db/schema.ts')) ?? [];
  return [...schema.matchAll(/^ {2}(\w+):/gm)].map(([, table = '']) => table).sort();
}

function code(file: string): string {
  return withoutComments(read('src', file));
}

/** Every import and re-export, those of types alone and those made at run time included. */
function importsOf(file: string, folder = 'src'): Import[] {
  const code = withoutComments(read(folder, file));
  const declared = [...code.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s)?\s*'([^']+)'/gm)];
  const dynamic = [...code.matchAll(/\bimport\(\s*['"`]([^'"`]+)/g)];
  return [
    ...declared.map(([, type, from = '']) => ({ file, from, typeOnly: type !== undefined })),
    ...dynamic.map(([, from = '']) => ({ file, from, typeOnly: false })),
  ];
}

function partOf(file: string): string {
  return file.split('/')[0] ?? file;
}

/** The path that an import names, from the project's folder. */
function resolved(importer: string, from: string): string {
  return from.startsWith('.') ? posix.join(dirname(importer).split(sep).join('/'), from) : from;
}

function sourceFiles(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return found
    .map((entry) => relative(join(root, folder), join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

function read(folder: string, file: string): string {
  return readFileSync(join(root, folder, file), 'utf8');
}

function lines(folder: string, file: string): number {
  return read(folder, file).trimEnd().split('\n').length;
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, '');
}

function asLine({ file, from }: Import): string {
  return `${file} imports ${from}`;
}
