import { describe, expect, it } from '@jest/globals';
import { blocksOf, page, pages } from './markdown.js';
import { isInSource, wrongReferences } from './references.js';

describe('what the documentation names is there', () => {
  it.each(pages().map((page) => [page.file, page] as const))('%s', (_, page) => {
    expect(wrongReferences(page)).toEqual([]);
  });
});

it('what is not there would be found', () => {
  const text =
    '[page](nowhere.md) [part](README.md#nowhere) `npm run nowhere` `apps/nowhere` `DELETE /auth/login` `NO_SUCH_CODE` `digilist.no-such.thing`';
  expect(wrongReferences({ file: 'README.md', text, blocks: blocksOf(text) })).toEqual([
    'README.md: links to nowhere.md, which is not there',
    'README.md: links to README.md#nowhere, which is not there',
    'README.md: says "npm run nowhere", which package.json does not have',
    'README.md: names apps/nowhere, which is not there',
    'README.md: names DELETE /auth/login, which no operation has',
    'README.md: names NO_SUCH_CODE, which no source has',
    'README.md: names digilist.no-such.thing, which no source has',
  ]);
});

describe('what docs/troubleshooting.md says one may read', () => {
  const { text } = page('docs/troubleshooting.md');
  const messages = [...text.matchAll(/^\| +`([^`]+)` +\|/gm)].map((match) => match[1] as string);

  it.each(messages)('%s', (message) => {
    expect(isInSource(message)).toBe(true);
  });

  it('are more than a few', () => {
    expect(messages.length).toBeGreaterThan(20);
  });
});
