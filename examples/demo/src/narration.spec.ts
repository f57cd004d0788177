import { describe, expect, it } from '@jest/globals';
import { money } from '@kit/contracts';
import { interval, kroner, time } from './narration.js';

describe('narration', () => {
  it('writes amounts and times as Norwegians do', () => {
    expect(kroner(money(120_000))).toBe('1 200,00 kr');
    expect(kroner(money(-5))).toBe('-0,05 kr');
    expect(time('2026-12-01T17:00:00Z')).toBe('01.12.2026 18:00');
    expect(interval({ startsAt: '2026-12-01T17:00:00Z', endsAt: '2026-12-01T19:00:00Z' })).toBe(
      '01.12.2026 18:00–20:00',
    );
  });
});
