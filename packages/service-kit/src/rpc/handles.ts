import type { Operation } from '@kit/contracts';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { RequestContext } from '../context/request-context.js';

const bySubject = new Map<string, Operation>();

/** Operation handled under a subject; the RPC server reads it when it subscribes. */
export const operationOf = (subject: string): Operation | undefined => bySubject.get(subject);

/**
 * Registers a controller method as the handler of an operation. The method takes `(ctx, request)`.
 *
 * @example
 * `@Handles(createReport)`
 * `create(ctx: RequestContext, request: CreateReport) { return this.reports.create(ctx, request); }`
 */
export function Handles<Req extends object, Res>(operation: Operation<Req, Res>) {
  return <Method extends (ctx: RequestContext, request: Req) => Res | Promise<Res> | Promise<void>>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    bySubject.set(operation.subject, operation as unknown as Operation);
    Ctx()(target, key, 0);
    Payload()(target, key, 1);
    MessagePattern(operation.subject)(target, key, descriptor as PropertyDescriptor);
  };
}
