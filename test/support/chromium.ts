import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core';
import { whenDone, whenRunDone } from './cleanup.ts';
import { tempFolder } from './tempFolder.ts';

/** Opens a browser that blocks all cookies but those of one origin. It is closed after the test. */
export async function openWithoutCookies(allowed: string): Promise<BrowserContext> {
  const folder = tempFolder();
  mkdirSync(join(folder, 'Default'));
  const exceptions = { cookies: { [`${allowed},*`]: { setting: 1 } } };
  const profile = { default_content_setting_values: { cookies: 2 }, content_settings: { exceptions } };
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile }));
  const context = await chromium.launchPersistentContext(folder, launchOptions());
  whenDone(() => context.close());
  return context;
}

/**
 * Features of Chromium that tests do without. For each context it would load two pages for an address bar that nobody sees, and keep a process
 * ready: a third of the CPU time of browser tests. Chromium only reads the last list, so that of Playwright is here too.
 */
const unneeded = [
  'WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess',
  'AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,LensOverlay,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints',
  'PaintHolding,PreconnectToSearch,TcpPortRandomizationWin,ThirdPartyStoragePartitioning',
].join(',');

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const macApplications = ['Chromium', 'Google Chrome', 'Google Chrome for Testing'];

let shared: Promise<Browser> | undefined;

/**
 * Returns the browser of the tests of a file, because a start takes three times as long as a new context. Contexts share nothing; those that
 * the test opens are closed after it.
 */
export async function openBrowser(): Promise<Browser> {
  shared ??= launch();
  const browser = await shared;
  const others = browser.contexts();
  whenDone(() => Promise.all(browser.contexts().map((context) => others.includes(context) || context.close())));
  return browser;
}

function launch(): Promise<Browser> {
  const launched = chromium.launch(launchOptions());
  whenRunDone(async () => {
    shared = undefined;
    await (await launched).close();
  });
  return launched;
}

function launchOptions(): LaunchOptions {
  const executablePath = process.env.CHROMIUM_PATH || findChromium();
  if (!executablePath) throw new Error('There is no Chromium. Run npm test, which installs it, or set CHROMIUM_PATH.');
  const isRoot = process.getuid?.() === 0; // Chromium's sandbox refuses root
  const args = ['--host-resolver-rules=MAP intranet.test 127.0.0.1', `--disable-features=${unneeded}`];
  return { executablePath, args: isRoot ? [...args, '--no-sandbox'] : args };
}

/**
 * Returns the path of a working Chromium or Chrome, or undefined. Only checks CHROMIUM_PATH if it is set, otherwise PATH, the browsers of
 * Playwright, and the usual paths of macOS and Windows.
 */
export function findChromium(): string | undefined {
  return candidates().find((path) => existsSync(path) && runs(path));
}

function candidates(): string[] {
  const { CHROMIUM_PATH, PATH = '', LOCALAPPDATA, PROGRAMFILES } = process.env;
  if (CHROMIUM_PATH) return [CHROMIUM_PATH];
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const onPath = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name + suffix)));
  const applications = ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
    macApplications.map((name) => join(folder, `${name}.app`, 'Contents', 'MacOS', name)),
  );
  const programs = [PROGRAMFILES, LOCALAPPDATA].filter((folder) => folder !== undefined);
  const onWindows = programs.map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'));
  return [...onPath, ...playwrights(), ...applications, ...onWindows];
}

/** Returns the path of this Playwright's revision, and of other installed revisions. */
function playwrights(): string[] {
  const wanted = chromium.executablePath(); // …/ms-playwright/chromium-1234/chrome-linux/chrome
  const folder = dirname(dirname(dirname(wanted)));
  if (!existsSync(folder)) return [];
  const installed = readdirSync(folder).filter((name) => /^chromium-\d+$/.test(name));
  const rest = relative(dirname(dirname(wanted)), wanted);
  return [wanted, ...installed.map((name) => join(folder, name, rest))];
}

/** Returns whether it runs: some distributions have a script of this name that only explains how to install the browser. */
function runs(path: string): boolean {
  if (process.platform === 'win32') return true; // chrome.exe has no --version
  try {
    return /\d+\.\d+/.test(
      execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return false;
  }
}
