import express, { type Request, type RequestHandler } from 'express';
import { AppError } from '../errors.ts';

const PUBLIC_LIMIT = 64 * 1024;
const POWER_USER_LIMIT = 16 * 1024 * 1024; // metadata of 1 MB in a form, a CSV file of the whole company

/** Reads a form into `req.body`: text fields by name, uploaded files as Uint8Array. Only Power Users may send large forms. */
export function parseForm(): RequestHandler[] {
  const forEverybody = reader(PUBLIC_LIMIT);
  const forPowerUsers = reader(POWER_USER_LIMIT);
  return [
    (req, res, next) => (isPowerUser(req) ? forPowerUsers : forEverybody)(req, res, next),
    multipart,
    withoutNull,
  ];
}

/** Reads a form of up to `limit` bytes, of a request that was allowed to send one before. */
export function parseFormOf(limit: number): RequestHandler[] {
  return [reader(limit), multipart, withoutNull];
}

/** Returns a text field of a form, or '' if it is absent, repeated or a file. */
export function field(req: Request, name: string): string {
  const value = (req.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

/** Returns all values of a field that may be repeated, such as the checkboxes of a list. */
export function fieldValues(req: Request, name: string): string[] {
  const value = (req.body as Record<string, unknown> | undefined)?.[name];
  return [value].flat().filter((one) => typeof one === 'string');
}

/** Returns whether a checkbox of a form is ticked. */
export function ticked(req: Request, name: string): boolean {
  return field(req, name) !== '';
}

/** Returns an uploaded file, or undefined if none was selected. */
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

/** Refuses null characters, which PostgreSQL cannot store. */
const withoutNull: RequestHandler = (req, _res, next) => {
  const values = Object.values((req.body as Record<string, unknown> | undefined) ?? {}).flat();
  if (values.some((value) => typeof value === 'string' && value.includes('\0')))
    throw new AppError(400, 'The form contains a null character. Remove it and try again.');
  next();
};

function isPowerUser(req: Request): boolean {
  return req.user?.userType === 'Power User';
}
