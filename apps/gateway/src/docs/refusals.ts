import { type ErrorCode, HTTP_STATUS, type Operation } from '@kit/contracts';
import { UNSUPPORTED_MEDIA_TYPE } from '../problems/edge-codes.js';
import { problemType } from '../problems/problem.js';
import type { Schema } from './schemas.js';

export const SCIM_JSON = 'application/scim+json';

export const reference = (kind: string, name: string): Schema => ({ $ref: `#/components/${kind}/${name}` });

interface Answer {
  readonly code: string;
  readonly status: number;
  readonly title: string;
}

/** Refusals by status. Many operations share them, so each set of codes is written once. */
export class Refusals {
  readonly responses: Record<string, Schema> = {};
  readonly examples: Record<string, Schema> = {};

  of(operation: Operation, hasBody: boolean): Record<string, Schema> {
    const byStatus = new Map<number, Answer[]>();
    const answers = [...operation.errors.map(answerOf), ...(hasBody ? [WRONG_MEDIA_TYPE] : [])];
    for (const answer of answers) byStatus.set(answer.status, [...(byStatus.get(answer.status) ?? []), answer]);
    const statuses = [...byStatus].sort(([a], [b]) => a - b);
    return Object.fromEntries(
      statuses.map(([status, codes]) => [
        String(status),
        operation.http?.refusals === 'scim' ? this.referScim(status, codes) : this.refer(status, codes),
      ]),
    );
  }

  private referScim(status: number, codes: readonly Answer[]): Schema {
    const name = ['scim', status, ...codes.map(({ code }) => code)].join('-');
    this.responses[name] ??= {
      description: codes.map(({ code, title }) => `\`${code}\`: ${title}`).join('\n\n'),
      content: { [SCIM_JSON]: { schema: { $ref: '#/components/schemas/ScimError' } } },
    };
    return reference('responses', name);
  }

  private refer(status: number, codes: readonly Answer[]): Schema {
    const names = codes.map(({ code }) => code);
    const name = `${status}-${names.join('-')}`;
    for (const answer of codes) this.examples[answer.code] ??= { summary: answer.title, value: problemExample(answer) };
    this.responses[name] ??= {
      description: codes.map(({ code, title }) => `\`${code}\`: ${title}`).join('\n\n'),
      ...((status === 429 || status === 503) && { headers: { 'Retry-After': reference('headers', 'RetryAfter') } }),
      content: {
        'application/problem+json': {
          schema: {
            allOf: [
              { $ref: '#/components/schemas/Problem' },
              { type: 'object', properties: { code: { enum: names } } },
            ],
          },
          examples: Object.fromEntries(names.map((code) => [code, reference('examples', code)])),
        },
      },
    };
    return reference('responses', name);
  }
}

const answerOf = (error: ErrorCode): Answer => ({
  code: error.code,
  status: HTTP_STATUS[error.kind],
  title: error.text.en,
});

const WRONG_MEDIA_TYPE: Answer = {
  code: UNSUPPORTED_MEDIA_TYPE.code,
  status: UNSUPPORTED_MEDIA_TYPE.status,
  title: UNSUPPORTED_MEDIA_TYPE.text.en,
};

const problemExample = ({ code, status, title }: Answer) => ({
  type: problemType(code),
  title,
  status,
  detail: title,
  instance: '/api/v1',
  code,
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  ...(code === 'VALIDATION_FAILED' && {
    errors: [{ path: 'name', code: 'IS_STRING', message: 'name must be a string' }],
  }),
});
