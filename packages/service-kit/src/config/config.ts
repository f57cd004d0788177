/** One variable of the environment: how to read it, and what to say when it cannot be read. */
export interface Field<T> {
  readonly variable: string;
  readonly read: (raw: string | undefined) => T;
}

/** A value that must never be printed. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '***';
  }
  toJSON(): string {
    return '***';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***';
  }
}

class Missing extends Error {}

function field<T>(variable: string, parse: (raw: string) => T, fallback: T | undefined): Field<T> {
  return {
    variable,
    read: (raw) => {
      if (raw !== undefined && raw !== '') return parse(raw);
      if (fallback !== undefined) return fallback;
      throw new Missing('is not set');
    },
  };
}

export const text = (variable: string, fallback?: string): Field<string> => field(variable, (raw) => raw, fallback);

export const secret = (variable: string): Field<Secret> => field(variable, (raw) => new Secret(raw), undefined);

export const integer = (
  variable: string,
  fallback?: number,
  { min = 0, max = Number.MAX_SAFE_INTEGER } = {},
): Field<number> =>
  field(
    variable,
    (raw) => {
      const value = Number(raw);
      if (Number.isInteger(value) && value >= min && value <= max) return value;
      throw new Error(`must be a whole number from ${min} to ${max}, not "${raw}"`);
    },
    fallback,
  );

export const flag = (variable: string, fallback = false): Field<boolean> =>
  field(
    variable,
    (raw) => {
      if (raw === 'true' || raw === '1') return true;
      if (raw === 'false' || raw === '0') return false;
      throw new Error(`must be true or false, not "${raw}"`);
    },
    fallback,
  );

export const list = (variable: string, fallback: string[] = []): Field<string[]> =>
  field(
    variable,
    (raw) =>
      raw
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    fallback,
  );

export const jsonObject = (variable: string): Field<Readonly<Record<string, unknown>>> =>
  field(
    variable,
    (raw) => {
      const value: unknown = parsed(raw);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
      throw new Error('must be a JSON object');
    },
    {},
  );

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
}

export const secrets = (variable: string): Field<Secret[]> =>
  field(
    variable,
    (raw) =>
      raw
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean)
        .map((item) => new Secret(item)),
    [],
  );

export const oneOf = <T extends string>(variable: string, values: readonly T[], fallback?: T): Field<T> =>
  field(
    variable,
    (raw) => {
      if ((values as readonly string[]).includes(raw)) return raw as T;
      throw new Error(`must be one of ${values.join(', ')}, not "${raw}"`);
    },
    fallback,
  );

export type ConfigOf<Fields extends Record<string, Field<unknown>>> = {
  readonly [Name in keyof Fields]: Fields[Name] extends Field<infer T> ? T : never;
};

export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(`The environment is not complete:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads the environment once into a frozen, typed object. The only reader of `process.env`.
 *
 * @throws ConfigError naming every variable that is missing or wrong, all at once.
 */
export function loadConfig<Fields extends Record<string, Field<unknown>>>(
  fields: Fields,
  environment: NodeJS.ProcessEnv = process.env,
): ConfigOf<Fields> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { variable, read }] of Object.entries(fields)) {
    try {
      values[name] = read(environment[variable]);
    } catch (error) {
      problems.push(`${variable} ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as ConfigOf<Fields>;
}
