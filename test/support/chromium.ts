import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { whenDone } from './cleanup.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** A browser that is closed when the test is done. */
export async function openBrowser(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('There is no Chromium: npm test finds or installs it, or set CHROMIUM_PATH.');
  const isRoot = process.getuid?.() === 0; // Chromium's sandbox refuses root
  const browser = await chromium.launch({ executablePath, args: isRoot ? ['--no-sandbox'] : [], ...options });
  whenDone(() => browser.close());
  return browser;
}

/** The path of a Chromium that runs, or undefined: CHROMIUM_PATH, the PATH, playwright's own, the usual places of macOS and Windows. */
export function findChromium(): string | undefined {
  return candidates().find((path) => existsSync(path) && runs(path));
}

function candidates(): string[] {
  const { CHROMIUM_PATH, PATH = '', LOCALAPPDATA, PROGRAMFILES } = process.env;
  if (CHROMIUM_PATH) return [CHROMIUM_PATH];
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const onPath = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name + suffix)));
  const applications = ['Chromium', 'Google Chrome'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  const programs = [PROGRAMFILES, LOCALAPPDATA].filter((folder) => folder !== undefined);
  const onWindows = programs.map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'));
  return [...onPath, chromium.executablePath(), ...applications, ...onWindows];
}

/** Some distributions put a script of that name where no browser is, which says how to get one. */
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
