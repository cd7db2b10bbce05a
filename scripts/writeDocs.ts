// npm run docs: writes the pages that are made from the code. The tests fail when one is out of date.
import { writeFileSync } from 'node:fs';
import { variables } from '../src/config.ts';
import { configurationPage } from './configurationPage.ts';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage(variables));
