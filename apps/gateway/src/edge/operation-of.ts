import type { Operation } from '@kit/contracts';
import { type ExecutionContext, SetMetadata } from '@nestjs/common';

const OPERATION = 'gateway:operation';

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** Marks the route of an operation. */
export const ForOperation = (operation: Operation): MethodDecorator => SetMetadata(OPERATION, operation);

/** A route for everybody that is no operation: health, metrics, documents. */
export const Open = (): MethodDecorator => SetMetadata(OPERATION, 'open');

const known = new WeakMap<Handler, Operation | 'open' | null>();

/** What a route is for; null when nobody said so, which closes it. */
export function operationOf(context: ExecutionContext): Operation | 'open' | null {
  const handler = context.getHandler();
  let operation = known.get(handler);
  if (operation === undefined) {
    operation = (Reflect.getMetadata(OPERATION, handler) as Operation | 'open' | undefined) ?? null;
    known.set(handler, operation);
  }
  return operation;
}
