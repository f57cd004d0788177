import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '@kit/local-servers';
import { parse } from 'yaml';
import { type Block, blocksOf, pages } from './markdown.js';
import { PREAMBLES } from './typescript-blocks.js';

const all = pages();
const ofLanguage = (...languages: string[]) =>
  all.flatMap(({ file, blocks }) =>
    blocks
      .filter(({ language }) => languages.includes(language))
      .map((block, n) => ({ ...block, at: `${file}:${block.line}`, key: `${file}#${n + 1}` })),
  );

/** What begins like this is a command, and has to say so to be run. */
const COMMAND = /^(?:\$ )?(?:curl|npm|npx|pnpm|node|docker|kubectl|helm|psql|git|nats|openssl)\b/m;
const isHiddenCommand = ({ language, text }: Block): boolean =>
  ['', 'text', 'console'].includes(language) && COMMAND.test(text);

describe('blocks of the documentation', () => {
  it('say that they are commands when they are', () => {
    const hidden = all.flatMap(({ file, blocks }) =>
      blocks.filter(isHiddenCommand).map(({ line }) => `${file}:${line}`),
    );
    expect(hidden).toEqual([]);
    expect(blocksOf('```\nnpm start\n```').filter(isHiddenCommand)).toHaveLength(1);
    expect(blocksOf('```\na ──▶ b\n```').filter(isHiddenCommand)).toHaveLength(0);
  });

  it('are JSON and YAML where they say so', () => {
    const wrong = [
      ...ofLanguage('json').filter(({ text }) => !reads(() => JSON.parse(text))),
      ...ofLanguage('yaml', 'yml').filter(({ text }) => !reads(() => parse(text))),
    ];
    expect(wrong.map(({ at }) => at)).toEqual([]);
    expect(reads(() => JSON.parse('{ a }'))).toBe(false);
  });

  it('are requests of HTTP where they say so: a line, header fields, and a body of JSON behind an empty line', () => {
    for (const { at, text } of ofLanguage('http')) {
      const [head = '', body] = text.split('\n\n');
      const [line = '', ...fields] = head.split('\n');
      expect([at, line]).toEqual([at, expect.stringMatching(/^(GET|POST|PUT|PATCH|DELETE) \S+$/)]);
      for (const field of fields) expect([at, field]).toEqual([at, expect.stringMatching(/^[A-Za-z-]+: \S/)]);
      if (body !== undefined) expect([at, JSON.parse(body)]).toEqual([at, expect.any(Object)]);
    }
  });

  it('compile where they are TypeScript or JavaScript', () => {
    expect(compiled(ofLanguage('ts', 'js'))).toEqual('');
    const wrong = { at: 'a page:3', key: 'a page#1', text: "const n: number = 'one';" };
    expect(compiled([wrong])).toContain('a page:3');
  });

  it('have no preamble too many', () => {
    expect(Object.keys(PREAMBLES).filter((key) => !ofLanguage('ts', 'js').some((block) => block.key === key))).toEqual(
      [],
    );
  });
});

function reads(parsing: () => unknown): boolean {
  try {
    parsing();
    return true;
  } catch {
    return false;
  }
}

/** What the compiler says of them, each as a module of this package. */
function compiled(blocks: readonly { at: string; key: string; text: string }[]): string {
  const folder = mkdtempSync(path.join(process.cwd(), '.blocks-'));
  try {
    for (const [n, { key, text }] of blocks.entries())
      writeFileSync(path.join(folder, `block-${n}.ts`), `${PREAMBLES[key] ?? ''}\n${text}\nexport {};\n`);
    const compilerOptions = {
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      noEmit: true,
      composite: false,
      incremental: false,
      types: ['node', 'jest'],
    };
    const config = { extends: '../../../tsconfig.base.json', compilerOptions, include: ['*.ts'] };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = spawnSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      encoding: 'utf8',
    });
    return stdout.replaceAll(/\S*block-(\d+)\.ts/g, (_, n) => blocks[Number(n)]?.at ?? '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
