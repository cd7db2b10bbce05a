// npm run docs: generates pages from the code. A test fails if one is out of date.
import { writeFileSync } from 'node:fs';
import { variables } from '../src/config.ts';
import { configurationPage } from './configurationPage.ts';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage(variables));
