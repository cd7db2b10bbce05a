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

/**
 * Returns the violations that axe finds on the open page (WCAG 2.2 A and AA), horizontal overflow, and what axe does not measure: faint borders
 * and placeholders of fields, in both looks.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const faults: string[] = [];
  await page.evaluate(axeSource);
  for (const { colorScheme, width, height } of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-bs-theme=${colorScheme}]`).waitFor();
    await page.evaluate(endTransitions);
    const found = [...(await axeFaults(page)), ...(await overflow(page)), ...(await page.evaluate(faintFields))];
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

/** Finds fields whose border (WCAG 2.2, 1.4.11: 3 to 1) or placeholder (1.4.3: 4.5 to 1) does not stand out. */
function faintFields(): string[] {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const luminance = (...layers: string[]) => {
    if (!context) throw new Error('There is no canvas.');
    for (const layer of layers) {
      context.fillStyle = layer;
      context.fillRect(0, 0, 1, 1);
    }
    const [red = 0, green = 0, blue = 0] = [...context.getImageData(0, 0, 1, 1).data].map((value) =>
      value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one: number, other: number) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  const behind = (element: Element | null): string[] =>
    element ? [...behind(element.parentElement), getComputedStyle(element).backgroundColor] : ['white'];
  const fields = [...document.querySelectorAll<HTMLInputElement>('input, select, textarea')];
  return fields.flatMap((field) => {
    if (!field.checkVisibility() || field.matches(':disabled, :checked:not(option), :focus, [type="color"]')) return [];
    const around = behind(field.parentElement);
    const border = ratio(luminance(...around), luminance(...around, getComputedStyle(field).borderTopColor));
    const inside = behind(field);
    const hint = ratio(luminance(...inside), luminance(...inside, getComputedStyle(field, '::placeholder').color));
    return [
      ...(border < 3 ? [`faint border (${border.toFixed(1)}) of ${field.name}`] : []),
      ...(field.placeholder && hint < 4.5 ? [`faint placeholder (${hint.toFixed(1)}) of ${field.name}`] : []),
    ];
  });
}

async function overflow(page: Page): Promise<string[]> {
  const pixels = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return pixels > 0 ? [`${pixels} px too wide`] : [];
}
