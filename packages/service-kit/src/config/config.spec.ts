import { describe, expect, it } from '@jest/globals';
import { ConfigError, flag, integer, list, loadConfig, oneOf, secret, text } from './config.js';

const fields = {
  url: text('URL'),
  port: integer('PORT', 3000, { max: 65535 }),
  on: flag('ON', true),
  names: list('NAMES', ['a']),
  level: oneOf('LEVEL', ['low', 'high'], 'low'),
  password: secret('PASSWORD'),
};

describe('the configuration', () => {
  it('is typed, has defaults and cannot be changed', () => {
    const config = loadConfig(fields, { URL: 'x', PASSWORD: 'hidden', NAMES: 'b, c' });
    expect(config).toMatchObject({ url: 'x', port: 3000, on: true, names: ['b', 'c'], level: 'low' });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('never prints a secret', () => {
    const { password } = loadConfig(fields, { URL: 'x', PASSWORD: 'hidden' });
    expect(`${password} ${JSON.stringify({ password })}`).toBe('*** {"password":"***"}');
    expect(password.reveal()).toBe('hidden');
  });

  it('reports every problem at once', () => {
    try {
      loadConfig(fields, { PORT: '70000', ON: 'perhaps', LEVEL: 'middle' });
      throw new Error('unreachable');
    } catch (error) {
      expect((error as ConfigError).problems.map((problem) => problem.split(' ')[0])).toEqual([
        'URL',
        'PORT',
        'ON',
        'LEVEL',
        'PASSWORD',
      ]);
    }
  });
});
