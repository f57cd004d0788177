import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '@kit/local-servers';
import { moved } from './dates.js';
import type { Block } from './markdown.js';

export interface Answered {
  readonly status: number;
  readonly body: string;
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
  /** What each curl was answered, in order. */
  readonly answers: readonly Answered[];
}

const BLOCK_MS = 60_000;

/** Where `npm start` has what the documentation names by its usual port. */
export interface Places {
  readonly gatewayUrl: string;
  readonly mailUrl: string;
}

/** A shell in a folder of its own, in which one page's blocks are run one after the other. */
export class Shell {
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'docs-'));
  private readonly answersIn = path.join(this.folder, '.answers');
  private readonly state = path.join(this.folder, '.state');

  constructor(
    private readonly places: Places,
    private readonly variables: Readonly<Record<string, string>>,
  ) {
    const bin = path.join(this.folder, '.bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'curl'), CURL);
    chmodSync(path.join(bin, 'curl'), 0o755);
    for (const name of ['examples', 'package.json', 'packages', 'scripts'])
      symlinkSync(path.join(root, name), path.join(this.folder, name));
    for (const { name, content } of FILES) writeFileSync(path.join(this.folder, name), content);
  }

  /** Stops at the first command that fails; what it sets is there for the next block. */
  async run(block: Block): Promise<Ran> {
    rmSync(this.answersIn, { recursive: true, force: true });
    mkdirSync(this.answersIn);
    const restore = existsSync(this.state) ? `source ${this.state}\n` : '';
    const script = `set -euo pipefail\n${restore}${this.here(block.text)}\ndeclare -p | grep -E '^declare -(-|x) [A-Z]+=' > ${this.state}\n`;
    const { code, output } = await this.bash(script);
    const answers = readdirSync(this.answersIn)
      .filter((name) => name.endsWith('.status'))
      .map((name) => Number(name.split('.')[0]))
      .sort((a, b) => a - b)
      .map((n) => ({
        status: Number(readFileSync(path.join(this.answersIn, `${n}.status`), 'utf8')),
        body: readFileSync(path.join(this.answersIn, `${n}.body`), 'utf8'),
      }));
    return { code, output, answers };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The same commands, where this system is and when this is. */
  private here(text: string): string {
    return moved(text)
      .replaceAll(/http:\/\/localhost:1080/g, this.places.mailUrl)
      .replaceAll(/(http:\/\/)?localhost:3000/g, this.places.gatewayUrl);
  }

  private bash(script: string): Promise<{ code: number | null; output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn('bash', ['-c', script], {
        cwd: this.folder,
        env: {
          PATH: `${path.join(this.folder, '.bin')}:${process.env.PATH}`,
          HOME: this.folder,
          ANSWERS: this.answersIn,
          ...this.variables,
        },
        timeout: BLOCK_MS,
      });
      let output = '';
      const keep = (chunk: Buffer) => {
        output += chunk;
      };
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, output }));
    });
  }
}

/** curl itself, which besides keeps what it was answered. What goes on for ever is heard for two seconds. */
const CURL = `#!/bin/bash
real=$(PATH=\${PATH#*:} command -v curl)
n=$(ls "$ANSWERS" | grep -c status)
for word in "$@"; do [ "$word" = -N ] && listen='--max-time 2'; done
"$real" -sS $listen "$@" -w '%{stderr}%{http_code}' 2> "$ANSWERS/$n.error" | tee "$ANSWERS/$n.body"
ended=\${PIPESTATUS[0]}
tail -c 3 "$ANSWERS/$n.error" > "$ANSWERS/$n.status"
[ "$ended" = 28 ] && [ -n "$listen" ] && ended=0
[ "$ended" = 0 ] || cat "$ANSWERS/$n.error" >&2
exit "$ended"
`;

/** The smallest JPEG there is to upload. */
const FILES = [
  {
    name: 'hall.jpg',
    content: Buffer.from(
      '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=',
      'base64',
    ),
  },
];
