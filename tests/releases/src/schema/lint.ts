import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '@kit/local-servers';
import type { MigrationDescription } from '../contracts/describe.js';

interface Report {
  line: number;
  rule_name: string;
  message: string;
  help: string | null;
}

const FOLDER = path.join(root, 'tests/releases');
const SQUAWK = createRequire(path.join(FOLDER, 'package.json')).resolve('squawk-cli/js/bin/squawk');

/** What `migrate()` of the kit says before it begins: no migration waits long for a lock, it tries again. */
const BEFORE = "SET lock_timeout = '500ms';";

/** What squawk finds in the statements of a migration, as messages. */
export async function lint({ name, transaction, statements }: MigrationDescription): Promise<string[]> {
  const sql = [BEFORE, ...statements.map((statement) => `${statement.trim().replace(/;$/, '')};`)].join('\n');
  const args = ['--config', 'squawk.toml', '--reporter', 'json', '--stdin-filepath', `${name}.sql`];
  const output = await squawk([...args, ...(transaction ? ['--assume-in-transaction'] : [])], sql);
  const lines = sql.split('\n');
  return (JSON.parse(output || '[]') as Report[]).map(({ rule_name, line, message, help }) => {
    const where = lines[line]?.trim().slice(0, 100) ?? '';
    return `${name}: ${rule_name} at "${where}": ${message}${help ? ` ${help}` : ''}`;
  });
}

/** It exits with 1 where it has found something, and says that in its output. */
function squawk(args: string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [SQUAWK, ...args], { cwd: FOLDER }, (error, stdout, stderr) => {
      if (error && stdout === '') reject(new Error(`squawk: ${stderr || error.message}`));
      else resolve(stdout);
    });
    child.stdin?.end(input);
  });
}
