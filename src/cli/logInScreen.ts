import { getDomain, setEmailFirst } from '../federation/domains.ts';
import { saveLogo } from '../federation/logos.ts';
import { listLogoDigests } from '../store/providerLogos.ts';
import { accepted, type Call, type Command, fileAt, type Output, onOrOff, UsageError } from './command.ts';
import { domainAt } from './domainAt.ts';
import { providerNamed } from './providerShown.ts';

export const logInScreenCommands: Command[] = [
  {
    name: 'domain log-in-screen',
    operands: 'URL',
    summary: 'Show or set how people find their provider.',
    options: {
      'email-first': { value: 'on|off', help: 'Whether it asks for the e-mail address first, and shows no buttons.' },
    },
    run: emailFirst,
  },
  {
    name: 'idp logo',
    operands: 'IDP',
    summary: 'Set or remove the picture on the button of an identity provider.',
    options: {
      file: { value: 'FILE', help: 'PNG, JPEG, GIF or WebP, at most 48 KB.' },
      remove: { help: 'Remove it.' },
    },
    run: logo,
  },
];

async function emailFirst({ deps, operands, text }: Call): Promise<Output> {
  const { id, url } = await domainAt(deps, operands[0]);
  const entered = text('email-first');
  if (entered !== undefined) await setEmailFirst(deps, id, onOrOff('--email-first', entered));
  const isFirst = (await getDomain(deps.store.db, id)).emailFirst === 1;
  return {
    json: { url, emailFirst: isFirst },
    text: isFirst ? 'It asks for the e-mail address first.' : 'It shows the buttons of providers.',
  };
}

async function logo({ deps, operands, text, has }: Call): Promise<Output> {
  const { id, name } = await providerNamed(deps, operands[0]);
  const path = text('file');
  if ((path === undefined) !== has('remove')) throw new UsageError('Specify either --file FILE or --remove.');
  accepted(await saveLogo(deps, id, path === undefined ? undefined : await fileAt(path)));
  const hasLogo = (await listLogoDigests(deps.store.db)).has(id);
  return { json: { id, logo: hasLogo }, text: hasLogo ? `Saved the logo of ${name}.` : `${name} has no logo.` };
}
