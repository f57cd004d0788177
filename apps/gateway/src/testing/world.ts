import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { Refusal, SERVICE_UNAVAILABLE } from '@kit/contracts';
import {
  AccessTokens,
  createLogger,
  Handles,
  healthSubject,
  KeyRing,
  loadConfig,
  Metrics,
  Nats,
  NestLogger,
  type PublicJwk,
  type RequestContext,
  RequestPipeline,
  RpcServer,
  Secret,
  TOKEN_ALGORITHM,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  TOKEN_TYPE,
} from '@kit/service';
import { type NatsServer, startNats } from '@kit/testing';
import { Catch, Controller, type ExceptionFilter, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { listSigningKeys } from '@platform/contracts';
import jwt from 'jsonwebtoken';
import { throwError } from 'rxjs';
import { gatewayFields } from '../config.js';
import { type RunningGateway, startGateway } from '../gateway.js';
import { aboutEvents, liveWidgets, publicWidgets } from './live-widgets.js';
import { WidgetsController, widgetOperations } from './widgets.js';

export const TENANT_ID = '01980a3e-0000-7000-8000-00000000000a';
export const USER_ID = '01980a3e-0000-7000-8000-00000000000b';
export const KID = 'key-1';

const silent = createLogger('world', 'silent');

export interface Signer {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function signer(kid: string): Signer {
  return { kid, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
}

const jwkOf = ({ kid, publicKey }: Signer): PublicJwk =>
  ({ ...publicKey.export({ format: 'jwk' }), kid, alg: TOKEN_ALGORITHM, use: 'sig' }) as PublicJwk;

export const claims = (overrides: Record<string, unknown> = {}): Record<string, unknown> => {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: TOKEN_ISSUER,
    aud: TOKEN_AUDIENCE,
    sub: USER_ID,
    tid: TENANT_ID,
    ten: 'fjordvik',
    sid: randomUUID(),
    jti: randomUUID(),
    iat: now,
    exp: now + 300,
    ...overrides,
  };
};

export const sign = (by: Signer, payload: Record<string, unknown> = claims()): string =>
  jwt.sign(payload, by.privateKey, {
    algorithm: TOKEN_ALGORITHM,
    header: { alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid: by.kid },
  });

/** Lets a Refusal reach the RPC server as it was thrown. */
@Catch()
class PassThrough implements ExceptionFilter {
  catch(error: unknown) {
    return throwError(() => error);
  }
}

interface Responder {
  nats: Nats;
  stop(): Promise<void>;
}

async function respond(
  server: NatsServer,
  context: 'platform' | 'digilist',
  controllers: readonly Type[],
  keys: PublicJwk[],
): Promise<Responder> {
  const { user, password } = server.credentials[context];
  const nats = await Nats.open({ urls: [server.url], user, password: new Secret(password), name: context }, silent);
  const tokens = new AccessTokens(new KeyRing(async () => keys));
  const pipeline = new RequestPipeline(
    tokens,
    async () => undefined,
    () => new Date(),
  );
  const rpc = new RpcServer(
    { context, maxInFlight: 500, shutdownMs: 1_000, checkAnswers: false },
    nats,
    pipeline,
    silent,
    new Metrics(context),
  );
  @Module({ controllers: [...controllers, aboutEvents(context, nats)] })
  class Root {}
  const app = await NestFactory.createMicroservice(Root, { strategy: rpc, logger: new NestLogger(silent) });
  app.useGlobalFilters(new PassThrough());
  await app.listen();
  nats.connection.subscribe(healthSubject(context), { callback: (_, message) => void message.respond('{}') });
  await nats.connection.flush();
  return {
    nats,
    stop: async () => {
      await app.close();
      await nats.close();
    },
  };
}

export interface World {
  readonly server: NatsServer;
  readonly signer: Signer;
  /** Keys that the issuer publishes; push to rotate. */
  readonly keys: PublicJwk[];
  gateway(environment?: Record<string, string>, writeLog?: (text: string) => void): Promise<RunningGateway>;
  publish(signer: Signer): void;
  /** How often the keys were asked for. */
  keyRequests(): number;
  issuerAway(away: boolean): void;
  stopGateways(): Promise<void>;
  stopServices(): Promise<void>;
  /** Starts the services that were stopped. */
  startServices(): Promise<void>;
  stop(): Promise<void>;
}

/** A real nats-server with the shipped configuration, an issuer of keys, a made-up service, and gateways on demand. */
export async function startWorld({ streams = false } = {}): Promise<World> {
  const server = await startNats({ streams });
  const own = signer(KID);
  const keys = [jwkOf(own)];
  let asked = 0;
  let away = false;

  @Controller()
  class KeysController {
    @Handles(listSigningKeys)
    list(_ctx: RequestContext, _request: object) {
      asked++;
      if (away) throw new Refusal(SERVICE_UNAVAILABLE);
      return { keys } as never;
    }
  }
  const responders: Responder[] = [];
  const startServices = async () => {
    responders.push(
      await respond(server, 'platform', [KeysController], keys),
      await respond(server, 'digilist', [WidgetsController], keys),
    );
  };
  await startServices();
  const gateways: RunningGateway[] = [];
  const stopServices = async () => {
    await Promise.all(responders.splice(0).map((responder) => responder.stop()));
  };
  const stopGateways = async () => {
    await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
  };
  return {
    server,
    signer: own,
    keys,
    publish: (by) => keys.push(jwkOf(by)),
    keyRequests: () => asked,
    issuerAway: (value) => {
      away = value;
    },
    stopServices,
    startServices,
    stopGateways,
    gateway: async (environment = {}, writeLog = () => undefined) => {
      const { user, password } = server.credentials.gateway;
      const config = loadConfig(gatewayFields, {
        NATS_URL: server.url,
        NATS_USER: user,
        NATS_PASSWORD: password,
        LOG_LEVEL: 'silent',
        GATEWAY_PORT: '0',
        GATEWAY_HOST: '127.0.0.1',
        ...environment,
      });
      const gateway = await startGateway({
        config,
        operations: [listSigningKeys, ...widgetOperations],
        events: liveWidgets,
        publicEvents: publicWidgets,
        writeLog,
      });
      gateways.push(gateway);
      return gateway;
    },
    stop: async () => {
      await stopGateways();
      await stopServices();
      await server.stop();
    },
  };
}
