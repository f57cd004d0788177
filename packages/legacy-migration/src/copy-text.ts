/** Rows of COPY's text format: https://www.postgresql.org/docs/18/sql-copy.html */
export type Field = string | null;
export type Value = string | number | boolean | bigint | null | readonly (string | number)[];

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

export function parseLine(line: string): Field[] {
  const fields: Field[] = line.split('\t');
  if (!line.includes('\\')) return fields;
  return fields.map((field) =>
    field === '\\N' ? null : (field as string).replace(/\\(.)/gs, (_, c: string) => ESCAPES[c] ?? c),
  );
}

/** Lines of a stream of bytes, whatever its pieces cut through. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      yield text.slice(from, end);
      from = end + 1;
    }
    rest = text.slice(from);
  }
}

const escapeText = (text: string): string =>
  /[\\\n\r\t]/.test(text)
    ? text.replace(/[\\\n\r\t]/g, (c) => (c === '\n' ? '\\n' : c === '\r' ? '\\r' : c === '\t' ? '\\t' : '\\\\'))
    : text;

function formatValue(value: Value | undefined): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'object') return escapeText(arrayLiteral(value));
  return String(value);
}

const arrayLiteral = (values: readonly (string | number)[]): string =>
  `{${values.map((value) => (typeof value === 'number' ? value : `"${value.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;

export function formatLine(values: readonly (Value | undefined)[]): string {
  let line = '';
  for (let at = 0; at < values.length; at++) line += (at === 0 ? '' : '\t') + formatValue(values[at]);
  return `${line}\n`;
}
