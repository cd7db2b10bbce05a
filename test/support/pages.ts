import type { BrowserContextOptions, Page } from 'playwright-core';
import { testPassword } from './anteroom.ts';
import { openBrowser } from './chromium.ts';

/** Opens a page that shares no cookies with others. It is closed after the test. */
export async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  return (await (await openBrowser()).newContext(options)).newPage();
}

/** Enters a user name and a password on the page of the local login or of the stand-in provider. */
export async function enterLogin(page: Page, userName: string, password = testPassword): Promise<void> {
  await page.getByLabel('User name or e-mail').fill(userName);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}
