import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningSystem, startSystem } from '@kit/testing';
import { Client } from 'pg';
import { seedDemo } from './demo.js';
import { differences } from './expected.js';
import { isCommands, pages } from './markdown.js';
import { runElsewhere } from './run-elsewhere.js';
import { scenes } from './scenes/index.js';
import { Stage } from './scenes/scene.js';
import { Shell } from './shell.js';

const here = pages()
  .map((page) => ({
    ...page,
    blocks: page.blocks.filter((block) => isCommands(block) && !runElsewhere(page.file, block)),
  }))
  .filter(({ blocks }) => blocks.length > 0);

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ appEnv: { gateway: { GATEWAY_LIMIT_CREDENTIALS: '0' } } });
  await seedDemo(system);
}, 180_000);
afterAll(() => system?.stop(), 60_000);

describe('the commands of the documentation do what it says', () => {
  it.each(here.map((page) => [page.file, page] as const))('%s', async (file, { blocks }) => {
    const stage = Stage.of(system);
    const variables = { API: stage.api, ...(await scenes[file]?.(stage)) };
    const shell = new Shell({ gatewayUrl: system.gatewayUrl, mailUrl: system.mail.url }, variables);
    try {
      for (const block of blocks) {
        const { code, output, answers } = await shell.run(block);
        const wrong = differences(block.text, answers);
        if (code !== 0) wrong.push(`ended with ${code}: ${output}`);
        expect({ line: block.line, wrong }).toEqual({ line: block.line, wrong: [] });
      }
    } finally {
      shell.close();
    }
  });
});

const statements = pages().flatMap(({ file, blocks }) =>
  blocks.filter(({ language }) => language === 'sql').map((block) => [`${file}:${block.line}`, block.text] as const),
);

/** Stands for ids that the reader fills in. */
const NOBODY = '00000000-0000-7000-8000-000000000000';

describe('what is said to a database', () => {
  it.each(statements)('%s is understood', async (_, sql) => {
    const contexts = (['platform', 'digilist'] as const).filter((context) =>
      new RegExp(`\\b${context}(_jobs)?\\.`).test(sql),
    );
    for (const context of contexts.length > 0 ? contexts : (['platform', 'digilist'] as const)) {
      const client = new Client({ connectionString: system.urls[context].superuser });
      await client.connect();
      try {
        await client.query(`BEGIN; ${sql.replaceAll(/'<\w+>'/g, `'${NOBODY}'`)}; ROLLBACK`);
      } finally {
        await client.end();
      }
    }
  });
});
