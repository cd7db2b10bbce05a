import type { Runner } from '../measure.ts';
import type { Case } from '../messages.ts';

/** A verifier to compare with: its runners by case; a case that it cannot do is left out. `close` ends what was started for it. */
export type Peer = { name: string; version: string; runners: Partial<Record<Case, Runner>>; close: () => void };
