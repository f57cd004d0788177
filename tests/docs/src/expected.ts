import type { Answered } from './shell.js';

/** What a block says of the answers: `# 201 { "id": "…", … }` behind a curl. */
export interface Expected {
  /** Null: any that means success. */
  readonly status: number | null;
  /** Names of members that the answer is said to have. */
  readonly members: readonly string[];
}

/** One for each curl, in order. */
export function expectedOf(text: string): Expected[] {
  const expected: { status: number | null; members: string[] }[] = [];
  let saying = false;
  for (const line of text.split('\n')) {
    const comment = /^\s*#\s?(.*)$/.exec(line)?.[1];
    if (comment === undefined) {
      saying = false;
      for (const _ of line.matchAll(/(?:^|[\s(|])curl\s/g)) expected.push({ status: null, members: [] });
      continue;
    }
    const last = expected.at(-1);
    const begins = /^(?:(\d{3})\b\s*)?(\{)?/.exec(comment);
    if (!last) continue;
    if (begins?.[1]) last.status = Number(begins[1]);
    if (begins?.[1] || begins?.[2]) saying = true;
    if (saying) last.members.push(...[...comment.matchAll(/"(\w+)":/g)].map((match) => match[1] as string));
  }
  return expected;
}

/** What was answered otherwise than the block says, one line each. */
export function differences(text: string, answers: readonly Answered[]): string[] {
  const expected = expectedOf(text);
  if (answers.length !== expected.length) return [`${expected.length} curls are written, ${answers.length} answered`];
  return answers.flatMap(({ status, body }, n) => {
    const wanted = expected[n] as Expected;
    if (wanted.status === null ? status >= 400 : status !== wanted.status)
      return [`curl ${n + 1} was answered ${status}, not ${wanted.status ?? 'with success'}: ${body.slice(0, 600)}`];
    return wanted.members
      .filter((member) => !body.includes(`"${member}":`))
      .map((member) => `curl ${n + 1} was answered without "${member}": ${body.slice(0, 600)}`);
  });
}
