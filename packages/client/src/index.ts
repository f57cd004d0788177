export { ApiProblem, type Problem } from './api-problem.js';
export { type Client, createClient } from './client.js';
export type { CallOptions, ClientOf } from './operations.js';
export { type AnswerMeta, type ClientOptions, etagOf, metaOf, type Tokens } from './transport.js';
