import { z } from 'zod';
import { saveSetting } from '../audit/saveSetting.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, fieldErrors, invalid } from '../errors.ts';
import { isInNetworks, isNetwork } from '../network.ts';
import { findSetting } from '../store/settings.ts';
import { writeMark } from './intranetMark.ts';
import { readPicture } from './picture.ts';

const SETTING = 'intranet';
const MIN_CONTRAST = 4.5;
const MOST_MESSAGE_DAYS = 400;
const MESSAGE_DAYS = `Enter a number of days from 0 to ${MOST_MESSAGE_DAYS}. 0 keeps no messages.`;

const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most, `Use at most ${most} characters.`)
    .regex(/^\P{Cc}*$/u, 'Remove the control characters.');

const schema = z.object({
  name: line(48).min(1, 'Enter the name of the intranet.'),
  greeting: line(80),
  tagline: line(160),
  helpAddress: line(254).refine(
    (value) => value === '' || /^[^\s@:/]+@[^\s@:/]+$/.test(value) || /^https?:\/\/\S+$/.test(value),
    {
      message: 'Enter an e-mail address or a web address.',
    },
  ),
  accent: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'Enter a color such as #0f5c5c.')
    .refine((value) => contrastWithWhite(value) >= MIN_CONTRAST, {
      message: 'White text would be hard to read on this color. Choose a darker one.',
    }),
  localLoginNetworks: z
    .union([z.array(z.string()), z.string().transform((value) => value.split(/[\s,;]+/))])
    .transform((values) => values.map((value) => value.trim()).filter((value) => value !== ''))
    .pipe(z.array(z.string().refine(isNetwork, 'Enter networks such as 10.0.0.0/8, separated by commas.')).max(100)),
  messageDays: z.coerce
    .string()
    .trim()
    .regex(/^\d{1,3}$/, MESSAGE_DAYS)
    .transform(Number)
    .pipe(z.number().max(MOST_MESSAGE_DAYS, MESSAGE_DAYS)),
  secondFactor: z.enum(['optional', 'required'], 'Choose one of the two.'),
});

/**
 * Name and look of the intranet, its help contact, the networks from which local login is allowed (empty: all), and for how many days the
 * messages of logins are kept (0: not at all). `secondFactor`: whether Power Users need one for local logins. `mark` is the digest of the picture beside the name, '' for Anteroom's own.
 */
export type IntranetSettings = z.infer<typeof schema> & { mark: string };

/** The settings of a new intranet. */
export const initialSettings: IntranetSettings = {
  name: 'Anteroom',
  greeting: 'Welcome.',
  tagline: 'The people, places and tools of the company, behind one door.',
  helpAddress: '',
  accent: '#0f5c5c',
  mark: '',
  localLoginNetworks: [],
  messageDays: 14,
  secondFactor: 'optional',
};

/** Returns the current settings. */
export async function readIntranetSettings(db: Db): Promise<IntranetSettings> {
  return { ...initialSettings, ...((await findSetting(db, SETTING)) as Partial<IntranetSettings> | undefined) };
}

/**
 * Validates and saves the settings of the General screen.
 * @param network the address of the person who saves, from which local login must stay allowed
 * @param picture the new mark; null removes it, undefined keeps it
 */
export async function saveIntranetSettings(
  deps: Deps,
  input: unknown,
  network?: string,
  picture?: Uint8Array | null,
): Promise<Checked<IntranetSettings>> {
  const parsed = schema.safeParse(input);
  const mark = picture ? readPicture(picture, 'mark') : undefined;
  if (!parsed.success || mark?.ok === false)
    return invalid({
      ...(parsed.success ? {} : fieldErrors(parsed.error)),
      ...(mark?.ok === false ? mark.errors : {}),
    });
  if (network !== undefined && !allowsLocalLogin(parsed.data, network))
    return invalid({
      localLoginNetworks: `Your address ${network} is not in these networks, so you would lock yourself out. Add it, or leave the field empty.`,
    });
  return deps.store.db.transaction().execute(async (trx) => {
    const before = await readIntranetSettings(trx);
    const digest = picture === undefined ? before.mark : await writeMark(trx, mark?.value);
    const settings = { ...parsed.data, mark: digest };
    await saveSetting(trx, deps, SETTING, before, settings);
    return { ok: true, value: settings };
  });
}

/** Returns whether local login is allowed from an address. */
export function allowsLocalLogin(settings: Pick<IntranetSettings, 'localLoginNetworks'>, address: string): boolean {
  return settings.localLoginNetworks.length === 0 || isInNetworks(address, settings.localLoginNetworks);
}

/** Returns the contrast ratio of white text on a color (#rrggbb), as defined by WCAG 2.2. */
function contrastWithWhite(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const share = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}
