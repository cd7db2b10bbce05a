import { expect } from 'chai';
import { parseOptions } from '../../../demo/launch/options.ts';

describe('the words after npm run demo --', () => {
  it('start a fresh demo with nothing connected, on 3000 and 3001, when there are none', () => {
    expect(parseOptions([])).to.deep.equal({ connected: false, keep: false, port: 3000, providerPort: 3001 });
  });

  it('choose what is set up, what is kept, and the ports', () => {
    const options = parseOptions(['--connected', '--keep', '--port', '3100', '--provider-port', '3101']);
    expect(options).to.deep.equal({ connected: true, keep: true, port: 3100, providerPort: 3101 });
  });

  for (const [args, message] of [
    [['--port', '0'], '"0" is not a port'],
    [['--port', '70000'], '"70000" is not a port'],
    [['--port', '3001'], 'need a port each'],
    [['--unknown'], '--unknown'],
  ] as const)
    it(`refuse ${args.join(' ')}`, () => {
      expect(() => parseOptions([...args])).to.throw(message);
    });
});
