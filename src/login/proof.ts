/** How a person proved who they are at a local login. Stored in sessions and Login activity. */
export const proofNames = {
  password: 'User name and password',
  password_passkey: 'Password and passkey',
  password_app: 'Password and authenticator app',
  password_recovery_code: 'Password and recovery code',
  passkey: 'Passkey',
} as const;

export type Proof = keyof typeof proofNames;

/** Whether a text is a stored proof. */
export function isProof(text: string | undefined): text is Proof {
  return text !== undefined && Object.hasOwn(proofNames, text);
}
