import { createRequire } from 'node:module';
import { PurgeCSS } from 'purgecss';

const root = new URL('..', import.meta.url).pathname;

/** Returns the rules of Tabler that the views and scripts use: a tenth of the whole. */
export async function usedStyles(): Promise<string> {
  const file = createRequire(import.meta.url).resolve('@tabler/core/dist/css/tabler.min.css');
  const [result] = await new PurgeCSS().purge({
    css: [file],
    content: [`${root}views/**/*.ejs`, `${root}src/**/*.ts`, `${root}public/*.js`],
    variables: true,
    keyframes: true,
    // Names that views put together, and attributes that scripts and browsers set
    safelist: { standard: [/^(alert|avatar|badge|bg|btn|col|text|progress|status)-/], greedy: [/data-bs-theme/] },
  });
  if (!result) throw new Error('Tabler has no styles.');
  return `/* Parts of Tabler (MIT): npm run docs */\n${result.css.replace(/\/\*[\s\S]*?\*\//g, '').trim()}\n`;
}
