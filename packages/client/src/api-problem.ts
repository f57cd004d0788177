import type { FieldError } from '@kit/contracts';

/** RFC 9457, as the gateway answers it. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  traceId: string;
  errors?: FieldError[];
  details?: Record<string, unknown>;
}

/** The gateway said no. `code` never changes; `problem` has the rest. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(
    readonly problem: Problem,
    readonly operation: string,
    /** Seconds after which trying again makes sense. */
    readonly retryAfter: number | null,
  ) {
    const fields = problem.errors?.map(({ path, message }) => `${path}: ${message}`).join('; ');
    super(`${operation}: ${problem.status} ${problem.code}: ${problem.detail}${fields ? ` (${fields})` : ''}`);
    this.name = 'ApiProblem';
    this.status = problem.status;
    this.code = problem.code;
  }
}
