import type { FieldError } from '@kit/contracts';
import type { LocalizedText, SettingDefinition, SettingScope } from '@platform/contracts';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** A setting that can judge values. */
export interface Setting {
  readonly key: string;
  readonly title: LocalizedText;
  readonly scope: SettingScope;
  readonly schema: object;
  readonly default: unknown;
  /** What is wrong with a value; nothing when it fits. */
  problems(value: unknown): FieldError[];
}

const KEY = /^[a-z]+\.[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/;

/** The settings of one owner with their schemas compiled, and everything that is wrong with them, by its path. */
export function compiled(
  owner: string,
  definitions: readonly SettingDefinition[],
  path = 'settings',
): { settings: Map<string, Setting>; problems: FieldError[] } {
  // One compiler per owner: schemas of different products may carry the same $id.
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, strictTypes: false, logger: false });
  formats.default(ajv);
  const settings = new Map<string, Setting>();
  const problems: FieldError[] = [];
  definitions.forEach((definition, at) => {
    const { key, title, schema, scope = 'tenant' } = definition;
    const here = `${path}.${at}`;
    if (!KEY.test(key) || !key.startsWith(`${owner}.`)) {
      problems.push({ path: `${here}.key`, code: 'format', message: `${key} must read ${owner}.<setting>` });
    } else if (settings.has(key)) {
      problems.push({ path: `${here}.key`, code: 'duplicate', message: `${key} stands here twice` });
    }
    const validate = validatorOf(ajv, schema);
    if (typeof validate === 'string') {
      problems.push({ path: `${here}.schema`, code: 'schema', message: validate });
      return;
    }
    const setting: Setting = {
      key,
      title,
      scope,
      schema,
      default: definition.default.value,
      problems: (value) => problemsOf(validate, value),
    };
    if (!('value' in definition.default)) {
      problems.push({ path: `${here}.default`, code: 'missing', message: `${key} needs { "value": … }` });
    }
    problems.push(
      ...setting.problems(setting.default).map((problem) => ({
        ...problem,
        path: problem.path.replace(/^value/, `${here}.default.value`),
      })),
    );
    settings.set(key, setting);
  });
  return { settings, problems };
}

/** What is wrong with the settings that a plan carries. */
export function planSettingProblems(
  settings: ReadonlyMap<string, Setting>,
  wanted: Readonly<Record<string, unknown>>,
  path: string,
): FieldError[] {
  return Object.entries(wanted).flatMap(([key, value]) => {
    const setting = settings.get(key);
    if (!setting) return [{ path, code: 'unknown', message: `${key} is not a setting of this manifest` }];
    return setting
      .problems(value)
      .map((problem) => ({ ...problem, path: problem.path.replace(/^value/, `${path}.${key}`) }));
  });
}

function validatorOf(ajv: Ajv2020, schema: object): ValidateFunction | string {
  if ('$async' in schema) return 'an asynchronous schema is none for a value';
  try {
    return ajv.compile(schema);
  } catch (error) {
    return (error as Error).message;
  }
}

function problemsOf(validate: ValidateFunction, value: unknown): FieldError[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => ({
    path: `value${error.instancePath.replaceAll('/', '.')}`,
    code: error.keyword,
    message: messageOf(error),
  }));
}

const messageOf = ({ message = 'does not fit', params }: ErrorObject): string =>
  'additionalProperty' in params ? `${message}: ${String(params.additionalProperty)}` : message;
