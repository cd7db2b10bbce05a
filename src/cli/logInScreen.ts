import { getDomain, setEmailFirst } from '../federation/domains.ts';
import { saveLogo } from '../federation/logos.ts';
import { listLogoDigests } from '../store/providerLogos.ts';
import { accepted, command, UsageError } from './command.ts';
import { file, flag, onOff } from './options.ts';
import { domain, provider } from './targets.ts';

export const logInScreenCommands = [
  command({
    name: 'domain log-in-screen',
    operands: [domain],
    summary: 'Show or set how people find their provider.',
    options: { emailFirst: onOff('Whether it asks for the e-mail address first, and shows no buttons.') },
    async run({ deps, options }, { id, url }) {
      if (options.emailFirst !== undefined) await setEmailFirst(deps, id, options.emailFirst);
      const emailFirst = (await getDomain(deps.store.db, id)).emailFirst === 1;
      return {
        json: { url, emailFirst },
        text: emailFirst ? 'It asks for the e-mail address first.' : 'It shows the buttons of providers.',
      };
    },
  }),
  command({
    name: 'idp logo',
    operands: [provider],
    summary: 'Set or remove the picture on the button of an identity provider.',
    options: { file: file('PNG, JPEG, GIF or WebP, at most 48 KB.'), remove: flag('Remove it.') },
    async run({ deps, options: { file, remove = false } }, { id, name }) {
      if ((file === undefined) !== remove) throw new UsageError('Specify either --file FILE or --remove.');
      accepted(await saveLogo(deps, id, file));
      const hasLogo = (await listLogoDigests(deps.store.db)).has(id);
      return { json: { id, logo: hasLogo }, text: hasLogo ? `Saved the logo of ${name}.` : `${name} has no logo.` };
    },
  }),
];
