/**
 * An error with a status and a public message. Details belong in `cause` or the log.
 * From status 500 on, the message is not shown.
 */
export class AppError extends Error {
  readonly status: number;
  readonly title: string | undefined;
  readonly tryAgain: string | undefined; // where the page leads, if not to the home page

  constructor(status: number, message: string, options?: ErrorOptions & { title?: string; tryAgain?: string }) {
    super(message, options);
    this.status = status;
    this.title = options?.title;
    this.tryAgain = options?.tryAgain;
  }
}

export class NotFound extends AppError {
  constructor(message = 'Page not found.', options?: { title: string }) {
    super(404, message, options);
  }
}

export class Forbidden extends AppError {
  constructor(message: string) {
    super(403, message);
  }
}

export class Conflict extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super(409, message, options);
  }
}

/** When to try again after a fault of the database that may be over by then. */
export const RETRY_AFTER_SECONDS = 5;

/** The database failed, not the request: 503 if it may succeed a moment later, 500 if not. The cause is in the log (db/faults.ts). */
export class DatabaseFault extends AppError {}

/** The result of validating input: the value, or one error message per invalid field ('' is the form as a whole). */
export type Checked<T> = { ok: true; value: T } | { ok: false; errors: FieldErrors };
export type FieldErrors = Record<string, string>;

/** Returns the result for invalid input. */
export function invalid(errors: FieldErrors): { ok: false; errors: FieldErrors } {
  return { ok: false, errors };
}

/** Returns the status of a form that is shown again: 409 if the form as a whole is refused, 422 if fields are invalid. */
export function statusOf(errors: FieldErrors): 409 | 422 {
  return '' in errors ? 409 : 422;
}

/** Returns zod's first error message per field. An error in a list entry belongs to the list: 'networks', not 'networks.2'. */
export function fieldErrors(error: { issues: { path: PropertyKey[]; message: string }[] }): FieldErrors {
  const errors: FieldErrors = {};
  for (const issue of error.issues) errors[issue.path.map(String).join('.')] ??= issue.message;
  return Object.fromEntries(Object.entries(errors).map(([path, message]) => [path.split('.')[0] ?? path, message]));
}

/** Returns the result of an attempt, where the message of a Conflict is an error of the form as a whole. */
export async function checkedOf<T>(attempt: Promise<Checked<T>>): Promise<Checked<T>> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof Conflict) return invalid({ '': error.message });
    throw error;
  }
}

/** Returns the message of a Conflict as an error of the form as a whole, or undefined if the attempt succeeds. */
export async function conflictOf(attempt: Promise<unknown>): Promise<FieldErrors | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    if (error instanceof Conflict) return { '': error.message };
    throw error;
  }
}
