import { expect } from 'chai';
import { parseOptions } from '../../../demo/launch/options.ts';

describe('the options of npm run demo', () => {
  it('default to a fresh demo with nothing connected, on ports 3000 and 3001', () => {
    expect(parseOptions([])).to.deep.equal({ connected: false, keep: false, port: 3000, providerPort: 3001 });
  });

  it('set what is connected, what is kept, and the ports', () => {
    const options = parseOptions(['--connected', '--keep', '--port', '3100', '--provider-port', '3101']);
    expect(options).to.deep.equal({ connected: true, keep: true, port: 3100, providerPort: 3101 });
  });

  for (const [args, message] of [
    [['--port', '0'], '"0" is not a port'],
    [['--port', '70000'], '"70000" is not a port'],
    [['--port', '3001'], 'need different ports'],
    [['--unknown'], '--unknown'],
  ] as const)
    it(`refuse ${args.join(' ')}`, () => {
      expect(() => parseOptions([...args])).to.throw(message);
    });
});
