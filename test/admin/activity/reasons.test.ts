import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { causes } from '../../../src/federation/causes.ts';
import { asSentence, explain, reasons } from '../../../src/federation/reasons.ts';
import { localRefusalMessage, logoutRefusalMessage, refusalMessage } from '../../../src/federation/refusalMessages.ts';
import { logoutChecks } from '../../../src/saml/logout/pipeline.ts';
import { loginChecks } from '../../../src/saml/verify/pipeline.ts';
import { insertLoginActivity } from '../../../src/store/loginActivity.ts';
import type { Anteroom } from '../../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../../support/client.ts';
import { anActivity } from '../../support/rows.ts';

const PATH = '/settings/security/activity';
const documented = readFileSync(new URL('../../../docs/reasons.md', import.meta.url), 'utf8');
type Listed = { number: number; name: string; reasons: readonly string[] };
const ofLogins = Object.values<Listed[]>(loginChecks).flat();
const checks = [...ofLogins, ...Object.values<Listed[]>(logoutChecks).flat()];
const plain = (html: string) =>
  html.replaceAll('&#39;', '’').replaceAll("'", '’').replaceAll('&#34;', '"').replaceAll('&amp;', '&');

describe('a reason is the same in reasons.ts, in docs/reasons.md and on the screens', () => {
  let anteroom: Anteroom;
  let client: Client;

  before(async () => {
    ({ anteroom, client } = await startAsPowerUser());
  });

  for (const reason of Object.keys(reasons))
    it(`${reason}: has a row in the document, a page with its advice, and is found by its filter`, async () => {
      expect(documented).to.match(new RegExp(`^\\| \`${reason}\` \\| [^|]{15,} \\| [^|]{5,} \\|$`, 'm'));
      const check = checks.find((each) => each.reasons.includes(reason));
      const detail = { checks: check ? [{ number: check.number, expected: 'a', received: 'b' }] : [] };
      const flow = !check ? 'local' : ofLogins.includes(check) ? 'sp' : 'logout';
      const attempt = anActivity({ at: anteroom.deps.now(), reason, flow, detail });
      await insertLoginActivity(anteroom.deps.store.db, attempt);
      const page = plain((await client.get(`${PATH}/${attempt.reference}`)).text);
      const { title, advice } = explain(reason, undefined);
      expect(page)
        .to.contain(plain(`Refused: ${title}</h1>`))
        .and.contain(plain(advice))
        .and.contain(`>${reason}<`);
      if (check) expect(page).to.contain(`<strong class="text-danger">${check.name}</strong>`);
      const seen = {
        sp: refusalMessage(reason, undefined).text,
        logout: logoutRefusalMessage(undefined, undefined).text,
        local: localRefusalMessage(reason),
      }[flow];
      expect(page, 'what the person saw').to.contain(plain(seen));
      const list = plain((await client.get(`${PATH}?reason=${reason}`)).text);
      expect(list)
        .to.contain(`<option value="${reason}" selected>`)
        .and.contain(plain(asSentence(title, undefined)));
      expect(list).to.contain('1 attempt<');
    });

  for (const cause of Object.keys(causes))
    it(`shows the advice for the cause ${cause}`, async () => {
      const detail = { checks: [{ number: 17, cause, expected: 'a', received: 'b' }] };
      const attempt = anActivity({ at: anteroom.deps.now(), reason: 'audience_mismatch', detail });
      await insertLoginActivity(anteroom.deps.store.db, attempt);
      const page = plain((await client.get(`${PATH}/${attempt.reference}`)).text);
      expect(page).to.contain(plain(explain('audience_mismatch', undefined, cause).advice));
    });
});
