import { createPasswordLink, LINK_HOURS } from '../login/passwordLinks.ts';
import { findSecondFactors, isProtected, resetSecondFactors, secondFactorsText } from '../login/secondFactors.ts';
import { readIntranetSettings, saveIntranetSettings } from '../people/intranetSettings.ts';
import { listDomains } from '../store/domains.ts';
import type { Call, Command, Output } from './command.ts';
import { domainAt } from './domainAt.ts';
import { userNamed } from './userNamed.ts';

export const recoverCommands: Command[] = [
  {
    name: 'recover',
    operands: 'NAME',
    summary: 'Show a link, once, with which a person chooses a new local password.',
    options: {
      domain: { value: 'URL', help: 'The domain that the link is for. Default: the oldest one.' },
      'no-second-factor': { help: 'Remove the second factors of the person, such as a lost phone.' },
      'any-network': { help: 'Allow local logins from every network again.' },
    },
    notes: 'For a Power User who cannot log in. The password stays until the link is used.',
    run: recover,
  },
];

async function recover({ deps, operands, text, has }: Call): Promise<Output> {
  const { db } = deps.store;
  const user = await userNamed(deps, operands[0]);
  const [oldest] = await listDomains(db);
  const domain = text('domain') === undefined ? oldest : await domainAt(deps, text('domain'));
  const link = await createPasswordLink(deps, user, domain?.url ?? deps.config.publicUrl);
  const settings = await readIntranetSettings(db);
  if (has('any-network')) await saveIntranetSettings(deps, { ...settings, localLoginNetworks: [] });
  if (has('no-second-factor')) await resetSecondFactors(deps, user.id);
  const factors = await findSecondFactors(db, user.id);
  const networks = has('any-network') ? [] : settings.localLoginNetworks;
  return {
    json: {
      ...{ userName: user.userName, link, hours: LINK_HOURS, localLoginNetworks: networks },
      secondFactor: isProtected(factors),
    },
    text: `${link}\nIt works once, for ${LINK_HOURS} hours.`,
    warnings: [
      ...(networks.length > 0 ? [`Local login is only allowed from ${networks.join(', ')}; see --any-network.`] : []),
      ...(isProtected(factors) ? [`They also need their ${secondFactorsText(factors)}; see --no-second-factor.`] : []),
    ],
  };
}
