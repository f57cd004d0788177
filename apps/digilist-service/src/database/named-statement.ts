import { type Statement, statement, type Tx } from '@kit/service';

export interface NamedStatement<Values extends object> {
  readonly statement: Statement;
  values(values: Values): unknown[];
}

/** A prepared statement whose parameters read `@name`: for those with more parameters than a reader can count. */
export function named<Values extends object>(name: string, text: string): NamedStatement<Values> {
  const names: string[] = [];
  const numbered = text.replace(/@([a-zA-Z]\w*)/g, (_, parameter: string) => {
    if (!names.includes(parameter)) names.push(parameter);
    return `$${names.indexOf(parameter) + 1}`;
  });
  return {
    statement: statement(name, numbered),
    values: (values) =>
      names.map((parameter) => {
        const value = (values as Record<string, unknown>)[parameter];
        if (value === undefined) throw new Error(`statement "${name}" misses its parameter ${parameter}`);
        return value;
      }),
  };
}

export const run = <Row extends Record<string, unknown>, Values extends object>(
  tx: Tx,
  { statement: prepared, values }: NamedStatement<Values>,
  parameters: Values,
): Promise<Row[]> => tx.query<Row>(prepared, values(parameters));
