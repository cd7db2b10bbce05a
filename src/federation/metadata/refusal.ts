/** Why metadata is refused. A closed list; each refusal also has a sentence that tells a Power User what to do. */
export type MetadataErrorCode =
  // Fetching
  | 'not_a_url'
  | 'unsupported_scheme'
  | 'private_address'
  | 'redirect_to_private_address'
  | 'insecure_redirect' // from https to http
  | 'too_many_redirects'
  | 'not_found'
  | 'http_status'
  | 'timeout'
  | 'connection_failed'
  | 'tls_failed'
  | 'compressed'
  // Size and form
  | 'empty'
  | 'too_large'
  | 'not_utf8'
  | 'is_html'
  | 'not_xml'
  | 'doctype'
  | 'processing_instruction'
  | 'too_complex'
  | 'forbidden_name'
  // Content
  | 'not_signed'
  | 'bad_signature'
  | 'not_metadata'
  | 'several_entities'
  | 'other_entity'
  | 'bad_entity_id'
  | 'bad_date'
  | 'expired'
  | 'no_identity_provider'
  | 'several_roles'
  | 'bad_endpoint'
  | 'no_sso_endpoint'
  | 'bad_certificate'
  | 'no_signing_key';

export type MetadataError = { code: MetadataErrorCode; message: string };

class MetadataRefused extends Error {
  readonly error: MetadataError;

  constructor(error: MetadataError) {
    super(error.message);
    this.error = error;
  }
}

/** Throws a refusal with a sentence for the form. `readMetadata` and `fetchMetadata` catch it with `refusalIn`. */
export function refuse(code: MetadataErrorCode, message: string): never {
  throw new MetadataRefused({ code, message });
}

/** Returns the refusal that was caught. Throws anything else again: a bug must not pass as bad input. */
export function refusalIn(caught: unknown): MetadataError {
  if (caught instanceof MetadataRefused) return caught.error;
  throw caught;
}

/** Returns the day of a time in epoch milliseconds: '2036-01-01'. */
export function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Returns a value from the input in quotation marks, shortened and without control characters. */
export function quote(value: string): string {
  const plain = value.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return `"${plain.length > 120 ? `${plain.slice(0, 120)}…` : plain}"`;
}
