/**
 * A failure that is answered with `status` and the public message; details belong in `cause` or the log.
 * A status of 500 and above never shows its message.
 */
export class AppError extends Error {
  readonly status: number;
  readonly title: string | undefined;

  constructor(status: number, message: string, options?: ErrorOptions & { title?: string }) {
    super(message, options);
    this.status = status;
    this.title = options?.title;
  }
}

export class NotFound extends AppError {
  constructor(message = 'There is nothing at this address.') {
    super(404, message);
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

/** What a form or a command got: the value, or a sentence for each field that wants another word ('' is the form as a whole). */
export type Checked<T> = { ok: true; value: T } | { ok: false; errors: FieldErrors };
export type FieldErrors = Record<string, string>;

/** The answer to bad input. */
export function invalid(errors: FieldErrors): { ok: false; errors: FieldErrors } {
  return { ok: false, errors };
}

/** Zod's findings as the first sentence for each field. A fault in an entry of a list is the list's: 'networks', not 'networks.2'. */
export function fieldErrors(error: { issues: { path: PropertyKey[]; message: string }[] }): FieldErrors {
  const errors: FieldErrors = {};
  for (const issue of error.issues) errors[issue.path.map(String).join('.')] ??= issue.message;
  return Object.fromEntries(Object.entries(errors).map(([path, message]) => [path.split('.')[0] ?? path, message]));
}

/** The message of a Conflict in which something attempted ends, as that of the form as a whole; undefined where it worked. */
export async function conflictOf(attempt: Promise<unknown>): Promise<FieldErrors | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    if (error instanceof Conflict) return { '': error.message };
    throw error;
  }
}
