import { createPasswordLink, LINK_HOURS } from '../login/passwordLinks.ts';
import { findSecondFactors, isProtected, resetSecondFactors, secondFactorsText } from '../login/secondFactors.ts';
import { readIntranetSettings, saveIntranetSettings } from '../people/intranetSettings.ts';
import { listDomains } from '../store/domains.ts';
import { command } from './command.ts';
import { flag } from './options.ts';
import { domain, named, person } from './targets.ts';

export const recoverCommands = [
  command({
    name: 'recover',
    operands: [person],
    summary: 'Show a link, once, with which a person chooses a new local password.',
    options: {
      domain: named(domain, 'The domain that the link is for. Default: the oldest one.'),
      noSecondFactor: flag('Remove the second factors of the person, such as a lost phone.'),
      anyNetwork: flag('Allow local logins from every network again.'),
    },
    notes: 'For a Power User who cannot log in. The password stays until the link is used.',
    async run({ deps, options: { domain, noSecondFactor, anyNetwork } }, user) {
      const { db } = deps.store;
      const { url } = domain ?? (await listDomains(db))[0] ?? { url: deps.config.publicUrl };
      const link = await createPasswordLink(deps, user, url);
      if (anyNetwork) await saveIntranetSettings(deps, { ...(await readIntranetSettings(db)), localLoginNetworks: [] });
      if (noSecondFactor) await resetSecondFactors(deps, user.id);
      const factors = await findSecondFactors(db, user.id);
      const { localLoginNetworks } = await readIntranetSettings(db);
      const networks = localLoginNetworks.join(', ');
      return {
        json: {
          ...{ userName: user.userName, link, hours: LINK_HOURS, localLoginNetworks },
          secondFactor: isProtected(factors),
        },
        text: `${link}\nIt works once, for ${LINK_HOURS} hours.`,
        warnings: [
          ...(networks === '' ? [] : [`Local login is only allowed from ${networks}; see --any-network.`]),
          ...(isProtected(factors)
            ? [`They also need their ${secondFactorsText(factors)}; see --no-second-factor.`]
            : []),
        ],
      };
    },
  }),
];
