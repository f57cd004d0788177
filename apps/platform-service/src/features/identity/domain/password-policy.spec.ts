import { describe, expect, test } from '@jest/globals';
import { isCommonPassword } from '../common-passwords.js';
import { BloomFilter } from './bloom-filter.js';
import { hashPassword, isOutdated, passwordMatches } from './password-hash.js';
import { passwordFaults } from './password-policy.js';

const words = ['fjell', 'Fjell kommune', 'Reports', 'kari.nordmann', 'example.no', 'Kari Nordmann'];
const faults = (password: string, hasSecondFactor = false) =>
  passwordFaults(password, { hasSecondFactor, words, isCommon: isCommonPassword }).map(({ code }) => code);

describe('a password', () => {
  test.each([
    'tre blå båter mot nord',
    'correct horse battery staple',
    'a password of the tests',
    '🐟🐟 nordover 🐟🐟 sakte',
    'пароль для проверки вот',
    '               .',
    'kari liker å gå på ski om vinteren',
    'x'.repeat(3).concat(' slutt på denne rekken'),
    `${'lang setning '.repeat(19)}!`,
  ])('may be %j', (password) => {
    expect(faults(password)).toEqual([]);
  });

  test('needs fifteen characters, eight beside a second factor, counted as people count them', () => {
    expect(faults('ålesund-er-fin')).toEqual(['PASSWORD_TOO_SHORT']);
    expect(faults('ålesund-er-fint')).toEqual([]);
    expect(faults('ulv-7-øy', true)).toEqual([]);
    expect(faults('ulv-7-ø', true)).toEqual(['PASSWORD_TOO_SHORT']);
    expect(faults('🐟🐠🦀🐙🦑🐡🐬🐳🦈🐋🦐🦞🐚🪸')).toEqual(['PASSWORD_TOO_SHORT']);
    expect(faults('🐟🐠🦀🐙🦑🐡🐬🐳🦈🐋🦐🦞🐚🪸🐢')).toEqual([]);
    // One letter with its ring is one character, however it was typed.
    expect(faults('a\u030Alesund-er-fin')).toEqual(['PASSWORD_TOO_SHORT']);
  });

  test.each([
    'passwordpassword',
    'PasswordPassword',
    'password1234567890',
    'qwertyuiop123456',
    '1qaz2wsx3edc4rfv',
    'sunshine!!!!!!!!!!!!!',
    'iloveyouiloveyouiloveyou',
  ])('that everybody tries is refused, also in disguise: %s', (password) => {
    expect(faults(password)).toContain('PASSWORD_COMMON');
  });

  test.each([
    'fjellfjellfjell',
    'Fjell-kommune-2026',
    'kari.nordmann.1985',
    'Reports Reports 1!',
    'aaaaaaaaaaaaaaaaaaa',
    'abababababababababab',
    'abcdefghijklmnopqr',
    '65432109876543210',
    '13131313131313131313',
  ])('that follows from names or is a series is refused: %s', (password) => {
    expect(faults(password)).toContain('PASSWORD_PREDICTABLE');
  });

  test('is the same in composed and decomposed letters', async () => {
    const hash = await hashPassword('blåbærsyltetøy på brødet');
    expect(await passwordMatches(hash, 'blåbærsyltetøy på brødet'.normalize('NFD'))).toBe(true);
  });

  test('is hashed anew when it was hashed with less than today', async () => {
    const password = 'tre blå båter mot nord';
    expect(isOutdated(await hashPassword(password))).toBe(false);
    expect(isOutdated(await hashPassword(password, { memoryCost: 8_192, timeCost: 2, parallelism: 1 }))).toBe(true);
    expect(isOutdated(await hashPassword(password, { memoryCost: 19_456, timeCost: 1, parallelism: 1 }))).toBe(true);
    expect(isOutdated('$2b$12$something.else')).toBe(true);
  });
});

describe('the filter of common passwords', () => {
  test('knows every word it was made of', () => {
    const list = Array.from({ length: 2_000 }, (_, at) => `word-${at * 7919}`);
    const filter = BloomFilter.parse(BloomFilter.of(list, 24).serialize());
    expect(list.filter((word) => !filter.mayHave(word))).toEqual([]);
    expect(filter.size).toBe(2_000);
    expect(() => BloomFilter.parse(filter.serialize().subarray(0, 100))).toThrow();
  });

  test('takes fewer than one in ten thousand others for one of them', () => {
    const wrong = Array.from({ length: 100_000 }, (_, at) => `nobody uses this ${at * 104_729}`).filter(
      isCommonPassword,
    );
    expect(wrong.length).toBeLessThan(10);
  });
});
