import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './dependency-graph.js';

/** Files of the project: those git tracks, and those it would. */
export function projectFiles(...below: string[]): string[] {
  const out = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...below], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return out
    .split('\n')
    .filter((file) => file !== '' && statSync(path.join(ROOT, file), { throwIfNoEntry: false })?.isFile());
}

export const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** `file:line` of every line that matches, in the order of the files. */
export function linesMatching(files: string[], pattern: RegExp, read: (file: string) => string = textOf): string[] {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, n) => (pattern.test(line) ? [`${file}:${n + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}
