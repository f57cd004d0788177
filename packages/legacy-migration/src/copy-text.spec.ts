import { expect, it } from '@jest/globals';
import { formatLine, linesOf, parseLine } from './copy-text.js';

it('what is written is what is read, whatever is in it', () => {
  const fields = ['plain', '', null, 'tab\there', 'line\nbreak\r', 'back\\slash', '\\N', 'æøå 😀'];
  expect(parseLine(formatLine(fields).slice(0, -1))).toEqual(fields);
});

it('arrays, numbers and truth are written as PostgreSQL reads them', () => {
  expect(formatLine([1, true, ['a"b', 'c\\d'], [1, 2], undefined])).toBe(
    '1\ttrue\t{"a\\\\"b","c\\\\\\\\d"}\t{1,2}\t\\N\n',
  );
});

it('lines are whole, whatever the packets cut through', async () => {
  const bytes = Buffer.from('første\nandre 😀\ntredje\n');
  const pieces = async function* () {
    for (const byte of bytes) yield Buffer.from([byte]);
  };
  const lines: string[] = [];
  for await (const line of linesOf(pieces())) lines.push(line);
  expect(lines).toEqual(['første', 'andre 😀', 'tredje']);
});
