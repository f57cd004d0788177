import { describe, expect, it } from '@jest/globals';
import { statement } from './statement.js';

describe('the name of a statement', () => {
  it('stands for one text', () => {
    expect(statement('read-one', 'SELECT 1')).toEqual({ name: 'read-one', text: 'SELECT 1' });
    expect(() => statement('read-one', 'SELECT 2')).toThrow('declared twice');
  });

  it('is no longer than PostgreSQL keeps names, and another one for another statement', () => {
    const long = 'read-things by this+that+those+every+other+filter+there+is';
    const names = ['', '+from', '+from+to', '+to'].map(
      (end, at) => statement(`${long}+more${end}`, `SELECT ${at}`).name,
    );
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name.length).toBeLessThanOrEqual(63);
  });
});
