import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { root } from '@kit/local-servers';
import { isCommands, pages } from './markdown.js';
import { RUN_ELSEWHERE, runElsewhere } from './run-elsewhere.js';

it('what is run elsewhere has commands, and a place where it is run', () => {
  const all = pages();
  const places = Object.entries(RUN_ELSEWHERE).flatMap(([file, places]) => places.map((place) => ({ file, place })));
  const unused = places.filter(({ file, place }) => {
    const { blocks } = all.find((page) => page.file === file) ?? { blocks: [] };
    return !blocks.some((block) => isCommands(block) && runElsewhere(file, block) === place);
  });
  expect(unused).toEqual([]);
  expect(places.filter(({ place }) => !existsSync(path.join(root, place.by)))).toEqual([]);
});
