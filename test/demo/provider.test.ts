import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { deletePerson } from '../../demo/directory/people.ts';
import { startProvider } from '../../demo/provider.ts';
import { tempFolder } from '../support/tempFolder.ts';

describe('Cloud Directory', () => {
  it('restores the saved state, from a file that only its owner can read', async () => {
    const stateFile = join(tempFolder(), 'nested', 'state.json');
    const first = await startProvider({ stateFile });
    const [person] = first.state.people;
    if (person) deletePerson(first.deps, person);
    await first.close();
    const second = await startProvider({ stateFile });
    await second.close();
    expect(second.state).to.deep.equal(first.state);
    expect(second.state.people).to.have.length(4);
    expect(statSync(stateFile).mode & 0o777).to.equal(0o600);
  });

  it('reports that its port is in use', async () => {
    const first = await startProvider();
    const port = Number(new URL(first.url).port);
    const second = await startProvider({ port }).catch((error: NodeJS.ErrnoException) => error.code);
    await first.close();
    expect(second).to.equal('EADDRINUSE');
  });
});
