import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** An import as it is written: the file, the module that it names, and whether it imports types alone. */
export type Import = { file: string; from: string; typeOnly: boolean };

/**
 * Returns the project's own files below a folder whose names match, as sorted paths from the project's folder ('src/app.ts').
 * The benchmarks install their peers in a node_modules of their own.
 */
export function filesIn(folder: string, name = /\.ts$/, recursive = true): string[] {
  const entries = readdirSync(join(root, folder), { recursive, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && name.test(entry.name));
  const paths = found.map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
  return paths.filter((path) => !path.includes('node_modules/')).sort();
}

/** Returns the text of a file by its path from the project's folder. */
export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Returns a TypeScript file without its comments. */
export function codeOf(file: string): string {
  return read(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, '');
}

/** Returns every import and re-export of a file, those of types alone and those at run time included. */
export function importsOf(file: string): Import[] {
  const code = codeOf(file);
  const declared = [...code.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s)?\s*'([^']+)'/gm)];
  const dynamic = [...code.matchAll(/\bimport\(\s*['"`]([^'"`]+)/g)];
  return [
    ...declared.map(([, type, from = '']) => ({ file, from, typeOnly: type !== undefined })),
    ...dynamic.map(([, from = '']) => ({ file, from, typeOnly: false })),
  ];
}

/** Returns the path from the project's folder that an import names, or the name of the package. */
export function targetOf({ file, from }: Pick<Import, 'file' | 'from'>): string {
  return from.startsWith('.') ? posix.join(posix.dirname(file), from) : from;
}
