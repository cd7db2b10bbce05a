/** Why metadata was not taken. A closed list; each has a sentence of its own that tells a Power User what to do. */
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
  // What it says
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

/**
 * Ends the reading (or fetching) with a sentence for the form. The exported functions of this folder catch it with `refusalIn`.
 * @throws always
 */
export function refuse(code: MetadataErrorCode, message: string): never {
  throw new MetadataRefused({ code, message });
}

/**
 * The refusal in what was caught, if it is one.
 * @param caught whatever a catch clause got
 * @throws what was caught, where it is not a refusal: a fault of this program must not pass as bad input
 */
export function refusalIn(caught: unknown): MetadataError {
  if (caught instanceof MetadataRefused) return caught.error;
  throw caught;
}

/** A value out of the input, in quotation marks, short enough and plain enough for a sentence. */
export function quote(value: string): string {
  const plain = value.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return `"${plain.length > 120 ? `${plain.slice(0, 120)}…` : plain}"`;
}
