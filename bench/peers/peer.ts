import type { Runner } from '../measure.ts';
import type { Case } from '../messages.ts';

/** A verifier to compare with: a runner for each case that it supports. `close` stops its processes. */
export type Peer = { name: string; version: string; runners: Partial<Record<Case, Runner>>; close: () => void };
