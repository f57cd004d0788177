import type { FieldError } from '@kit/contracts';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

type Config = Record<string, unknown>;

/** A configuration taken apart: what may be shown, and what is never read back. */
export interface Divided {
  readonly shown: Config;
  readonly secrets: Record<string, string>;
}

const propertiesOf = (schema: object): Record<string, Record<string, unknown>> =>
  (schema as { properties?: Record<string, Record<string, unknown>> }).properties ?? {};

export const secretNames = (schema: object): string[] =>
  Object.entries(propertiesOf(schema))
    .filter(([, property]) => property['x-secret'] === true)
    .map(([name]) => name);

/** Everything that is wrong with a configuration. Names that the schema does not know are refused, whatever it says itself. */
export function configProblems(schema: object, config: Config): FieldError[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const validate = ajv.compile({ ...schema, additionalProperties: false });
  if (validate(config)) return [];
  return (validate.errors ?? []).map(fieldErrorOf);
}

/** Ajv quotes no values in its messages, so none of a secret either. */
function fieldErrorOf({ instancePath, keyword, message = 'is not valid', params }: ErrorObject): FieldError {
  const named = String(params.additionalProperty ?? params.missingProperty ?? '');
  const path = ['config', ...instancePath.split('/').slice(1), ...(named ? [named] : [])].join('.');
  return { path, code: keyword, message };
}

/**
 * Puts what a caller sent over what is kept. Secrets cannot be read back, so leaving one out leaves it as it is, and
 * null takes it away; all other properties are replaced as a whole.
 */
export function divide(schema: object, sent: Config, kept: Record<string, string>): Divided {
  const names = new Set(secretNames(schema));
  const shown = Object.fromEntries(Object.entries(sent).filter(([name]) => !names.has(name)));
  const secrets = { ...kept };
  for (const name of names) {
    if (sent[name] === null) delete secrets[name];
    else if (sent[name] !== undefined) secrets[name] = sent[name] as string;
  }
  return { shown, secrets };
}

const SHOWN_FROM = 12;

/** The end of a secret tells people apart which one is set; of a short one it would tell too much. */
export const last4 = (secret: string): string | null => (secret.length >= SHOWN_FROM ? secret.slice(-4) : null);
