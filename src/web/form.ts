import express, { type Request, type RequestHandler } from 'express';
import { AppError } from '../errors.ts';

const PUBLIC_LIMIT = 64 * 1024;
const POWER_USER_LIMIT = 16 * 1024 * 1024; // metadata of 1 MB in a form, a CSV file of the whole company

/** Reads a form into `req.body`: the text fields by name, uploaded files as Uint8Array. Only a Power User may send much. */
export function parseForm(): RequestHandler[] {
  const forEverybody = reader(PUBLIC_LIMIT);
  const forPowerUsers = reader(POWER_USER_LIMIT);
  return [
    (req, res, next) => (isPowerUser(req) ? forPowerUsers : forEverybody)(req, res, next),
    multipart,
    withoutNull,
  ];
}

/** A text field of a form, '' where it is absent, doubled or a file. */
export function field(req: Request, name: string): string {
  const value = (req.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

/** All values of a field that may stand several times in a form, such as the boxes of a list. */
export function fieldValues(req: Request, name: string): string[] {
  const value = (req.body as Record<string, unknown> | undefined)?.[name];
  return [value].flat().filter((one) => typeof one === 'string');
}

/** Whether a box of a form is ticked. */
export function ticked(req: Request, name: string): boolean {
  return field(req, name) !== '';
}

/** An uploaded file of a form, or undefined where none was chosen. */
export function file(req: Request, name: string): Uint8Array | undefined {
  const value = (req.body as Record<string, unknown> | undefined)?.[name];
  return value instanceof Uint8Array && value.length > 0 ? value : undefined;
}

function reader(limit: number): RequestHandler {
  const urlencoded = express.urlencoded({ extended: false, limit, parameterLimit: 1_000 });
  const raw = express.raw({ type: 'multipart/form-data', limit });
  return (req, res, next) => urlencoded(req, res, (error?: unknown) => (error ? next(error) : raw(req, res, next)));
}

const multipart: RequestHandler = async (req, _res, next) => {
  if (!Buffer.isBuffer(req.body)) return next();
  const type = req.headers['content-type'] ?? '';
  const form = await new Response(new Uint8Array(req.body), { headers: { 'content-type': type } })
    .formData()
    .catch(() => undefined);
  const body: Record<string, unknown> = Object.create(null);
  for (const [name, value] of form ?? []) {
    const read = typeof value === 'string' ? value : new Uint8Array(await value.arrayBuffer());
    const before = body[name];
    if (Array.isArray(before)) before.push(read);
    else body[name] = before === undefined ? read : [before, read];
  }
  req.body = body;
  next();
};

/** No form of ours holds a null character, and PostgreSQL takes none. */
const withoutNull: RequestHandler = (req, _res, next) => {
  const values = Object.values((req.body as Record<string, unknown> | undefined) ?? {}).flat();
  if (values.some((value) => typeof value === 'string' && value.includes('\0')))
    throw new AppError(400, 'The form holds a character that no form may hold.');
  next();
};

function isPowerUser(req: Request): boolean {
  return req.user?.userType === 'Power User';
}
