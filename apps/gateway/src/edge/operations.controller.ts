import type { HttpMethod, Operation } from '@kit/contracts';
import { Controller, Inject, Req, RequestMapping, RequestMethod, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Forwarder } from './forwarder.js';
import { ForOperation } from './operation-of.js';
import { RequestShape } from './request-shape.js';

const METHODS: Record<HttpMethod, RequestMethod> = {
  GET: RequestMethod.GET,
  POST: RequestMethod.POST,
  PUT: RequestMethod.PUT,
  PATCH: RequestMethod.PATCH,
  DELETE: RequestMethod.DELETE,
};

/** A Nest controller with one route per operation, so that guards and filters see them like any other route. */
export function operationsController(operations: readonly Operation[]): Type<object> {
  class OperationsController {
    constructor(readonly forwarder: Forwarder) {}
  }
  Inject(Forwarder)(OperationsController, undefined, 0);
  for (const operation of operations) if (operation.http) addRoute(OperationsController, operation);
  Controller()(OperationsController);
  return OperationsController;
}

function addRoute(controller: Type<{ forwarder: Forwarder }>, operation: Operation): void {
  const { http, id, context } = operation;
  if (!http) return;
  const shape = new RequestShape(operation);
  const name = `${context}_${id}`;
  const descriptor = {
    value(this: { forwarder: Forwarder }, request: FastifyRequest, reply: FastifyReply): Promise<void> {
      return this.forwarder.forward(operation, shape, request, reply);
    },
  };
  Object.defineProperty(controller.prototype, name, {
    ...descriptor,
    enumerable: false,
    configurable: true,
    writable: true,
  });
  Req()(controller.prototype, name, 0);
  Res()(controller.prototype, name, 1);
  ForOperation(operation)(controller.prototype, name, descriptor);
  RequestMapping({ method: METHODS[http.method], path: nestPath(http.base + http.path) })(
    controller.prototype,
    name,
    descriptor,
  );
}

/** `/bookings/{id}` as Fastify writes it: `/bookings/:id`. */
const nestPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');
