import { DELIVERY_CHANNELS, NOTIFICATION_EVENTS } from '@digilist/contracts';
import { describe, expect, it } from '@jest/globals';
import { templateProblems } from './check-template.js';
import { render, valuesOf } from './render.js';
import { sampleOf } from './sample.js';
import { defaultTemplate } from './wording.js';

const good = { subject: 'Velkommen til {listing}', body: 'Hei {name}\n{when}' };
const problems = (change: object, event: Parameters<typeof templateProblems>[0] = 'booking.confirmed') =>
  templateProblems(event, 'email', { ...good, ...change }).map(({ path, code }) => `${path} ${code}`);

describe('a template', () => {
  it.each([
    [{}, []],
    [{ body: '{namn} og {wen}' }, ['body PLACEHOLDER_UNKNOWN']],
    [{ subject: 'Betal {due}' }, ['subject PLACEHOLDER_UNKNOWN']],
    [{ body: 'Hei {name' }, ['body BRACE_UNCLOSED']],
    [{ body: 'Hei name}' }, ['body BRACE_UNCLOSED']],
    [{ body: 'Hei {}' }, ['body BRACE_UNCLOSED']],
    [{ body: 'Hei {{name}}' }, ['body BRACE_UNCLOSED']],
    [{ subject: 'To\nlinjer' }, ['subject ONE_LINE']],
    [{ subject: 'Bcc\r\n: alle', body: ' \n ' }, ['subject ONE_LINE', 'body EMPTY']],
    [{ subject: '{feil', body: '{feil}' }, ['subject BRACE_UNCLOSED', 'body PLACEHOLDER_UNKNOWN']],
  ])('%j has these mistakes: %j', (change, expected) => {
    expect(problems(change)).toEqual(expected);
  });

  it('must name what its event cannot do without', () => {
    expect(problems({ subject: 'Betal', body: 'Betal innen {due}' }, 'booking.payment_due')).toEqual([
      'body PLACEHOLDER_MISSING',
    ]);
    expect(problems({ subject: 'Betal', body: 'Betal innen {due}: {link}' }, 'booking.payment_due')).toEqual([]);
    expect(templateProblems('booking.payment_due', 'sms', { subject: 'x', body: 'Betal: {link}' })).toEqual([]);
    expect(templateProblems('booking.payment_due', 'sms', { subject: 'x', body: 'Betal!' })).toHaveLength(1);
  });

  it('says what is unknown and what there is to choose from', () => {
    const [problem] = templateProblems('booking.confirmed', 'email', { ...good, body: '{wen}' });
    expect(problem?.message).toContain('{wen}');
    expect(problem?.message).toContain('{when}');
  });

  it('of an SMS is short', () => {
    const problem = templateProblems('booking.confirmed', 'sms', { subject: 'x', body: 'x'.repeat(401) });
    expect(problem).toMatchObject([{ path: 'body', code: 'TOO_LONG' }]);
  });

  it.each(NOTIFICATION_EVENTS)('of ours for %s has none, and every placeholder of it has a sample', (event) => {
    for (const locale of ['nb', 'nn', 'en'] as const) {
      const values = valuesOf(sampleOf(event), locale, 'https://example.no');
      for (const channel of DELIVERY_CHANNELS) {
        const template = defaultTemplate(event, channel, locale);
        expect(templateProblems(event, channel, template)).toEqual([]);
        const wanted = template.body.split('\n').filter((line) => line.includes('{'));
        const shown = render(template, values)
          .body.split('\n')
          .filter((line) => line !== '');
        // A list of bookings is more lines than one.
        expect(shown.length).toBeGreaterThanOrEqual(wanted.length);
      }
    }
  });
});
