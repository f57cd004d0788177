import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { digilistOperations } from '@digilist/contracts';
import type { Operation } from '@kit/contracts';
import { platformOperations } from '@platform/contracts';
import { listenEvents } from '../live/listen-events.js';
import { API_VERSION } from '../version.js';
import { asyncApiText } from './documents.js';
import { openApiOf } from './openapi.js';

// `node dist/docs/write.js <folder>` writes the documents of the API, for readers without a running gateway.
const folder = path.resolve(process.argv[2] ?? '../../docs');
const operations = [...platformOperations, ...digilistOperations, listenEvents] as unknown as Operation[];
mkdirSync(folder, { recursive: true });
const write = (name: string, text: string): void => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  process.stdout.write(`${file}\n`);
};
write('asyncapi.yaml', asyncApiText());
// Large, and served at /openapi.json: not kept in the repository.
if (process.argv.includes('--openapi'))
  write('openapi.json', `${JSON.stringify(openApiOf(operations, API_VERSION), null, 2)}\n`);
