// npm run docs: generates pages, and the styles that they use. A test fails if one is out of date.
import { writeFileSync } from 'node:fs';
import { variables } from '../src/config.ts';
import { configurationPage } from './configurationPage.ts';
import { guideDrawings } from './guideDrawings.ts';
import { providersPage } from './providersPage.ts';
import { usedStyles } from './usedStyles.ts';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage(variables));
writeFileSync(new URL('../docs/providers.md', import.meta.url), providersPage());
for (const [name, svg] of guideDrawings()) writeFileSync(new URL(`../public/guides/${name}`, import.meta.url), svg);
writeFileSync(new URL('../public/tabler.css', import.meta.url), await usedStyles());
