import { Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { clock, ProgressLine } from './progress.js';

const shown = (isTTY: boolean, work: (line: ProgressLine) => void, total = 200): string => {
  let text = '';
  const out = new Writable({
    write: (chunk, _encoding, done) => {
      text += chunk;
      done();
    },
  });
  work(new ProgressLine(Object.assign(out, { isTTY, columns: 120 }), total, 0));
  return text;
};

it('a terminal sees one bar that is drawn over, and nothing of it when all is done', () => {
  const text = shown(true, (line) => {
    line.advance('users', 50);
    line.advance('users', 50);
    line.end();
  });
  expect(text).not.toContain('\n');
  expect(text).toMatch(/25\.0 %.*50\.0 %.*ETA \d+:\d\d/s);
  expect(text.endsWith('\r\u001b[K')).toBe(true);
});

it('a log sees lines, and what an earlier process had done counts as done but not as fast', () => {
  const lines = shown(false, (line) => {
    line.passed(100);
    line.advance('bookings', 50);
  }).split('\n');
  expect(lines[0]).toMatch(/^\[#{18}\.{6}\] {2}75\.0 % {2}bookings {2}150 of 200 rows/);
});

it('time that is left is read as on a clock', () => {
  expect([0, 59.6, 61, 3_725].map(clock)).toEqual(['0:00', '1:00', '1:01', '1:02:05']);
});
