import {
  DEADLINE_EXCEEDED,
  type ErrorCode,
  type Operation,
  Refusal,
  type RefusalBody,
  SERVICE_UNAVAILABLE,
} from '@kit/contracts';
import {
  type Msg,
  type MsgHdrs,
  NoRespondersError,
  headers as natsHeaders,
  TimeoutError,
} from '@nats-io/transport-node';
import type { RequestContext } from '../context/request-context.js';
import { WIRE } from '../context/wire-headers.js';
import type { Nats } from '../nats/connection.js';
import { spanned } from '../telemetry/spans.js';

const RPC = { 'rpc.system.name': 'nats' };

/** What the other side answered, not yet read. */
export interface RawAnswer {
  ok: boolean;
  headers: MsgHdrs | undefined;
  data: Uint8Array;
  text(): string;
}

/** Who calls and until when, for calls that no request of a user caused. */
export interface CallOptions {
  requestId: string;
  traceparent: string;
  deadline: number;
  token?: string | null;
}

/** Calls operations of other services over NATS. Never waits beyond the deadline; silence becomes SERVICE_UNAVAILABLE. */
export class RpcClient {
  constructor(
    private readonly nats: Nats,
    /** Product key for internal operations; NATS lets only its own account use it. */
    private readonly productKey: string | null = null,
  ) {}

  /** @throws Refusal what the other service refused, or SERVICE_UNAVAILABLE, DEADLINE_EXCEEDED */
  async call<Req extends object, Res>(
    caller: CallOptions | RequestContext,
    operation: Operation<Req, Res>,
    request: Req,
    { idempotencyKey }: { idempotencyKey?: string } = {},
  ): Promise<Res> {
    const headers = natsHeaders();
    headers.set(WIRE.requestId, caller.requestId);
    headers.set(WIRE.traceparent, caller.traceparent);
    if (caller.token) headers.set(WIRE.authorization, `Bearer ${caller.token}`);
    if (idempotencyKey) headers.set(WIRE.idempotencyKey, idempotencyKey);
    const answer = await this.forward(
      operation as unknown as Operation,
      headers,
      JSON.stringify(request),
      caller.deadline,
    );
    if (!answer.ok) throw refusalOf(JSON.parse(answer.text()));
    return (answer.data.length === 0 ? undefined : JSON.parse(answer.text())) as Res;
  }

  /** Passes bytes through: the request as it came, the answer unread. */
  async forward(
    operation: Operation,
    headers: MsgHdrs,
    body: string | Uint8Array,
    deadline: number,
  ): Promise<RawAnswer> {
    const timeout = deadline - Date.now();
    if (timeout <= 0) throw new Refusal(DEADLINE_EXCEEDED, { retryAfter: 1 });
    headers.set(WIRE.deadline, String(deadline));
    const caller = headers.get(WIRE.traceparent);
    return spanned(operation.id, 'CLIENT', caller, RPC, async (traceparent) => {
      const recorded = traceparent !== caller;
      if (recorded) headers.set(WIRE.traceparent, traceparent);
      try {
        const repeatable = isRepeatable(operation, headers);
        return rawAnswer(
          await this.nats.requests.send(this.subjectOf(operation), body, headers, { timeout, repeatable }),
        );
      } catch (error) {
        throw unavailable(error);
      } finally {
        // Whoever asks again with these headers asks for the same caller.
        if (recorded) headers.set(WIRE.traceparent, caller);
      }
    });
  }

  private subjectOf(operation: Operation): string {
    if (operation.access.kind !== 'internal') return operation.subject;
    if (this.productKey === null) throw new Error(`${operation.id} is internal and this process has no product key`);
    return operation.subject.replace('*', this.productKey);
  }
}

/** What only reads, and what the service does once for each key. */
const isRepeatable = ({ readOnly, idempotent }: Operation, headers: MsgHdrs): boolean =>
  readOnly || (idempotent && headers.has(WIRE.idempotencyKey));

const rawAnswer = (message: Msg): RawAnswer => ({
  ok: message.headers?.get(WIRE.status) === 'ok',
  headers: message.headers,
  data: message.data,
  text: () => message.string(),
});

function unavailable(error: unknown): Refusal {
  if (error instanceof TimeoutError) return new Refusal(DEADLINE_EXCEEDED, { retryAfter: 2 });
  return new Refusal(SERVICE_UNAVAILABLE, { retryAfter: error instanceof NoRespondersError ? 1 : 2 });
}

/** A refusal as it came over the wire. */
export function refusalOf(body: RefusalBody): Refusal {
  const { code, kind, title, ...rest } = body;
  const reason: ErrorCode = { code, kind, text: title };
  return new Refusal(reason, rest);
}
