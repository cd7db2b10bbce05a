// node scripts/launch.mjs [--dev] FILE.ts ARGUMENTS…
// Plain JavaScript for Node 20 and without packages, because it runs before anything is installed.
import { launch } from './launcher.mjs';

const [first, ...rest] = process.argv.slice(2);
if (first === '--dev') await launch(rest[0], rest.slice(1), { dev: true });
else await launch(first, rest);
