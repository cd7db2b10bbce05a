import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { MAX_METADATA_BYTES } from '../../federation/metadata/document.ts';
import { SETUP_PATH } from '../../federation/providerSetups/links.ts';
import { parseForm, parseFormOf } from '../../web/form.ts';
import { rateLimit } from '../../web/rateLimit.ts';
import { METADATA_PATH, metadataRoutes } from './metadata.ts';
import { sendRoutes } from './send.ts';
import { startRoutes } from './start.ts';
import { statusRoutes } from './status.ts';
import { testRoutes } from './test.ts';
import { valuesRoutes } from './values.ts';
import { requireChangeable, requireVisit } from './visitor.ts';

const PER_MINUTE = 60; // of any network, for pages that a person clicks through
const READS_PER_MINUTE = 10; // of metadata

/**
 * The pages of a provider setup link, for a person without an account here. Mounted before forms are parsed: only a browser that started a
 * link may send a file of the size of metadata.
 */
export function providerSetupRoutes(router: Router, deps: Deps): void {
  router.use(SETUP_PATH, rateLimit(deps, PER_MINUTE));
  router.all([`${SETUP_PATH}/:setup`, `${SETUP_PATH}/:setup/:page`], requireVisit(deps));
  for (const page of ['metadata', 'test', 'send']) router.all(`${SETUP_PATH}/:setup/${page}`, requireChangeable(deps));
  router.post(METADATA_PATH, rateLimit(deps, READS_PER_MINUTE), parseFormOf(MAX_METADATA_BYTES + 64 * 1024));
  router.post([SETUP_PATH, `${SETUP_PATH}/:setup/:page`], parseForm());
  for (const addRoutes of [startRoutes, statusRoutes, valuesRoutes, metadataRoutes, testRoutes, sendRoutes])
    addRoutes(router, deps);
}
