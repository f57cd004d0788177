import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '@kit/local-servers';

export interface Block {
  /** What stands behind the opening fence, e.g. `sh`. */
  readonly language: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

export interface Page {
  /** Relative to the checkout. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** All documentation there is: every Markdown file that git knows. */
export function pages(): Page[] {
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (listed.status !== 0) throw new Error(`git ls-files: ${listed.stderr}`);
  return listed.stdout.trim().split('\n').map(page);
}

/** Whether a block is for a shell. */
export const isCommands = ({ language }: Block): boolean => ['sh', 'bash'].includes(language);

export function page(file: string): Page {
  const text = readFileSync(path.join(root, file), 'utf8');
  return { file, text, blocks: blocksOf(text) };
}

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; line: number; indent: string; lines: string[] } | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent = '', language] = /^( *)```(.*)$/.exec(line) ?? [];
    if (language === undefined) open?.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    else if (open) {
      blocks.push({ language: open.language, line: open.line, text: open.lines.join('\n') });
      open = null;
    } else open = { language, line: index + 1, indent, lines: [] };
  }
  return blocks;
}
