import { expect } from 'chai';
import { pictureType } from '../../src/people/picture.ts';

describe('people/picture', () => {
  for (const [type, start] of [
    ['image/png', '\x89PNG\r\n\x1a\n'],
    ['image/jpeg', '\xff\xd8\xff\xe0'],
    ['image/gif', 'GIF89a'],
    ['image/webp', 'RIFF\x10\0\0\0WEBP'],
    [undefined, 'RIFF\x10\0\0\0WAVE'],
    [undefined, '<svg xmlns="http://www.w3.org/2000/svg">'],
    [undefined, ''],
  ] as const)
    it(`reads ${type ?? 'no picture'} from ${JSON.stringify(start)}`, () => {
      expect(pictureType(Buffer.from(start, 'latin1'))).to.equal(type);
    });
});
