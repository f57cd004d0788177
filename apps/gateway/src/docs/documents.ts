import { calendarEvents, digilistEvents } from '@digilist/contracts';
import { platformEvents } from '@platform/contracts';
import { stringify } from 'yaml';
import { API_VERSION } from '../version.js';
import { type AsyncApiDocument, asyncApiOf } from './asyncapi.js';

export const eventsDocument = (): AsyncApiDocument =>
  asyncApiOf([...platformEvents, ...digilistEvents], calendarEvents, API_VERSION);

export const yamlOf = (document: object): string =>
  stringify(document, { lineWidth: 0, blockQuote: 'literal', aliasDuplicateObjects: false });

/** `docs/asyncapi.yaml`. */
export const asyncApiText = (): string =>
  `# Written by "npm run docs" in apps/gateway, from the contracts. Not for editing.\n${yamlOf(eventsDocument())}`;
