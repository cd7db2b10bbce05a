import { expect } from 'chai';
import { personSections } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { readDefinition } from '../../src/people/definition.ts';
import { groupType, userType } from '../../src/scim/schema/schema.ts';
import { aDefinition } from '../support/customAttributes.ts';

describe('people/definition', () => {
  it('accepts names of letters and digits', () => {
    for (const name of ['costCode', 'x', 'Desk2', 'a'.repeat(40)]) {
      const read = readDefinition({ ...aDefinition, name: ` ${name} ` }, []);
      expect(read.ok && read.value.name, name).to.equal(name);
    }
  });

  it('refuses anything else, and says which characters to use', () => {
    for (const name of [
      '',
      '1st',
      'cost code',
      'cost-code',
      'a.b',
      'a:b',
      '$ref',
      '__proto__',
      'größe',
      'a'.repeat(41),
    ])
      expect(readDefinition({ ...aDefinition, name }, []), name).to.deep.equal({
        ok: false,
        errors: { name: 'Use 1 to 40 letters and digits, starting with a letter, such as costCode.' },
      });
  });

  it('refuses the name of a standard attribute, of SCIM or of every object, in any case', () => {
    const scim = [...userType.attributes.values(), ...groupType.attributes.values()].flatMap((one) => [...one.keys()]);
    const csv = personAttributes.flatMap(({ csv }) => csv.flatMap(({ header, aliases = [] }) => [header, ...aliases]));
    const objects = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'];
    const words = ['and', 'NOT', 'eq', 'pr', 'true', 'null', 'version', 'givesUpPower'];
    const taken = [...scim, ...csv, ...objects, ...words, 'USERNAME', 'Members', 'custom'];
    for (const name of taken)
      expect(readDefinition({ ...aDefinition, name }, []), name).to.have.nested.property('errors.name');
  });

  it('refuses the name of another custom attribute, in any case', () => {
    const other = { ...aDefinition, id: 'a1' };
    expect(readDefinition({ ...aDefinition, name: 'COSTCODE' }, [other])).to.deep.equal({
      ok: false,
      errors: { name: 'There is already an attribute COSTCODE. Choose another name.' },
    });
    expect(readDefinition({ ...aDefinition, name: 'title' }, [])).to.deep.equal({
      ok: false,
      errors: { name: 'title is the name of a standard attribute or a word of SCIM. Choose another name.' },
    });
  });

  it('says all that is wrong at once', () => {
    const wrong = { ...aDefinition, name: 'title', label: '', type: 'choice', searchable: true, visibleTo: 'self' };
    expect(readDefinition(wrong, []))
      .to.have.property('errors')
      .that.has.all.keys('name', 'label', 'choices', 'searchable');
  });

  it('reads choices one per line, without empty lines', () => {
    const read = readDefinition({ ...aDefinition, type: 'choice', choices: ' S \n\nM\n' }, []);
    expect(read.ok && read.value.choices).to.deep.equal(['S', 'M']);
    expect(readDefinition({ ...aDefinition, choices: 'S' }, [])).to.have.nested.property('value.choices').that.is.empty;
  });

  for (const [field, change, error] of [
    ['label', { label: '  ' }, 'Enter a label.'],
    ['label', { label: 'x'.repeat(61) }, 'Use at most 60 characters.'],
    ['label', { label: 'a\u0007' }, 'Remove the control characters.'],
    ['section', { section: 'none' }, 'Select a section.'],
    ['type', { type: 'boolean' }, 'Select a type.'],
    ['visibleTo', { visibleTo: '' }, 'Select who sees it.'],
    ['choices', { type: 'choice' }, 'Enter at least one choice.'],
    ['choices', { type: 'choice', choices: ['S', 's'] }, 'Enter each choice once.'],
    ['choices', { type: 'choice', choices: ['x'.repeat(101)] }, 'Use at most 100 characters for a choice.'],
    ['choices', { type: 'choice', choices: ['a\u0007'] }, 'Remove the control characters.'],
    [
      'choices',
      { type: 'choice', choices: Array.from({ length: 201 }, (_, index) => `c${index}`) },
      'Use at most 200 choices.',
    ],
    [
      'searchable',
      { searchable: true, visibleTo: 'self' },
      'Only what everyone sees can be searched: results would reveal the values.',
    ],
    ['searchable', { searchable: true, type: 'person' }, 'A reference to a person cannot be searched.'],
    ['selfEditable', { selfEditable: true, visibleTo: 'powerUsers' }, 'People cannot change what they do not see.'],
  ] as const)
    it(`says beside the field: ${error}`, () => {
      expect(readDefinition({ ...aDefinition, ...change }, [])).to.deep.equal({
        ok: false,
        errors: { [field]: error },
      });
    });

  it('offers the sections of the form', () => {
    for (const section of Object.keys(personSections))
      expect(readDefinition({ ...aDefinition, section }, [])).to.include({ ok: true });
  });
});
