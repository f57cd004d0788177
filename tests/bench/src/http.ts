import type { Pool } from 'undici';

export interface Answer {
  status: number;
  body: string;
}

export async function send(
  pool: Pool,
  token: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Answer> {
  const answer = await pool.request({
    method,
    path: `/api/v1${path}`,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, body: await answer.body.text() };
}

/** @throws with the answer's text when it is not the one that was expected */
export async function expectStatus(answer: Promise<Answer>, status: number): Promise<string> {
  const { status: got, body } = await answer;
  if (got !== status) throw new Error(`answered ${got} instead of ${status}: ${body.slice(0, 500)}`);
  return body;
}
