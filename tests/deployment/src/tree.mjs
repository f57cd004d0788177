import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * The files of a checkout, some of them replaced by another text: so a check can be shown a broken copy without copying
 * anything. `undefined` as the text is a file that is not there.
 */
export function openTree(root, replaced = {}) {
  const at = (file) => path.join(root, file);
  const exists = (file) => (file in replaced ? replaced[file] !== undefined : existsSync(at(file)));
  return {
    root,
    exists,
    read(file) {
      const text = file in replaced ? replaced[file] : readFileSync(at(file), 'utf8');
      if (text === undefined) throw new Error(`${file} does not exist`);
      return text;
    },
    json(file) {
      return JSON.parse(this.read(file));
    },
    list: (dir) => (existsSync(at(dir)) ? readdirSync(at(dir)).sort() : []),
    isDirectory: (file) => existsSync(at(file)) && statSync(at(file)).isDirectory(),
    isExecutable: (file) => (statSync(at(file)).mode & 0o111) !== 0,
  };
}

/** What a check has looked at, and what it found wrong. */
export class Findings {
  checks = 0;
  found = [];
  notes = [];

  expect(ok, finding) {
    this.checks++;
    if (!ok) this.found.push(finding);
    return Boolean(ok);
  }

  note(text) {
    this.notes.push(text);
  }
}
