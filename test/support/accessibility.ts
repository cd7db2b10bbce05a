import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

/** The looks to check: a desktop in light mode, and a narrow phone in dark mode. */
const LOOKS = [
  { colorScheme: 'light', width: 1280, height: 900 },
  { colorScheme: 'dark', width: 320, height: 640 },
] as const;

const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'], // describing passed rules takes longer than checking them
};

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Returns the violations that axe finds on the open page (WCAG 2.2 A and AA), and horizontal overflow, in both looks. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const faults: string[] = [];
  await page.evaluate(axeSource);
  for (const { colorScheme, width, height } of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-bs-theme=${colorScheme}]`).waitFor();
    await page.evaluate(endTransitions);
    const found = [...(await axeFaults(page)), ...(await overflow(page))];
    faults.push(...found.map((fault) => `${page.url()} (${colorScheme}, ${width} px): ${fault}`));
  }
  return faults;
}

/** Finishes transitions, because axe would measure colours in the middle of one. */
function endTransitions(): void {
  for (const animation of document.getAnimations()) if (animation instanceof CSSTransition) animation.finish();
}

async function axeFaults(page: Page): Promise<string[]> {
  const run = (rules: RunOptions) => (window as unknown as { axe: typeof import('axe-core') }).axe.run(rules);
  const { violations }: AxeResults = await page.evaluate(run, RULES);
  return violations.map(({ id, nodes }) => `${id} at ${nodes[0]?.target.join(' ')}`);
}

async function overflow(page: Page): Promise<string[]> {
  const pixels = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return pixels > 0 ? [`${pixels} px too wide`] : [];
}
