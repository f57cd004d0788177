import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { digilistOperations } from '@digilist/contracts';
import type { Operation } from '@kit/contracts';
import { platformOperations } from '@platform/contracts';
import { listenEvents } from '../live/listen-events.js';
import { API_VERSION } from '../version.js';
import { openApiOf } from './openapi.js';

// `node dist/docs/write.js <file>` writes the OpenAPI document, for readers without a running gateway.
const file = path.resolve(process.argv[2] ?? '../../docs/openapi.json');
const operations = [...platformOperations, ...digilistOperations, listenEvents] as unknown as Operation[];
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(openApiOf(operations, API_VERSION), null, 2)}\n`);
process.stdout.write(`${file}\n`);
