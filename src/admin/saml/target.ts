import type { Request } from 'express';
import type { Db } from '../../db/open.ts';
import { type Checked, invalid } from '../../errors.ts';
import type { ImportTarget, KnownProvider } from '../../federation/importTarget.ts';
import { domainsOfProviders, readProviderName } from '../../federation/providers.ts';
import { field } from '../../web/form.ts';

const NEW = 'new'; // the value of the choice without a known provider

/** Returns the target that was selected in settings/saml/target.ejs, or the only one. */
export function targetIn(req: Request, targets: ImportTarget[]): ImportTarget | undefined {
  const chosen = field(req, 'target');
  return targets.length === 1 ? targets[0] : targets.find(({ providerId = NEW }) => providerId === chosen);
}

/** Reads the target that was selected, and the name of a new provider: undefined for the one in the metadata. */
export function readTarget(
  req: Request,
  targets: ImportTarget[],
): Checked<{ target: ImportTarget; name: string | undefined }> {
  const [target, entered] = [targetIn(req, targets), field(req, 'name')];
  if (!target) return invalid({ target: 'Select what to do with this metadata.' });
  if (target.providerId !== undefined || entered.trim() === '') return { ok: true, value: { target, name: undefined } };
  const name = readProviderName(entered);
  return name.ok ? { ok: true, value: { target, name: name.value } } : name;
}

/** Returns known providers with the hosts that they are used at, as text. */
export async function withHosts(db: Db, known: KnownProvider[]): Promise<(KnownProvider & { hosts: string })[]> {
  const domainsOf = await domainsOfProviders(db);
  return known.map((entry) => {
    const hosts = domainsOf(entry.provider.id).map(({ url }) => new URL(url).host);
    return { ...entry, hosts: hosts.join(', ') };
  });
}
