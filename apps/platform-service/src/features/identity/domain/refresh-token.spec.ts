import { describe, expect, test } from '@jest/globals';
import { firstToken, openSuccessor, parseToken, sealSuccessor, successorOf, tokenText } from './refresh-token.js';

const TENANT = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';

describe('a refresh token', () => {
  test('names its tenant and survives being written and read', () => {
    const token = firstToken(TENANT);
    expect(tokenText(token).startsWith(`${TENANT}.`)).toBe(true);
    expect(parseToken(tokenText(token))).toEqual(token);
  });

  test.each([
    '',
    'x',
    TENANT,
    `${TENANT}.`,
    `${TENANT}.abc`,
    `x.${'a'.repeat(75)}`,
    `${tokenText(firstToken(TENANT))}.x`,
  ])('is not read from %p', (text) => expect(parseToken(text)).toBeNull());

  test('is written in one way only', () => {
    const text = tokenText(firstToken(TENANT));
    expect(parseToken(`${text}=`)).toBeNull();
    expect(parseToken(text.replace(/.$/, (last) => (last === '-' ? '+' : `${last} `)))).toBeNull();
  });

  test('keeps its family and changes its secret from one generation to the next', () => {
    const token = firstToken(TENANT);
    const successor = successorOf(token);
    expect(successor.family).toEqual(token.family);
    expect(successor.generation).not.toEqual(token.generation);
  });

  test('alone opens the successor that was sealed under it', () => {
    const token = firstToken(TENANT);
    const successor = successorOf(token);
    const sealed = sealSuccessor(token, successor);
    expect(openSuccessor(token, sealed)).toEqual(successor);
    expect(() => openSuccessor(successor, sealed)).toThrow();
    expect(() => openSuccessor({ ...token, family: firstToken(TENANT).family }, sealed)).toThrow();
    expect(sealed.includes(successor.generation)).toBe(false);
  });
});
